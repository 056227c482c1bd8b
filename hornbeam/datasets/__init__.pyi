# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.datasets import digits as digits
from hornbeam.datasets import mnist as mnist
