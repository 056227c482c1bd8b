"""The version of the package."""

from hornbeam.core.export import export

__version__ = "0.1.0"


@export("keras.version")
def version() -> str:
    """The version of the package, as text.

    Example:
        >>> version().count(".")
        2
    """
    return __version__
