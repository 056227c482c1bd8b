# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.ops.elementwise import absolute as abs
from hornbeam.ops.elementwise import absolute as absolute
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
from hornbeam.ops.reduce import average as average
from hornbeam.ops.windows import bartlett as bartlett
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
from hornbeam.ops.elementwise import cbrt as cbrt
from hornbeam.ops.elementwise import ceil as ceil
from hornbeam.ops.elementwise import clip as clip
from hornbeam.ops.move import concatenate as concatenate
from hornbeam.ops.elementwise import conjugate as conj
from hornbeam.ops.elementwise import conjugate as conjugate
from hornbeam.ops.create import copy as copy
from hornbeam.ops.statistics import corrcoef as corrcoef
from hornbeam.ops.statistics import correlate as correlate
from hornbeam.ops.elementwise import cos as cos
from hornbeam.ops.elementwise import cosh as cosh
from hornbeam.ops.reduce import count_nonzero as count_nonzero
from hornbeam.ops.products import cross as cross
from hornbeam.ops.reduce import cumprod as cumprod
from hornbeam.ops.reduce import cumsum as cumsum
from hornbeam.ops.elementwise import deg2rad as deg2rad
from hornbeam.ops.move import diag as diag
from hornbeam.ops.move import diagflat as diagflat
from hornbeam.ops.move import diagonal as diagonal
from hornbeam.ops.products import diff as diff
from hornbeam.ops.order import digitize as digitize
from hornbeam.ops.elementwise import divide as divide
from hornbeam.ops.elementwise import divide_no_nan as divide_no_nan
from hornbeam.ops.contract import dot as dot
from hornbeam.ops.move import dsplit as dsplit
from hornbeam.ops.move import dstack as dstack
from hornbeam.ops.contract import einsum as einsum
from hornbeam.ops.create import empty as empty
from hornbeam.ops.create import empty_like as empty_like
from hornbeam.ops.elementwise import equal as equal
from hornbeam.ops.elementwise import exp as exp
from hornbeam.ops.elementwise import exp2 as exp2
from hornbeam.ops.move import expand_dims as expand_dims
from hornbeam.ops.elementwise import expm1 as expm1
from hornbeam.ops.create import eye as eye
from hornbeam.ops.elementwise import fabs as fabs
from hornbeam.ops.move import flip as flip
from hornbeam.ops.move import fliplr as fliplr
from hornbeam.ops.move import flipud as flipud
from hornbeam.ops.elementwise import floor as floor
from hornbeam.ops.elementwise import floor_divide as floor_divide
from hornbeam.ops.elementwise import fmax as fmax
from hornbeam.ops.elementwise import fmin as fmin
from hornbeam.ops.elementwise import fmod as fmod
from hornbeam.ops.create import full as full
from hornbeam.ops.create import full_like as full_like
from hornbeam.ops.elementwise import gcd as gcd
from hornbeam.ops.create import geomspace as geomspace
from hornbeam.ops.index import get_item as get_item
from hornbeam.ops.elementwise import greater as greater
from hornbeam.ops.elementwise import greater_equal as greater_equal
from hornbeam.ops.windows import hamming as hamming
from hornbeam.ops.windows import hanning as hanning
from hornbeam.ops.elementwise import heaviside as heaviside
from hornbeam.ops.statistics import histogram as histogram
from hornbeam.ops.move import hsplit as hsplit
from hornbeam.ops.move import hstack as hstack
from hornbeam.ops.elementwise import hypot as hypot
from hornbeam.ops.elementwise import i0 as i0
from hornbeam.ops.create import identity as identity
from hornbeam.ops.elementwise import imag as imag
from hornbeam.ops.contract import inner as inner
from hornbeam.ops.elementwise import isclose as isclose
from hornbeam.ops.elementwise import isfinite as isfinite
from hornbeam.ops.index import isin as isin
from hornbeam.ops.elementwise import isinf as isinf
from hornbeam.ops.elementwise import isnan as isnan
from hornbeam.ops.elementwise import isneginf as isneginf
from hornbeam.ops.elementwise import isposinf as isposinf
from hornbeam.ops.elementwise import isreal as isreal
from hornbeam.ops.windows import kaiser as kaiser
from hornbeam.ops.products import kron as kron
from hornbeam.ops.elementwise import lcm as lcm
from hornbeam.ops.elementwise import ldexp as ldexp
from hornbeam.ops.elementwise import bitwise_left_shift as left_shift
from hornbeam.ops.elementwise import less as less
from hornbeam.ops.elementwise import less_equal as less_equal
from hornbeam.ops.create import linspace as linspace
from hornbeam.ops.elementwise import log as log
from hornbeam.ops.elementwise import log10 as log10
from hornbeam.ops.elementwise import log1p as log1p
from hornbeam.ops.elementwise import log2 as log2
from hornbeam.ops.elementwise import logaddexp as logaddexp
from hornbeam.ops.elementwise import logaddexp2 as logaddexp2
from hornbeam.ops.elementwise import logical_and as logical_and
from hornbeam.ops.elementwise import logical_not as logical_not
from hornbeam.ops.elementwise import logical_or as logical_or
from hornbeam.ops.elementwise import logical_xor as logical_xor
from hornbeam.ops.create import logspace as logspace
from hornbeam.ops.contract import matmul as matmul
from hornbeam.ops.reduce import max as max
from hornbeam.ops.elementwise import maximum as maximum
from hornbeam.ops.reduce import mean as mean
from hornbeam.ops.order import median as median
from hornbeam.ops.move import meshgrid as meshgrid
from hornbeam.ops.reduce import min as min
from hornbeam.ops.elementwise import minimum as minimum
from hornbeam.ops.elementwise import mod as mod
from hornbeam.ops.move import moveaxis as moveaxis
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
from hornbeam.ops.index import nonzero as nonzero
from hornbeam.ops.elementwise import not_equal as not_equal
from hornbeam.ops.create import ones as ones
from hornbeam.ops.create import ones_like as ones_like
from hornbeam.ops.contract import outer as outer
from hornbeam.ops.move import pad as pad
from hornbeam.ops.order import percentile as percentile
from hornbeam.ops.elementwise import power as power
from hornbeam.ops.reduce import prod as prod
from hornbeam.ops.reduce import ptp as ptp
from hornbeam.ops.order import quantile as quantile
from hornbeam.ops.elementwise import rad2deg as rad2deg
from hornbeam.ops.move import ravel as ravel
from hornbeam.ops.elementwise import real as real
from hornbeam.ops.elementwise import reciprocal as reciprocal
from hornbeam.ops.move import repeat as repeat
from hornbeam.ops.move import reshape as reshape
from hornbeam.ops.elementwise import bitwise_right_shift as right_shift
from hornbeam.ops.move import roll as roll
from hornbeam.ops.move import rot90 as rot90
from hornbeam.ops.elementwise import round as round
from hornbeam.ops.order import searchsorted as searchsorted
from hornbeam.ops.elementwise import select as select
from hornbeam.ops.elementwise import sign as sign
from hornbeam.ops.elementwise import signbit as signbit
from hornbeam.ops.elementwise import sin as sin
from hornbeam.ops.elementwise import sinc as sinc
from hornbeam.ops.elementwise import sinh as sinh
from hornbeam.ops.create import size as size
from hornbeam.ops.linear_algebra import slogdet as slogdet
from hornbeam.ops.order import sort as sort
from hornbeam.ops.move import split as split
from hornbeam.ops.elementwise import sqrt as sqrt
from hornbeam.ops.elementwise import square as square
from hornbeam.ops.move import squeeze as squeeze
from hornbeam.ops.move import stack as stack
from hornbeam.ops.reduce import std as std
from hornbeam.ops.elementwise import subtract as subtract
from hornbeam.ops.reduce import sum as sum
from hornbeam.ops.move import swapaxes as swapaxes
from hornbeam.ops.index import take as take
from hornbeam.ops.index import take_along_axis as take_along_axis
from hornbeam.ops.elementwise import tan as tan
from hornbeam.ops.elementwise import tanh as tanh
from hornbeam.ops.contract import tensordot as tensordot
from hornbeam.ops.move import tile as tile
from hornbeam.ops.reduce import trace as trace
from hornbeam.ops.move import transpose as transpose
from hornbeam.ops.products import trapezoid as trapezoid
from hornbeam.ops.create import tri as tri
from hornbeam.ops.move import tril as tril
from hornbeam.ops.move import triu as triu
from hornbeam.ops.elementwise import divide as true_divide
from hornbeam.ops.elementwise import trunc as trunc
from hornbeam.ops.distinct import unique as unique
from hornbeam.ops.index import unravel_index as unravel_index
from hornbeam.ops.products import vander as vander
from hornbeam.ops.reduce import var as var
from hornbeam.ops.contract import vdot as vdot
from hornbeam.ops.vectorizing import vectorize as vectorize
from hornbeam.ops.bits import view as view
from hornbeam.ops.move import vsplit as vsplit
from hornbeam.ops.move import vstack as vstack
from hornbeam.ops.elementwise import where as where
from hornbeam.ops.create import zeros as zeros
from hornbeam.ops.create import zeros_like as zeros_like

