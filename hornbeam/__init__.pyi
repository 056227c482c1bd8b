# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.core.spec import KerasTensor as KerasTensor
from hornbeam.core.scope import StatelessScope as StatelessScope
from hornbeam.core.variable import Variable as Variable
from hornbeam.core.version import __version__ as __version__
from hornbeam import backend as backend
from hornbeam.core.registry import scope as backend_scope
from hornbeam import config as config
from hornbeam.core.scope import name_scope as name_scope
from hornbeam import ops as ops
from hornbeam import saving as saving
from hornbeam.core.registry import set_backend as set_backend
from hornbeam import tree as tree
from hornbeam import utils as utils
from hornbeam.core.version import version as version

__all__ = [
    "KerasTensor",
    "StatelessScope",
    "Variable",
    "__version__",
    "backend",
    "backend_scope",
    "config",
    "name_scope",
    "ops",
    "saving",
    "set_backend",
    "tree",
    "utils",
    "version",
]
