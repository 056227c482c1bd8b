"""`python -m hornbeam.cli`."""

import sys

from hornbeam.cli import main

sys.exit(main())
