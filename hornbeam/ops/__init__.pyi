# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.elementwise import absolute as abs
from hornbeam.ops.elementwise import absolute as absolute
from hornbeam.ops.adaptive_pooling import adaptive_average_pool as adaptive_average_pool
from hornbeam.ops.adaptive_pooling import adaptive_max_pool as adaptive_max_pool
from hornbeam.ops.elementwise import add as add
from hornbeam.ops.reduce import all as all
from hornbeam.ops.reduce import allclose as allclose
from hornbeam.ops.reduce import amax as amax
from hornbeam.ops.reduce import amin as amin
from hornbeam.ops.elementwise import angle as angle
from hornbeam.ops.reduce import any as any
from hornbeam.ops.move import append as append
from hornbeam.ops.create import arange as arange
from hornbeam.ops.elementwise import arccos as arccos
from hornbeam.ops.elementwise import arccosh as arccosh
from hornbeam.ops.elementwise import arcsin as arcsin
from hornbeam.ops.elementwise import arcsinh as arcsinh
from hornbeam.ops.elementwise import arctan as arctan
from hornbeam.ops.elementwise import arctan2 as arctan2
from hornbeam.ops.elementwise import arctanh as arctanh
from hornbeam.ops.reduce import argmax as argmax
from hornbeam.ops.reduce import argmin as argmin
from hornbeam.ops.order import argpartition as argpartition
from hornbeam.ops.order import argsort as argsort
from hornbeam.ops.create import array as array
from hornbeam.ops.move import array_split as array_split
from hornbeam.ops.control import associative_scan as associative_scan
from hornbeam.ops.reduce import average as average
from hornbeam.ops.convolution import average_pool as average_pool
from hornbeam.ops.windows import bartlett as bartlett
from hornbeam.ops.normalization import batch_normalization as batch_normalization
from hornbeam.ops.loss import binary_crossentropy as binary_crossentropy
from hornbeam.ops.statistics import bincount as bincount
from hornbeam.ops.elementwise import bitwise_and as bitwise_and
from hornbeam.ops.elementwise import bitwise_not as bitwise_invert
from hornbeam.ops.elementwise import bitwise_left_shift as bitwise_left_shift
from hornbeam.ops.elementwise import bitwise_not as bitwise_not
from hornbeam.ops.elementwise import bitwise_or as bitwise_or
from hornbeam.ops.elementwise import bitwise_right_shift as bitwise_right_shift
from hornbeam.ops.elementwise import bitwise_xor as bitwise_xor
from hornbeam.ops.windows import blackman as blackman
from hornbeam.ops.move import broadcast_to as broadcast_to
from hornbeam.ops.elementwise import cast as cast
from hornbeam.ops.loss import categorical_crossentropy as categorical_crossentropy
from hornbeam.ops.elementwise import cbrt as cbrt
from hornbeam.ops.statistics import cdist as cdist
from hornbeam.ops.elementwise import ceil as ceil
from hornbeam.ops.activation import celu as celu
from hornbeam.ops.linear_algebra import cholesky as cholesky
from hornbeam.ops.linear_algebra import cholesky_inverse as cholesky_inverse
from hornbeam.ops.elementwise import clip as clip
from hornbeam.ops.move import concatenate as concatenate
from hornbeam.ops.control import cond as cond
from hornbeam.ops.elementwise import conjugate as conj
from hornbeam.ops.elementwise import conjugate as conjugate
from hornbeam.ops.convolution import conv as conv
from hornbeam.ops.convolution import conv_transpose as conv_transpose
from hornbeam.ops.create import convert_to_numpy as convert_to_numpy
from hornbeam.ops.create import convert_to_tensor as convert_to_tensor
from hornbeam.ops.create import copy as copy
from hornbeam.ops import core as core
from hornbeam.ops.statistics import corrcoef as corrcoef
from hornbeam.ops.statistics import correlate as correlate
from hornbeam.ops.elementwise import cos as cos
from hornbeam.ops.elementwise import cosh as cosh
from hornbeam.ops.reduce import count_nonzero as count_nonzero
from hornbeam.ops.products import cross as cross
from hornbeam.ops.ctc import ctc_decode as ctc_decode
from hornbeam.ops.ctc import ctc_loss as ctc_loss
from hornbeam.ops.reduce import cumprod as cumprod
from hornbeam.ops.reduce import cumsum as cumsum
from hornbeam.ops.control import custom_gradient as custom_gradient
from hornbeam.ops.elementwise import deg2rad as deg2rad
from hornbeam.ops.rearrangement import depth_to_space as depth_to_space
from hornbeam.ops.convolution import depthwise_conv as depthwise_conv
from hornbeam.ops.linear_algebra import det as det
from hornbeam.ops.move import diag as diag
from hornbeam.ops.move import diagflat as diagflat
from hornbeam.ops.move import diagonal as diagonal
from hornbeam.ops.products import diff as diff
from hornbeam.ops.order import digitize as digitize
from hornbeam.ops.elementwise import divide as divide
from hornbeam.ops.elementwise import divide_no_nan as divide_no_nan
from hornbeam.ops.contract import dot as dot
from hornbeam.ops.attention import dot_product_attention as dot_product_attention
from hornbeam.ops.move import dsplit as dsplit
from hornbeam.ops.move import dstack as dstack
from hornbeam.ops.create import dtype as dtype
from hornbeam.ops.linear_algebra import eig as eig
from hornbeam.ops.linear_algebra import eigh as eigh
from hornbeam.ops.contract import einsum as einsum
from hornbeam.ops.activation import elu as elu
from hornbeam.ops.create import empty as empty
from hornbeam.ops.create import empty_like as empty_like
from hornbeam.ops.elementwise import equal as equal
from hornbeam.ops.elementwise import erf as erf
from hornbeam.ops.elementwise import erfc as erfc
from hornbeam.ops.elementwise import erfinv as erfinv
from hornbeam.ops.elementwise import exp as exp
from hornbeam.ops.elementwise import exp2 as exp2
from hornbeam.ops.move import expand_dims as expand_dims
from hornbeam.ops.elementwise import expm1 as expm1
from hornbeam.ops.fourier import extract_sequences as extract_sequences
from hornbeam.ops.create import eye as eye
from hornbeam.ops.elementwise import fabs as fabs
from hornbeam.ops.fourier import fft as fft
from hornbeam.ops.fourier import fft2 as fft2
from hornbeam.ops.move import flip as flip
from hornbeam.ops.move import fliplr as fliplr
from hornbeam.ops.move import flipud as flipud
from hornbeam.ops.elementwise import floor as floor
from hornbeam.ops.elementwise import floor_divide as floor_divide
from hornbeam.ops.elementwise import fmax as fmax
from hornbeam.ops.elementwise import fmin as fmin
from hornbeam.ops.elementwise import fmod as fmod
from hornbeam.ops.rearrangement import fold as fold
from hornbeam.ops.control import fori_loop as fori_loop
from hornbeam.ops.create import full as full
from hornbeam.ops.create import full_like as full_like
from hornbeam.ops.elementwise import gcd as gcd
from hornbeam.ops.activation import gelu as gelu
from hornbeam.ops.create import geomspace as geomspace
from hornbeam.ops.index import get_item as get_item
from hornbeam.ops.activation import glu as glu
from hornbeam.ops.elementwise import greater as greater
from hornbeam.ops.elementwise import greater_equal as greater_equal
from hornbeam.ops.windows import hamming as hamming
from hornbeam.ops.windows import hanning as hanning
from hornbeam.ops.activation import hard_shrink as hard_shrink
from hornbeam.ops.activation import hard_sigmoid as hard_sigmoid
from hornbeam.ops.activation import hard_silu as hard_silu
from hornbeam.ops.activation import hard_silu as hard_swish
from hornbeam.ops.activation import hard_tanh as hard_tanh
from hornbeam.ops.elementwise import heaviside as heaviside
from hornbeam.ops.statistics import histogram as histogram
from hornbeam.ops.move import hsplit as hsplit
from hornbeam.ops.move import hstack as hstack
from hornbeam.ops.elementwise import hypot as hypot
from hornbeam.ops.elementwise import i0 as i0
from hornbeam.ops.create import identity as identity
from hornbeam.ops.fourier import ifft2 as ifft2
from hornbeam.ops.elementwise import imag as imag
from hornbeam.ops import image as image
from hornbeam.ops.order import in_top_k as in_top_k
from hornbeam.ops.contract import inner as inner
from hornbeam.ops.linear_algebra import inv as inv
from hornbeam.ops.fourier import irfft as irfft
from hornbeam.ops.create import is_tensor as is_tensor
from hornbeam.ops.elementwise import isclose as isclose
from hornbeam.ops.elementwise import isfinite as isfinite
from hornbeam.ops.index import isin as isin
from hornbeam.ops.elementwise import isinf as isinf
from hornbeam.ops.elementwise import isnan as isnan
from hornbeam.ops.elementwise import isneginf as isneginf
from hornbeam.ops.elementwise import isposinf as isposinf
from hornbeam.ops.elementwise import isreal as isreal
from hornbeam.ops.fourier import istft as istft
from hornbeam.ops.transforms import jvp as jvp
from hornbeam.ops.windows import kaiser as kaiser
from hornbeam.ops.products import kron as kron
from hornbeam.ops.normalization import layer_normalization as layer_normalization
from hornbeam.ops.elementwise import lcm as lcm
from hornbeam.ops.elementwise import ldexp as ldexp
from hornbeam.ops.activation import leaky_relu as leaky_relu
from hornbeam.ops.elementwise import bitwise_left_shift as left_shift
from hornbeam.ops.elementwise import less as less
from hornbeam.ops.elementwise import less_equal as less_equal
from hornbeam.ops import linalg as linalg
from hornbeam.ops.create import linspace as linspace
from hornbeam.ops.elementwise import log as log
from hornbeam.ops.elementwise import log10 as log10
from hornbeam.ops.elementwise import log1p as log1p
from hornbeam.ops.elementwise import log2 as log2
from hornbeam.ops.activation import log_sigmoid as log_sigmoid
from hornbeam.ops.activation import log_softmax as log_softmax
from hornbeam.ops.elementwise import logaddexp as logaddexp
from hornbeam.ops.elementwise import logaddexp2 as logaddexp2
from hornbeam.ops.linear_algebra import logdet as logdet
from hornbeam.ops.elementwise import logical_and as logical_and
from hornbeam.ops.elementwise import logical_not as logical_not
from hornbeam.ops.elementwise import logical_or as logical_or
from hornbeam.ops.elementwise import logical_xor as logical_xor
from hornbeam.ops.create import logspace as logspace
from hornbeam.ops.reduce import logsumexp as logsumexp
from hornbeam.ops.linear_algebra import lstsq as lstsq
from hornbeam.ops.linear_algebra import lu_factor as lu_factor
from hornbeam.ops.control import map as map
from hornbeam.ops.contract import matmul as matmul
from hornbeam.ops.linear_algebra import matrix_rank as matrix_rank
from hornbeam.ops.reduce import max as max
from hornbeam.ops.convolution import max_pool as max_pool
from hornbeam.ops.elementwise import maximum as maximum
from hornbeam.ops.reduce import mean as mean
from hornbeam.ops.order import median as median
from hornbeam.ops.move import meshgrid as meshgrid
from hornbeam.ops.reduce import min as min
from hornbeam.ops.elementwise import minimum as minimum
from hornbeam.ops.elementwise import mod as mod
from hornbeam.ops.normalization import moments as moments
from hornbeam.ops.move import moveaxis as moveaxis
from hornbeam.ops.index import multi_hot as multi_hot
from hornbeam.ops.elementwise import multiply as multiply
from hornbeam.ops.elementwise import nan_to_num as nan_to_num
from hornbeam.ops.reduce import nanargmax as nanargmax
from hornbeam.ops.reduce import nanargmin as nanargmin
from hornbeam.ops.reduce import nancumprod as nancumprod
from hornbeam.ops.reduce import nancumsum as nancumsum
from hornbeam.ops.reduce import nanmax as nanmax
from hornbeam.ops.reduce import nanmean as nanmean
from hornbeam.ops.order import nanmedian as nanmedian
from hornbeam.ops.reduce import nanmin as nanmin
from hornbeam.ops.order import nanpercentile as nanpercentile
from hornbeam.ops.reduce import nanprod as nanprod
from hornbeam.ops.order import nanquantile as nanquantile
from hornbeam.ops.reduce import nanstd as nanstd
from hornbeam.ops.reduce import nansum as nansum
from hornbeam.ops.reduce import nanvar as nanvar
from hornbeam.ops.create import ndim as ndim
from hornbeam.ops.elementwise import negative as negative
from hornbeam.ops.bits import nextafter as nextafter
from hornbeam.ops import nn as nn
from hornbeam.ops.index import nonzero as nonzero
from hornbeam.ops.linear_algebra import norm as norm
from hornbeam.ops.normalization import normalize as normalize
from hornbeam.ops.elementwise import not_equal as not_equal
from hornbeam.ops import numpy as numpy
from hornbeam.ops.index import one_hot as one_hot
from hornbeam.ops.create import ones as ones
from hornbeam.ops.create import ones_like as ones_like
from hornbeam.ops.contract import outer as outer
from hornbeam.ops.move import pad as pad
from hornbeam.ops.order import percentile as percentile
from hornbeam.ops.linear_algebra import pinv as pinv
from hornbeam.ops.products import polar as polar
from hornbeam.ops.elementwise import power as power
from hornbeam.ops.reduce import prod as prod
from hornbeam.ops.loss import psnr as psnr
from hornbeam.ops.reduce import ptp as ptp
from hornbeam.ops.linear_algebra import qr as qr
from hornbeam.ops.order import quantile as quantile
from hornbeam.ops.elementwise import rad2deg as rad2deg
from hornbeam.ops.move import ravel as ravel
from hornbeam.ops.elementwise import real as real
from hornbeam.ops.rearrangement import rearrange as rearrange
from hornbeam.ops.elementwise import reciprocal as reciprocal
from hornbeam.ops.activation import relu as relu
from hornbeam.ops.activation import relu6 as relu6
from hornbeam.ops.move import repeat as repeat
from hornbeam.ops.move import reshape as reshape
from hornbeam.ops.fourier import rfft as rfft
from hornbeam.ops.elementwise import bitwise_right_shift as right_shift
from hornbeam.ops.normalization import rms_normalization as rms_normalization
from hornbeam.ops.move import roll as roll
from hornbeam.ops.move import rot90 as rot90
from hornbeam.ops.elementwise import round as round
from hornbeam.ops.elementwise import rsqrt as rsqrt
from hornbeam.ops.elementwise import saturate_cast as saturate_cast
from hornbeam.ops.control import scan as scan
from hornbeam.ops.index import scatter as scatter
from hornbeam.ops.index import scatter_update as scatter_update
from hornbeam.ops.order import searchsorted as searchsorted
from hornbeam.ops.index import segment_max as segment_max
from hornbeam.ops.index import segment_min as segment_min
from hornbeam.ops.index import segment_prod as segment_prod
from hornbeam.ops.index import segment_sum as segment_sum
from hornbeam.ops.elementwise import select as select
from hornbeam.ops.activation import selu as selu
from hornbeam.ops.convolution import separable_conv as separable_conv
from hornbeam.ops.create import shape as shape
from hornbeam.ops.activation import sigmoid as sigmoid
from hornbeam.ops.elementwise import sign as sign
from hornbeam.ops.elementwise import signbit as signbit
from hornbeam.ops.activation import silu as silu
from hornbeam.ops.elementwise import sin as sin
from hornbeam.ops.elementwise import sinc as sinc
from hornbeam.ops.elementwise import sinh as sinh
from hornbeam.ops.create import size as size
from hornbeam.ops.index import slice as slice
from hornbeam.ops.index import slice_update as slice_update
from hornbeam.ops.linear_algebra import slogdet as slogdet
from hornbeam.ops.activation import soft_shrink as soft_shrink
from hornbeam.ops.activation import softmax as softmax
from hornbeam.ops.activation import softplus as softplus
from hornbeam.ops.activation import softsign as softsign
from hornbeam.ops.linear_algebra import solve as solve
from hornbeam.ops.linear_algebra import solve_triangular as solve_triangular
from hornbeam.ops.order import sort as sort
from hornbeam.ops.rearrangement import space_to_depth as space_to_depth
from hornbeam.ops.loss import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from hornbeam.ops.activation import sparse_plus as sparse_plus
from hornbeam.ops.activation import sparse_sigmoid as sparse_sigmoid
from hornbeam.ops.activation import sparsemax as sparsemax
from hornbeam.ops.move import split as split
from hornbeam.ops.elementwise import sqrt as sqrt
from hornbeam.ops.elementwise import square as square
from hornbeam.ops.activation import squareplus as squareplus
from hornbeam.ops.move import squeeze as squeeze
from hornbeam.ops.move import stack as stack
from hornbeam.ops.reduce import std as std
from hornbeam.ops.fourier import stft as stft
from hornbeam.ops.control import stop_gradient as stop_gradient
from hornbeam.ops.elementwise import subtract as subtract
from hornbeam.ops.reduce import sum as sum
from hornbeam.ops.linear_algebra import svd as svd
from hornbeam.ops.move import swapaxes as swapaxes
from hornbeam.ops.activation import silu as swish
from hornbeam.ops.control import switch as switch
from hornbeam.ops.index import take as take
from hornbeam.ops.index import take_along_axis as take_along_axis
from hornbeam.ops.elementwise import tan as tan
from hornbeam.ops.elementwise import tanh as tanh
from hornbeam.ops.activation import tanh_shrink as tanh_shrink
from hornbeam.ops.contract import tensordot as tensordot
from hornbeam.ops.activation import threshold as threshold
from hornbeam.ops.move import tile as tile
from hornbeam.ops.order import top_k as top_k
from hornbeam.ops.reduce import trace as trace
from hornbeam.ops.move import transpose as transpose
from hornbeam.ops.products import trapezoid as trapezoid
from hornbeam.ops.create import tri as tri
from hornbeam.ops.move import tril as tril
from hornbeam.ops.move import triu as triu
from hornbeam.ops.elementwise import divide as true_divide
from hornbeam.ops.elementwise import trunc as trunc
from hornbeam.ops.rearrangement import unfold as unfold
from hornbeam.ops.distinct import unique as unique
from hornbeam.ops.index import unravel_index as unravel_index
from hornbeam.ops.move import unstack as unstack
from hornbeam.ops.products import vander as vander
from hornbeam.ops.reduce import var as var
from hornbeam.ops.contract import vdot as vdot
from hornbeam.ops.vectorizing import vectorize as vectorize
from hornbeam.ops.control import vectorized_map as vectorized_map
from hornbeam.ops.bits import view as view
from hornbeam.ops.index import view_as_complex as view_as_complex
from hornbeam.ops.index import view_as_real as view_as_real
from hornbeam.ops.move import vsplit as vsplit
from hornbeam.ops.move import vstack as vstack
from hornbeam.ops.elementwise import where as where
from hornbeam.ops.control import while_loop as while_loop
from hornbeam.ops.create import zeros as zeros
from hornbeam.ops.create import zeros_like as zeros_like

