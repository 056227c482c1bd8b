"""Where operations differ from Keras 3.15.1 on purpose: (operations, labels of questions, reason).

Operations are names; labels are patterns of `fnmatch`. What Keras' engines have no common answer to, or plainly get
wrong, has one answer in Hornbeam, on every engine.
"""

from __future__ import annotations

import fnmatch

ALONE = "Keras on tensorflow alone has it so; its other engines say what Hornbeam says: "
REAL = "complex numbers have no order; Keras on tensorflow drops the imaginary part: DtypeError"
WHOLE = "whole numbers give floats; Keras' engines have no common answer, and tensorflow's cuts off the fraction"
NO_AXIS = "a scalar has no axis: AxisError, as Keras itself says of symbolic tensors"
BEYOND = "NaN and infinities spread as each algorithm has it"
NOTHING = "nothing to transform: ShapeError, as NumPy has it"
FREE = "the order on either side of the kth element is free"

DIFFERENCES: list[tuple[str, str, str]] = [
    # dtypes
    ("batch_normalization moments histogram", "*int*", WHOLE),
    ("dot_product_attention", "*int*", WHOLE + ": all weights become 0"),
    ("psnr", "*int*", WHOLE + ": uint8 wraps around"),
    ("cbrt digitize hard_shrink hypot i0 psnr signbit view_as_complex argpartition nextafter", "*complex*", REAL),
    ("bincount", "*float*", "what is no whole number cannot be counted: DtypeError, as in NumPy"),
    ("bincount", "complex64", "what is no whole number cannot be counted: DtypeError, as in NumPy"),
    ("correlate nanmean", "*complex*", ALONE + "complex numbers keep their imaginary part"),
    ("nanprod", "complex64", ALONE + "a complex NaN is left out"),
    ("isclose allclose", "*complex64", "Keras on tensorflow finds that no complex number is close to its neighbours"),
    ("cdist", "complex64", "a distance is real"),
    ("eigh slogdet", "*complex64*", ALONE + "the eigenvalues of a Hermitian matrix, and the logarithm, are real"),
    ("norm", "*complex64*", "Keras on tensorflow gives some norms of complex numbers as real: all have the dtype of x"),
    ("select", "*", "the default takes part in promotion as a Python number; Keras on tensorflow makes it float64"),
    ("meshgrid", "bool int8", "each grid has the dtype of its coordinates; Keras on tensorflow refuses most mixtures"),
    ("bitwise_left_shift", "bool int8", "a shift by more bits than there are is undefined"),
    # values
    ("unravel_index", "*", ALONE + "of a matrix of positions"),
    ("vstack", "*", ALONE + "vectors are rows"),
    ("rot90", "sample*", ALONE + "two turns are half a turn"),
    ("vdot", "sample*", ALONE + "the first argument is conjugated, and all elements count"),
    ("vander", "sample*", ALONE + "0 to the power 0 is 1"),
    ("corrcoef", "sample*", ALONE + "whole numbers are not cut off"),
    ("corrcoef", "int64", ALONE + "whole numbers are not cut off"),
    ("correlate", "sample*", ALONE + "the middle of an even excess"),
    ("depth_to_space space_to_depth", "sample*", ALONE + "the layout of blocks, channels first"),
    ("histogram", "sample*", ALONE + "the bins of equal or no elements"),
    ("histogram", "empty*", ALONE + "the bins of equal or no elements"),
    ("logdet", "*", ALONE + "matrices need not be positive definite"),
    ("cholesky_inverse", "sample*", "the inverse of a Hermitian matrix is Hermitian: only Keras on torch conjugates"),
    ("layer_normalization", "sample*", "Keras loses digits where the mean is large beside the spread"),
    ("lstsq", "sample*", ALONE + "the least squares of no unknowns"),
    ("nextafter", "sample*", ALONE + "what lies beside 0 and infinity"),
    ("norm", "sample*", ALONE + "the norm of nothing is 0"),
    ("sparsemax", "sample*", "Keras' rows do not sum to 1 where there are several"),
    ("sparsemax", "odd", "Keras' rows do not sum to 1 where there are several"),
    ("stft istft", "sample*", ALONE + "windows that differ in length from the transform"),
    ("stft", "empty first", "no signals have no frames: a batch of 0"),
    ("unique", "sample*", ALONE + "what fills up to `size`, and the order"),
    ("isclose", "sample*", ALONE + "infinities are close to themselves, not to each other"),
    ("eye", "sample*", "Keras' symbolic and computed answers differ in which argument comes first"),
    ("arange", "sample*", "Keras on numpy cuts the step off before it counts"),
    ("ctc_decode", "sample*", "Keras' engines score paths that cannot be differently"),
    ("argpartition", "*", FREE),
    ("ctc_loss", "*", "an empty target costs the improbability of blanks alone; Keras says 0"),
    # odd input
    ("argsort normalize rms_normalization", "0-d", NO_AXIS),
    ("corrcoef", "0-d", "a scalar is no matrix: ShapeError"),
    ("fft fft2 rfft istft", "empty last", NOTHING),
    ("fft fft2", "odd *", BEYOND),
    ("linspace", "odd*", BEYOND + "; Keras' engines do not agree on one"),
    ("binary_crossentropy", "odd", "a target outside [0, 1] has no crossentropy"),
    ("digitize", "odd*", "bins that do not ascend"),
    ("max_pool", "odd", "NaN is in the window: NaN; Keras on tensorflow passes over it"),
    ("multi_hot", "empty last", "no class was named: 0; Keras on tensorflow says -inf"),
    ("take_along_axis sparse_categorical_crossentropy", "empty last", "positions outside the tensor"),
    ("take", "broadcast first", "positions outside the tensor"),
]

# what one engine does by itself: (backends, operations, labels, reason)
ENGINES: list[tuple[str, str, str, str]] = [
    ("torch", "dot_product_attention", "odd*", "torch's fused kernel gives 0 where all weights would be NaN"),
    ("torch tensorflow jax", "irfft slogdet ctc_decode", "odd*", BEYOND),
    ("tensorflow", "dot einsum tensordot", "broadcast second", "TensorFlow's einsum repeats no axis of size 1"),
]

# shapes that depend on values: UnknownDimError, where Keras says None
UNKNOWN = ("bincount", "nonzero", "unique", "where", "segment_sum", "segment_max", "segment_min", "segment_prod")

MEANINGLESS = ("empty", "empty_like")  # of their answers, only shape and dtype are compared
used: set[int] = set()


def reason(operation: str, label: str, backend: str) -> str | None:
    """Why an answer may differ, or None."""
    for number, (names, pattern, why) in enumerate(DIFFERENCES):
        if operation in names.split() and fnmatch.fnmatchcase(label, pattern):
            used.add(number)
            return why
    for backends, names, pattern, why in ENGINES:
        if backend in backends.split() and operation in names.split() and fnmatch.fnmatchcase(label, pattern):
            return why
    return None
