# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.control import associative_scan as associative_scan
from hornbeam.ops.control import cond as cond
from hornbeam.ops.control import custom_gradient as custom_gradient
from hornbeam.ops.control import fori_loop as fori_loop
from hornbeam.ops.control import map as map
from hornbeam.ops.control import scan as scan
from hornbeam.ops.control import stop_gradient as stop_gradient
from hornbeam.ops.control import switch as switch
from hornbeam.ops.control import vectorized_map as vectorized_map
from hornbeam.ops.control import while_loop as while_loop
