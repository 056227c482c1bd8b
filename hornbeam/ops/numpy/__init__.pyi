# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.elementwise import add as add
from hornbeam.ops.elementwise import exp as exp
from hornbeam.ops.elementwise import multiply as multiply
from hornbeam.ops.elementwise import square as square
