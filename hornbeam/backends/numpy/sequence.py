"""Control flow: Python's own. Attention and recurrent layers run by their definitions."""

from __future__ import annotations

import numpy as np

from hornbeam.backends import unrolled

table = {**unrolled.make_table("numpy", np.stack), "stop_gradient": lambda x: x}