__all__ = [
    "abs",
    "absolute",
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
    "average",
    "bartlett",
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
    "cbrt",
    "ceil",
    "clip",
    "concatenate",
    "conj",
    "conjugate",
    "copy",
    "corrcoef",
    "correlate",
    "cos",
    "cosh",
    "count_nonzero",
    "cross",
    "cumprod",
    "cumsum",
    "deg2rad",
    "diag",
    "diagflat",
    "diagonal",
    "diff",
    "digitize",
    "divide",
    "divide_no_nan",
    "dot",
    "dsplit",
    "dstack",
    "einsum",
    "empty",
    "empty_like",
    "equal",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "eye",
    "fabs",
    "flip",
    "fliplr",
    "flipud",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "full",
    "full_like",
    "gcd",
    "geomspace",
    "get_item",
    "greater",
    "greater_equal",
    "hamming",
    "hanning",
    "heaviside",
    "histogram",
    "hsplit",
    "hstack",
    "hypot",
    "i0",
    "identity",
    "imag",
    "inner",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "kaiser",
    "kron",
    "lcm",
    "ldexp",
    "left_shift",
    "less",
    "less_equal",
    "linspace",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logspace",
    "matmul",
    "max",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mod",
    "moveaxis",
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
    "nonzero",
    "not_equal",
    "ones",
    "ones_like",
    "outer",
    "pad",
    "percentile",
    "power",
    "prod",
    "ptp",
    "quantile",
    "rad2deg",
    "ravel",
    "real",
    "reciprocal",
    "repeat",
    "reshape",
    "right_shift",
    "roll",
    "rot90",
    "round",
    "searchsorted",
    "select",
    "sign",
    "signbit",
    "sin",
    "sinc",
    "sinh",
    "size",
    "slogdet",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "subtract",
    "sum",
    "swapaxes",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "trace",
    "transpose",
    "trapezoid",
    "tri",
    "tril",
    "triu",
    "true_divide",
    "trunc",
    "unique",
    "unravel_index",
    "vander",
    "var",
    "vdot",
    "vectorize",
    "view",
    "vsplit",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]
