"""How operations stand in a saved graph: Keras' class names, and which arguments are attributes of the node.

Keras writes `ops.sum(x, axis=1)` as a node of class `Sum` with the attributes `axis` and `keepdims` in its config and
`x` in the node's call. The table lists, for each of Keras' modules, the classes and their attributes.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from hornbeam.core.errors import ConfigError, UnsafeModelError
from hornbeam.core.spec import all_operations

FORMS = {
    "core": """
        Cast dtype, ConvertToTensor dtype sparse ragged, SaturateCast dtype, Scatter shape, ScatterUpdate reduction,
        Slice shape, SliceUpdate, StopGradient, Unstack num axis
    """,
    "einops": """
        Rearrange
    """,
    "image": """
        AffineTransform interpolation fill_mode fill_value data_format,
        CropImages top_cropping left_cropping bottom_cropping right_cropping target_height target_width data_format,
        ElasticTransform alpha sigma interpolation fill_mode fill_value seed data_format,
        ExtractPatches size strides dilation_rate padding data_format, GaussianBlur kernel_size sigma data_format,
        HSVToRGB data_format, MapCoordinates order fill_mode fill_value,
        PadImages top_padding left_padding bottom_padding right_padding target_height target_width data_format,
        PerspectiveTransform interpolation fill_value data_format, RGBToGrayscale data_format, RGBToHSV data_format,
        Resize size interpolation antialias crop_to_aspect_ratio pad_to_aspect_ratio fill_mode fill_value data_format,
        SSIM max_val filter_size filter_sigma k1 k2 data_format, ScaleAndTranslate spatial_dims method antialias,
        SobelEdges data_format
    """,
    "linalg": """
        Cholesky upper, CholeskyInverse upper, Det, Eig, Eigh, Inv, Lstsq rcond, LuFactor, MatrixRank tol,
        Norm ord axis keepdims, Pinv rcond, Qr mode, SVD full_matrices compute_uv, Solve, SolveTriangular lower
    """,
    "math": """
        CDist, Erf, Erfc, Erfinv, ExtractSequences sequence_length sequence_stride, FFT, FFT2, IFFT2,
        IRFFT fft_length, ISTFT sequence_length sequence_stride fft_length length window center, InTopK k, Logdet,
        Logsumexp axis keepdims, RFFT fft_length, Rsqrt,
        STFT sequence_length sequence_stride fft_length window center, SegmentMax num_segments sorted,
        SegmentMin num_segments sorted, SegmentProd num_segments sorted, SegmentSum num_segments sorted,
        TopK k sorted, ViewAsComplex, ViewAsReal
    """,
    "nn": """
        AdaptiveAveragePool output_size data_format, AdaptiveMaxPool output_size data_format,
        AveragePool pool_size strides padding data_format, BatchNorm axis epsilon, BinaryCrossentropy from_logits,
        CTCDecode strategy beam_width top_paths merge_repeated mask_index, CTCLoss mask_index,
        CategoricalCrossentropy from_logits axis, Celu alpha, Conv strides padding data_format dilation_rate,
        ConvTranspose strides padding output_padding data_format dilation_rate, DepthToSpace block_size data_format,
        DepthwiseConv strides padding data_format dilation_rate,
        DotProductAttention is_causal flash_attention attn_logits_soft_cap, Elu alpha,
        Fold output_size kernel_size dilation padding stride, Gelu approximate, Glu axis, HardShrink threshold,
        HardSigmoid, HardSilu, HardTanh, LayerNorm axis epsilon rms_scaling, LeakyRelu negative_slope, LogSigmoid,
        LogSoftmax axis, MaxPool pool_size strides padding data_format, Moments axes keepdims synchronized,
        MultiHot num_classes axis dtype sparse, Normalize axis order epsilon, OneHot num_classes axis dtype sparse,
        PSNR max_val, Polar, RMSNorm axis epsilon, Relu, Relu6, Selu,
        SeparableConv strides padding data_format dilation_rate, Sigmoid, Silu, SoftShrink threshold, Softmax axis,
        Softplus, Softsign, SpaceToDepth block_size data_format, SparseCategoricalCrossentropy from_logits axis,
        SparsePlus, SparseSigmoid, Sparsemax axis, Squareplus b, TanhShrink, Threshold threshold default_value,
        Unfold kernel_size dilation padding stride
    """,
    "numpy": """
        Abs, Absolute, Add, All axis keepdims, AllClose rtol atol equal_nan, Amax axis keepdims, Amin axis keepdims,
        Angle, Any axis keepdims, Append axis, Arange dtype, Arccos, Arccosh, Arcsin, Arcsinh, Arctan, Arctan2,
        Arctanh, Argmax axis keepdims, Argmin axis keepdims, Argpartition kth axis, Argsort axis, Array dtype,
        ArraySplit indices_or_sections axis, Average axis, Bincount weights minlength sparse, BitwiseAnd,
        BitwiseInvert, BitwiseLeftShift, BitwiseNot, BitwiseOr, BitwiseRightShift, BitwiseXor, BroadcastTo shape,
        Cbrt, Ceil, Clip x_min x_max, Concatenate axis, Conj, Conjugate, Copy, Corrcoef, Correlate mode, Cos, Cosh,
        CountNonzero axis, Cross axisa axisb axisc axis, Cumprod axis dtype, Cumsum axis dtype, Deg2rad, Diag k,
        Diagflat k, Diagonal offset axis1 axis2, Diff n axis, Digitize, Divide, DivideNoNan, Dot,
        Dsplit indices_or_sections, Dstack, Einsum subscripts, EmptyLike dtype, Equal, Exp, Exp2, ExpandDims axis,
        Expm1, Fabs, Flip axis, Fliplr, Flipud, Floor, FloorDivide, Fmax, Fmin, Fmod, Full shape dtype,
        FullLike dtype, Gcd, Geomspace num endpoint dtype axis, GetItem, Greater, GreaterEqual, Heaviside,
        Histogram bins range, Hsplit indices_or_sections, Hstack, Hypot, I0, Imag, Inner, IsIn assume_unique invert,
        Isclose equal_nan, Isfinite, Isinf, Isnan, Isneginf, Isposinf, Isreal, Kron, Lcm, Ldexp, LeftShift, Less,
        LessEqual, Linspace num endpoint retstep dtype axis, Log, Log10, Log1p, Log2, Logaddexp, Logaddexp2,
        LogicalAnd, LogicalNot, LogicalOr, LogicalXor, Logspace num endpoint base dtype axis, Matmul,
        Max axis keepdims initial, Maximum, Mean axis keepdims, Median axis keepdims, Meshgrid indexing,
        Min axis keepdims initial, Minimum, Mod, Moveaxis source destination, Multiply, NanToNum nan posinf neginf,
        Nanargmax axis keepdims, Nanargmin axis keepdims, Nancumprod axis dtype, Nancumsum axis dtype,
        Nanmax axis keepdims, Nanmean axis keepdims, Nanmedian axis keepdims, Nanmin axis keepdims,
        Nanpercentile axis method keepdims, Nanprod axis keepdims, Nanquantile axis method keepdims,
        Nanstd axis keepdims, Nansum axis keepdims, Nanvar axis keepdims, Ndim, Negative, Nextafter, Nonzero,
        NotEqual, OnesLike dtype, Outer, Pad pad_width mode, Percentile axis method keepdims, Power,
        Prod axis keepdims dtype, Ptp axis keepdims, Quantile axis method keepdims, Rad2deg, Ravel, Real,
        Reciprocal, Repeat repeats axis, Reshape newshape, RightShift, Roll shift axis, Rot90 k axes,
        Round decimals, SearchSorted side, Select, Sign, Signbit, Sin, Sinc, Sinh, Size, Slogdet, Sort axis,
        Split indices_or_sections axis, Sqrt, Square, Squeeze axis, Stack axis, Std axis keepdims, Subtract,
        Sum axis keepdims, Swapaxes axis1 axis2, Take axis, TakeAlongAxis axis, Tan, Tanh, Tensordot axes,
        Tile repeats, Trace offset axis1 axis2, Transpose axes, Trapezoid x dx axis, Tril k, Triu k, TrueDivide,
        Trunc, Unique sorted return_index return_inverse return_counts axis size fill_value, UnravelIndex shape,
        Vander N increasing, Var axis keepdims, Vdot, View dtype, Vsplit indices_or_sections, Vstack, Where,
        ZerosLike dtype
    """,
}

# classes whose name is not that of the function in another spelling
ALIASES = {"layernorm": "layer_normalization", "rmsnorm": "rms_normalization", "batchnorm": "batch_normalization"}
ACTIVATION_CLASSES = ("ReLU", "LeakyReLU", "Mish")


def squash(name: str) -> str:
    """`name` without underscores, capitals and name space: equal for `OneHot` and `one_hot`."""
    return name.rpartition(".")[2].replace("_", "").lower()


@functools.cache
def classes() -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Squashed function name -> Keras' module, class and attributes."""
    table = {}
    for module, text in FORMS.items():
        for entry in text.split(","):
            name, *attributes = entry.split()
            key = squash(ALIASES.get(squash(name), name))
            table[key] = (f"keras.src.ops.{module}", name, tuple(attributes))
    return table


