# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.regularizers.regularizers import L1 as L1
from hornbeam.regularizers.regularizers import L1L2 as L1L2
from hornbeam.regularizers.regularizers import L2 as L2
from hornbeam.regularizers.regularizers import OrthogonalRegularizer as OrthogonalRegularizer
from hornbeam.regularizers.regularizers import Regularizer as Regularizer
from hornbeam.regularizers.lookup import deserialize as deserialize
from hornbeam.regularizers.lookup import get as get
from hornbeam.regularizers.regularizers import L1 as l1
from hornbeam.regularizers.regularizers import L1L2 as l1_l2
from hornbeam.regularizers.regularizers import L2 as l2
from hornbeam.regularizers.regularizers import OrthogonalRegularizer as orthogonal_regularizer
from hornbeam.regularizers.lookup import serialize as serialize

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]
