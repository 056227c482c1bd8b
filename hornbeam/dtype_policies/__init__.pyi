# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.core.policy import DTypePolicy as DTypePolicy
from hornbeam.core.policy import DTypePolicy as FloatDTypePolicy
from hornbeam.core.policy import deserialize as deserialize
from hornbeam.core.policy import get as get
from hornbeam.core.policy import serialize as serialize

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "deserialize",
    "get",
    "serialize",
]
