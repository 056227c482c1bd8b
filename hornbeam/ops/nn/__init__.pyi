# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.adaptive_pooling import adaptive_average_pool as adaptive_average_pool
from hornbeam.ops.adaptive_pooling import adaptive_max_pool as adaptive_max_pool
from hornbeam.ops.convolution import average_pool as average_pool
from hornbeam.ops.normalization import batch_normalization as batch_normalization
from hornbeam.ops.loss import binary_crossentropy as binary_crossentropy
from hornbeam.ops.loss import categorical_crossentropy as categorical_crossentropy
from hornbeam.ops.activation import celu as celu
from hornbeam.ops.convolution import conv as conv
from hornbeam.ops.convolution import conv_transpose as conv_transpose
from hornbeam.ops.ctc import ctc_decode as ctc_decode
from hornbeam.ops.ctc import ctc_loss as ctc_loss
from hornbeam.ops.rearrangement import depth_to_space as depth_to_space
from hornbeam.ops.convolution import depthwise_conv as depthwise_conv
from hornbeam.ops.attention import dot_product_attention as dot_product_attention
from hornbeam.ops.activation import elu as elu
from hornbeam.ops.rearrangement import fold as fold
from hornbeam.ops.activation import gelu as gelu
from hornbeam.ops.activation import glu as glu
from hornbeam.ops.activation import hard_shrink as hard_shrink
from hornbeam.ops.activation import hard_sigmoid as hard_sigmoid
from hornbeam.ops.activation import hard_silu as hard_silu
from hornbeam.ops.activation import hard_silu as hard_swish
from hornbeam.ops.activation import hard_tanh as hard_tanh
from hornbeam.ops.normalization import layer_normalization as layer_normalization
from hornbeam.ops.activation import leaky_relu as leaky_relu
from hornbeam.ops.activation import log_sigmoid as log_sigmoid
from hornbeam.ops.activation import log_softmax as log_softmax
from hornbeam.ops.convolution import max_pool as max_pool
from hornbeam.ops.normalization import moments as moments
from hornbeam.ops.index import multi_hot as multi_hot
from hornbeam.ops.normalization import normalize as normalize
from hornbeam.ops.index import one_hot as one_hot
from hornbeam.ops.products import polar as polar
from hornbeam.ops.loss import psnr as psnr
from hornbeam.ops.activation import relu as relu
from hornbeam.ops.activation import relu6 as relu6
from hornbeam.ops.normalization import rms_normalization as rms_normalization
from hornbeam.ops.activation import selu as selu
from hornbeam.ops.convolution import separable_conv as separable_conv
from hornbeam.ops.activation import sigmoid as sigmoid
from hornbeam.ops.activation import silu as silu
from hornbeam.ops.activation import soft_shrink as soft_shrink
from hornbeam.ops.activation import softmax as softmax
from hornbeam.ops.activation import softplus as softplus
from hornbeam.ops.activation import softsign as softsign
from hornbeam.ops.rearrangement import space_to_depth as space_to_depth
from hornbeam.ops.loss import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from hornbeam.ops.activation import sparse_plus as sparse_plus
from hornbeam.ops.activation import sparse_sigmoid as sparse_sigmoid
from hornbeam.ops.activation import sparsemax as sparsemax
from hornbeam.ops.activation import squareplus as squareplus
from hornbeam.ops.activation import silu as swish
from hornbeam.ops.activation import tanh_shrink as tanh_shrink
from hornbeam.ops.activation import threshold as threshold
from hornbeam.ops.rearrangement import unfold as unfold

__all__ = [
    "adaptive_average_pool",
    "adaptive_max_pool",
    "average_pool",
    "batch_normalization",
    "binary_crossentropy",
    "categorical_crossentropy",
    "celu",
    "conv",
    "conv_transpose",
    "ctc_decode",
    "ctc_loss",
    "depth_to_space",
    "depthwise_conv",
    "dot_product_attention",
    "elu",
    "fold",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "layer_normalization",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "max_pool",
    "moments",
    "multi_hot",
    "normalize",
    "one_hot",
    "polar",
    "psnr",
    "relu",
    "relu6",
    "rms_normalization",
    "selu",
    "separable_conv",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "space_to_depth",
    "sparse_categorical_crossentropy",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh_shrink",
    "threshold",
    "unfold",
]