__all__ = [
    "abs",
    "absolute",
    "adaptive_average_pool",
    "adaptive_max_pool",
    "add",
    "all",
    "allclose",
    "amax",
    "amin",
    "angle",
    "any",
    "append",
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "array",
    "array_split",
    "associative_scan",
    "average",
    "average_pool",
    "bartlett",
    "batch_normalization",
    "binary_crossentropy",
    "bincount",
    "bitwise_and",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "blackman",
    "broadcast_to",
    "cast",
    "categorical_crossentropy",
    "cbrt",
    "cdist",
    "ceil",
    "celu",
    "cholesky",
    "cholesky_inverse",
    "clip",
    "concatenate",
    "cond",
    "conj",
    "conjugate",
    "conv",
    "conv_transpose",
    "convert_to_numpy",
    "convert_to_tensor",
    "copy",
    "core",
    "corrcoef",
    "correlate",
    "cos",
    "cosh",
    "count_nonzero",
    "cross",
    "ctc_decode",
    "ctc_loss",
    "cumprod",
    "cumsum",
    "custom_gradient",
    "deg2rad",
    "depth_to_space",
    "depthwise_conv",
    "det",
    "diag",
    "diagflat",
    "diagonal",
    "diff",
    "digitize",
    "divide",
    "divide_no_nan",
    "dot",
    "dot_product_attention",
    "dsplit",
    "dstack",
    "dtype",
    "eig",
    "eigh",
    "einsum",
    "elu",
    "empty",
    "empty_like",
    "equal",
    "erf",
    "erfc",
    "erfinv",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "extract_sequences",
    "eye",
    "fabs",
    "fft",
    "fft2",
    "flip",
    "fliplr",
    "flipud",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "fold",
    "fori_loop",
    "full",
    "full_like",
    "gcd",
    "gelu",
    "geomspace",
    "get_item",
    "glu",
    "greater",
    "greater_equal",
    "hamming",
    "hanning",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "heaviside",
    "histogram",
    "hsplit",
    "hstack",
    "hypot",
    "i0",
    "identity",
    "ifft2",
    "imag",
    "image",
    "in_top_k",
    "inner",
    "inv",
    "irfft",
    "is_tensor",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "istft",
    "jvp",
    "kaiser",
    "kron",
    "layer_normalization",
    "lcm",
    "ldexp",
    "leaky_relu",
    "left_shift",
    "less",
    "less_equal",
    "linalg",
    "linspace",
    "log",
    "log10",
    "log1p",
    "log2",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logaddexp2",
    "logdet",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logspace",
    "logsumexp",
    "lstsq",
    "lu_factor",
    "map",
    "matmul",
    "matrix_rank",
    "max",
    "max_pool",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mod",
    "moments",
    "moveaxis",
    "multi_hot",
    "multiply",
    "nan_to_num",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
    "ndim",
    "negative",
    "nextafter",
    "nn",
    "nonzero",
    "norm",
    "normalize",
    "not_equal",
    "numpy",
    "one_hot",
    "ones",
    "ones_like",
    "outer",
    "pad",
    "percentile",
    "pinv",
    "polar",
    "power",
    "prod",
    "psnr",
    "ptp",
    "qr",
    "quantile",
    "rad2deg",
    "ravel",
    "real",
    "rearrange",
    "reciprocal",
    "relu",
    "relu6",
    "repeat",
    "reshape",
    "rfft",
    "right_shift",
    "rms_normalization",
    "roll",
    "rot90",
    "round",
    "rsqrt",
    "saturate_cast",
    "scan",
    "scatter",
    "scatter_update",
    "searchsorted",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "select",
    "selu",
    "separable_conv",
    "shape",
    "sigmoid",
    "sign",
    "signbit",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "size",
    "slice",
    "slice_update",
    "slogdet",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "solve",
    "solve_triangular",
    "sort",
    "space_to_depth",
    "sparse_categorical_crossentropy",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "split",
    "sqrt",
    "square",
    "squareplus",
    "squeeze",
    "stack",
    "std",
    "stft",
    "stop_gradient",
    "subtract",
    "sum",
    "svd",
    "swapaxes",
    "swish",
    "switch",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tanh_shrink",
    "tensordot",
    "threshold",
    "tile",
    "top_k",
    "trace",
    "transpose",
    "trapezoid",
    "tri",
    "tril",
    "triu",
    "true_divide",
    "trunc",
    "unfold",
    "unique",
    "unravel_index",
    "unstack",
    "vander",
    "var",
    "vdot",
    "vectorize",
    "vectorized_map",
    "view",
    "view_as_complex",
    "view_as_real",
    "vsplit",
    "vstack",
    "where",
    "while_loop",
    "zeros",
    "zeros_like",
]
