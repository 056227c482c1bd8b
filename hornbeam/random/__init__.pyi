# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.random import SeedGenerator as SeedGenerator
from hornbeam.ops.random import beta as beta
from hornbeam.ops.random import binomial as binomial
from hornbeam.ops.random import categorical as categorical
from hornbeam.ops.random import dropout as dropout
from hornbeam.ops.random import gamma as gamma
from hornbeam.ops.random import normal as normal
from hornbeam.ops.random import randint as randint
from hornbeam.ops.random import shuffle as shuffle
from hornbeam.ops.random import truncated_normal as truncated_normal
from hornbeam.ops.random import uniform as uniform
