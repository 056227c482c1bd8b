"""One class per way of failing. Each is also the builtin that Keras code expects to catch."""


class ShapeError(ValueError):
    """Shapes do not fit together, or a shape is not one."""


class DtypeError(TypeError, ValueError):
    """A dtype is unknown, or these dtypes cannot meet in one operation.

    It is a `TypeError` by nature and a `ValueError` because that is what Keras raises here.
    """


class AxisError(ValueError, IndexError):
    """An axis lies outside the tensor, or is named twice."""


class UnknownDimError(TypeError):
    """Python asked for the value of a size that is known only when data arrives."""


class BackendError(RuntimeError):
    """An engine cannot do what was asked of it."""


class BackendNotInstalledError(ImportError):
    """The engine's package is not installed."""


class MixedBackendsError(ValueError):
    """Tensors of two engines met in one call."""


class NotBuiltError(ValueError):
    """An object was used before the shapes that it depends on were known."""


class StateError(RuntimeError):
    """State was read, placed or changed where that is not possible."""


class StructureError(ValueError):
    """Two nested structures were expected to match and do not."""


class ConfigError(ValueError):
    """A setting has a value that it cannot have."""


class MatrixError(ValueError):
    """A matrix has no inverse, or no decomposition of the kind asked for."""


class UnsafeModelError(ValueError):
    """A saved model asks for code that loading may not run."""


class ModelFormatError(ValueError):
    """A saved model is damaged, or not of a known format."""
