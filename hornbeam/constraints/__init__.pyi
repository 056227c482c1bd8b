# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.constraints.constraints import Constraint as Constraint
from hornbeam.constraints.constraints import MaxNorm as MaxNorm
from hornbeam.constraints.constraints import MinMaxNorm as MinMaxNorm
from hornbeam.constraints.constraints import NonNeg as NonNeg
from hornbeam.constraints.constraints import UnitNorm as UnitNorm
from hornbeam.constraints.lookup import deserialize as deserialize
from hornbeam.constraints.lookup import get as get
from hornbeam.constraints.constraints import MaxNorm as max_norm
from hornbeam.constraints.constraints import MinMaxNorm as min_max_norm
from hornbeam.constraints.constraints import NonNeg as non_neg
from hornbeam.constraints.lookup import serialize as serialize
from hornbeam.constraints.constraints import UnitNorm as unit_norm

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]