def is_operation(module: Any, class_name: str) -> bool:
    """Whether a saved object of this module and class is an operation of a graph."""
    if not isinstance(module, str):
        return False
    parts = module.split(".")
    inside = parts[2:] if parts[:2] == ["keras", "src"] else parts[1:]
    if parts[0] not in ("keras", "hornbeam") or not inside:
        return False
    return inside[0] == "ops" or (inside[0] == "activations" and class_name in ACTIVATION_CLASSES)


def serialize_operation(name: str, arguments: dict[str, Any], node_name: str) -> tuple[dict[str, Any], list[Any]]:
    """The saved form of a node, and the arguments of its call.

    Args:
        name: name of the operation, as in `ops`.
        arguments: all arguments by name, in the order of the signature.
        node_name: name of the node, unique in its model.

    Returns:
        `(form, args)`: the form holds the attributes; `args` are the others, still to be serialised.
    """
    known = classes().get(squash(name))
    if known is None:
        form = {"module": "hornbeam.ops", "class_name": name, "config": {"name": node_name}, "registered_name": None}
        return form, list(arguments.values())
    module, class_name, attributes = known
    config = {"name": node_name, **{key: arguments[key] for key in attributes if key in arguments}}
    form = {"module": module, "class_name": class_name, "config": config, "registered_name": class_name}
    return form, [value for key, value in arguments.items() if key not in attributes]


