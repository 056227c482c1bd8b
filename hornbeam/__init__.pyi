# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.core.policy import DTypePolicy as DTypePolicy
from hornbeam.core.policy import DTypePolicy as FloatDTypePolicy
from hornbeam.initializers.initializer import Initializer as Initializer
from hornbeam.layers.input_layer import Input as Input
from hornbeam.layers.input_spec import InputSpec as InputSpec
from hornbeam.core.spec import KerasTensor as KerasTensor
from hornbeam.layers.layer import Layer as Layer
from hornbeam.losses.loss import Loss as Loss
from hornbeam.metrics.metric import Metric as Metric
from hornbeam.models.model import Model as Model
from hornbeam.ops.forms import Operation as Operation
from hornbeam.optimizers.optimizer import Optimizer as Optimizer
from hornbeam.regularizers.regularizers import Regularizer as Regularizer
from hornbeam.models.sequential import Sequential as Sequential
from hornbeam.core.scope import StatelessScope as StatelessScope
from hornbeam.core.variable import Variable as Variable
from hornbeam.core.version import __version__ as __version__
from hornbeam import activations as activations
from hornbeam import backend as backend
from hornbeam.core.registry import scope as backend_scope
from hornbeam import callbacks as callbacks
from hornbeam import config as config
from hornbeam import constraints as constraints
from hornbeam import datasets as datasets
from hornbeam import dtype_policies as dtype_policies
from hornbeam.ops.transforms import grad as grad
from hornbeam import initializers as initializers
from hornbeam.ops.transforms import jit as jit
from hornbeam.ops.transforms import jvp as jvp
from hornbeam import layers as layers
from hornbeam import losses as losses
from hornbeam import metrics as metrics
from hornbeam import mixed_precision as mixed_precision
from hornbeam import models as models
from hornbeam.core.scope import name_scope as name_scope
from hornbeam import ops as ops
from hornbeam import optimizers as optimizers
from hornbeam import random as random
from hornbeam import regularizers as regularizers
from hornbeam import saving as saving
from hornbeam.core.registry import set_backend as set_backend
from hornbeam import tree as tree
from hornbeam import utils as utils
from hornbeam.ops.transforms import value_and_grad as value_and_grad
from hornbeam.core.version import version as version
from hornbeam.ops.transforms import vmap as vmap

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Operation",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "StatelessScope",
    "Variable",
    "__version__",
    "activations",
    "backend",
    "backend_scope",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "dtype_policies",
    "grad",
    "initializers",
    "jit",
    "jvp",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "random",
    "regularizers",
    "saving",
    "set_backend",
    "tree",
    "utils",
    "value_and_grad",
    "version",
    "vmap",
]
