# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.elementwise import add as add
from hornbeam.ops.elementwise import cast as cast
from hornbeam.ops import core as core
from hornbeam.ops.elementwise import exp as exp
from hornbeam.ops.elementwise import multiply as multiply
from hornbeam.ops import numpy as numpy
from hornbeam.ops.elementwise import square as square