def deserialize_operation(form: dict[str, Any], where: str = "") -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function that a saved node calls, and the attributes to give it by name.

    Raises:
        UnsafeModelError: the form names no operation.
        ConfigError: the form's config is not a dict of plain values.
    """
    module, class_name = form.get("module"), form.get("class_name")
    place = f" (at {where})" if where else ""
    if not isinstance(class_name, str) or not is_operation(module, class_name):
        raise UnsafeModelError(f"{module}.{class_name} is not an operation{place}: refused.")
    config = form.get("config")
    if not isinstance(config, dict):
        raise ConfigError(f"Operation {class_name}{place}: its config must be a dict, got {type(config).__name__}.")
    attributes = {key: value for key, value in config.items() if key not in ("name", "dtype_policy")}
    if "activations" in str(module).split("."):
        function = getattr(importlib.import_module("hornbeam.activations"), squash_to_activation(class_name))
    else:
        function = _function(class_name)
    if function is None:
        raise UnsafeModelError(f"Operation {class_name} of {module}{place} is not known: refused.")
    return function, attributes


def squash_to_activation(class_name: str) -> str:
    """Name of the activation function that the class stands for."""
    return {"ReLU": "relu", "LeakyReLU": "leaky_relu", "Mish": "mish"}[class_name]


def _function(class_name: str) -> Callable[..., Any] | None:
    wanted = squash(ALIASES.get(squash(class_name), class_name))
    for name, function in all_operations().items():
        if squash(name) == wanted and not name.startswith("random."):
            return function
    return None
