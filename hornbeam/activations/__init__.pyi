# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.activation import celu as celu
from hornbeam.activations.lookup import deserialize as deserialize
from hornbeam.ops.activation import elu as elu
from hornbeam.activations.activations import exponential as exponential
from hornbeam.activations.activations import gelu as gelu
from hornbeam.activations.lookup import get as get
from hornbeam.ops.activation import glu as glu
from hornbeam.ops.activation import hard_shrink as hard_shrink
from hornbeam.ops.activation import hard_sigmoid as hard_sigmoid
from hornbeam.ops.activation import hard_silu as hard_silu
from hornbeam.ops.activation import hard_silu as hard_swish
from hornbeam.ops.activation import hard_tanh as hard_tanh
from hornbeam.ops.activation import leaky_relu as leaky_relu
from hornbeam.activations.activations import linear as linear
from hornbeam.ops.activation import log_sigmoid as log_sigmoid
from hornbeam.ops.activation import log_softmax as log_softmax
from hornbeam.ops.activation import mish as mish
from hornbeam.activations.activations import relu as relu
from hornbeam.ops.activation import relu6 as relu6
from hornbeam.ops.activation import selu as selu
from hornbeam.activations.lookup import serialize as serialize
from hornbeam.ops.activation import sigmoid as sigmoid
from hornbeam.ops.activation import silu as silu
from hornbeam.ops.activation import soft_shrink as soft_shrink
from hornbeam.ops.activation import softmax as softmax
from hornbeam.ops.activation import softplus as softplus
from hornbeam.ops.activation import softsign as softsign
from hornbeam.ops.activation import sparse_plus as sparse_plus
from hornbeam.ops.activation import sparse_sigmoid as sparse_sigmoid
from hornbeam.ops.activation import sparsemax as sparsemax
from hornbeam.ops.activation import squareplus as squareplus
from hornbeam.ops.activation import silu as swish
from hornbeam.activations.activations import tanh as tanh
from hornbeam.ops.activation import tanh_shrink as tanh_shrink
from hornbeam.ops.activation import threshold as threshold

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
