"""The losses as classes, each made from its function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from hornbeam.core.export import export
from hornbeam.losses import functions
from hornbeam.losses.loss import LossFunction


def from_function(class_name: str, function: Callable[..., Any], name: str, saved: bool = True) -> type:
    """The class of a loss: the function's settings, then name, reduction and dtype, are its arguments.

    Args:
        saved: whether the settings are in the config (Keras leaves out Huber's delta; we write it where it is not 1).
    """
    settings = [p for p in list(inspect.signature(function).parameters.values())[2:] if p.default is not p.empty]
    last = [p for p in settings if p.name == "axis" and class_name in AXIS_BEHIND]
    settings = [p for p in settings if p not in last]
    keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD
    shared = [
        inspect.Parameter("reduction", keyword, default="sum_over_batch_size"),
        *([last[0]] if class_name == "SparseCategoricalCrossentropy" else []),
        inspect.Parameter("name", keyword, default=name),
        *([last[0]] if last and class_name != "SparseCategoricalCrossentropy" else []),
        inspect.Parameter("dtype", keyword, default=None),
    ]
    signature = inspect.Signature([*settings, *shared])
    own = [p.name for p in (*settings, *last)]

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{class_name}{signature}: {error}") from None
        bound.apply_defaults()
        given = bound.arguments
        LossFunction.__init__(self, function, given["reduction"], given["name"], given["dtype"], **{k: given[k] for k in own})

    def get_config(self: Any) -> dict[str, Any]:
        """What `from_config` needs."""
        config = LossFunction.get_config(self)
        defaults = {p.name: p.default for p in (*settings, *last)}
        return {**config, **{k: v for k, v in self.settings.items() if saved or v != defaults[k]}}

    __init__.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[inspect.Parameter("self", keyword), *signature.parameters.values()]
    )
    summary = (function.__doc__ or "").strip()
    text = f"{summary}\n\n    Args: as the function's, and those of `Loss`.\n    "
    space = {"__init__": __init__, "get_config": get_config, "__doc__": text, "__module__": __name__}
    return export(f"keras.losses.{class_name}")(type(class_name, (LossFunction,), space))


# classes whose `axis` stands behind reduction or name
AXIS_BEHIND = ("SparseCategoricalCrossentropy", "Dice", "Tversky")

MeanSquaredError = from_function("MeanSquaredError", functions.mean_squared_error, "mean_squared_error")
MeanAbsoluteError = from_function("MeanAbsoluteError", functions.mean_absolute_error, "mean_absolute_error")
MeanAbsolutePercentageError = from_function(
    "MeanAbsolutePercentageError", functions.mean_absolute_percentage_error, "mean_absolute_percentage_error"
)
MeanSquaredLogarithmicError = from_function(
    "MeanSquaredLogarithmicError", functions.mean_squared_logarithmic_error, "mean_squared_logarithmic_error"
)
Huber = from_function("Huber", functions.huber, "huber_loss", saved=False)
LogCosh = from_function("LogCosh", functions.log_cosh, "log_cosh")
CosineSimilarity = from_function("CosineSimilarity", functions.cosine_similarity, "cosine_similarity")
Poisson = from_function("Poisson", functions.poisson, "poisson")
KLDivergence = from_function("KLDivergence", functions.kl_divergence, "kl_divergence")
Hinge = from_function("Hinge", functions.hinge, "hinge")
SquaredHinge = from_function("SquaredHinge", functions.squared_hinge, "squared_hinge")
CategoricalHinge = from_function("CategoricalHinge", functions.categorical_hinge, "categorical_hinge")
BinaryCrossentropy = from_function("BinaryCrossentropy", functions.binary_crossentropy, "binary_crossentropy")
CategoricalCrossentropy = from_function(
    "CategoricalCrossentropy", functions.categorical_crossentropy, "categorical_crossentropy"
)
SparseCategoricalCrossentropy = from_function(
    "SparseCategoricalCrossentropy", functions.sparse_categorical_crossentropy, "sparse_categorical_crossentropy"
)
BinaryFocalCrossentropy = from_function(
    "BinaryFocalCrossentropy", functions.binary_focal_crossentropy, "binary_focal_crossentropy"
)
CategoricalFocalCrossentropy = from_function(
    "CategoricalFocalCrossentropy", functions.categorical_focal_crossentropy, "categorical_focal_crossentropy"
)
Dice = from_function("Dice", functions.dice, "dice")
Tversky = from_function("Tversky", functions.tversky, "tversky")
