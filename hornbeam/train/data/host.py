"""Leaves of the data as host arrays: recognised by the name of their type, so that no engine is imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from hornbeam.core import config, tree
from hornbeam.core.errors import DtypeError, ShapeError, StructureError
from hornbeam.core.spec import KerasTensor

ACCEPTED = (
    "NumPy arrays, tensors of an engine, pandas frames or series, or lists and dicts of those; "
    "or one generator, PyDataset, tf.data.Dataset or torch DataLoader"
)


def host_float() -> np.dtype:
    """The dtype of floats on the host. NumPy alone knows no bfloat16: there float32 stands in, and the model casts."""
    name = config.floatx()
    return np.dtype("float32" if name == "bfloat16" else name)


def to_host(structure: Any, name: str) -> Any:
    """`structure` with every leaf as a host array, or as the device tensor it came as; floats in `floatx`.

    Raises:
        StructureError: a leaf is no array.
        DtypeError: an array of objects or of dates.
        ShapeError: a leaf without a sample axis.
    """
    if type(structure) is np.ndarray:
        return leaf_to_host(structure, name)
    if structure is None:
        return None
    if not tree.is_nested(structure):
        return leaf_to_host(structure, name)
    paths = tree.flatten_with_path(structure)
    return tree.pack_sequence_as(structure, [leaf_to_host(leaf, describe(name, path)) for path, leaf in paths])


def describe(name: str, path: tuple[Any, ...]) -> str:
    """How a user would write the place of a leaf: `x['image']`."""
    return name + "".join(f"[{key!r}]" for key in path)


def leaf_to_host(leaf: Any, name: str) -> Any:
    """One leaf of the data as a host array, or the device tensor it came as."""
    if leaf is None:
        return None
    array = _read(leaf, name)
    if not isinstance(array, np.ndarray):
        return array
    if array.ndim == 0:
        raise ShapeError(
            f"`{name}` has no sample axis: a scalar of dtype {array.dtype} came. Its first axis must count the samples."
        )
    kind = array.dtype.kind
    if kind == "f":
        return array.astype(host_float(), copy=False)
    if kind in "mM" or (kind == "O" and array.size and not isinstance(array.flat[0], (str, bytes))):
        raise DtypeError(
            f"`{name}` has dtype {array.dtype}, which no engine can compute with (shape {array.shape}). "
            "Expected numbers, booleans or strings: convert it first, for example with `.astype('float32')`."
        )
    return array


def _read(leaf: Any, name: str) -> Any:
    if isinstance(leaf, np.ndarray):
        return leaf
    if isinstance(leaf, KerasTensor):
        raise StructureError(
            f"`{name}` is a symbolic KerasTensor (shape {leaf.shape}, dtype {leaf.dtype}), which holds no data. "
            f"Expected {ACCEPTED}. A symbolic model's inputs are described with `Input`, and given real arrays here."
        )
    reader = _READERS.get(type(leaf).__module__.partition(".")[0])
    if reader is not None:
        return reader(leaf, name)
    if hasattr(leaf, "to_numpy"):
        return leaf.to_numpy()
    if hasattr(leaf, "__array__") and not isinstance(leaf, np.generic):
        return np.asarray(leaf)
    raise StructureError(_not_an_array(leaf, name))


def _not_an_array(leaf: Any, name: str) -> str:
    text = f"`{name}` is no array: {leaf!r:.80} ({type(leaf).__name__}) came. Expected {ACCEPTED}."
    if isinstance(leaf, (bool, int, float, complex, np.generic)):
        root = name.partition("[")[0]
        text += f" If a list of numbers was meant as one array, pass `np.array({root})`."
    elif callable(leaf):
        text += f" If this is a generator function, call it: `{getattr(leaf, '__name__', name)}()`."
    return text


def _from_torch(leaf: Any, name: str) -> Any:
    if not hasattr(leaf, "detach"):
        raise StructureError(_not_an_array(leaf, name))
    leaf = leaf.detach()
    plain = leaf.device.type == "cpu" and str(leaf.layout) == "torch.strided" and str(leaf.dtype) not in _NO_NUMPY
    return leaf.resolve_conj().resolve_neg().numpy() if plain else leaf


def _from_jax(leaf: Any, name: str) -> Any:
    if not hasattr(leaf, "devices"):
        raise StructureError(_not_an_array(leaf, name))
    return np.asarray(leaf) if all(device.platform == "cpu" for device in leaf.devices()) else leaf


def _from_tensorflow(leaf: Any, name: str) -> Any:
    if not hasattr(leaf, "numpy"):
        raise StructureError(
            f"`{name}` is a {type(leaf).__name__}, which is no dense tensor with values. Expected {ACCEPTED}. "
            "Sparse tensors go through `tf.sparse.to_dense` first."
        )
    return np.asarray(leaf.numpy())


_READERS = {"torch": _from_torch, "jax": _from_jax, "jaxlib": _from_jax, "tensorflow": _from_tensorflow}
_NO_NUMPY = ("torch.bfloat16", "torch.float8_e4m3fn", "torch.float8_e5m2")


def check_lengths(x: Any, y: Any, sample_weight: Any) -> int:
    """The number of samples that all arrays share.

    Raises:
        ShapeError: they differ, there are none, or a weight has more axes than its target.
        StructureError: there is no array at all.
    """
    named = [
        (describe(name, path), leaf)
        for name, part in (("x", x), ("y", y), ("sample_weight", sample_weight))
        for path, leaf in leaves_with_path(part)
    ]
    if not named:
        raise StructureError(f"There is no data: `x` is {x!r:.80}. Expected {ACCEPTED}.")
    lengths = {leaf.shape[0] for _, leaf in named}
    if len(lengths) > 1:
        table = "\n".join(f"  {name}: {leaf.shape[0]} samples, shape {tuple(leaf.shape)}" for name, leaf in named)
        raise ShapeError(
            "Data cardinality is ambiguous: all arrays must have the same number of samples (first axis). "
            f"Received:\n{table}"
        )
    check_weights(y, sample_weight)
    return lengths.pop()


def check_weights(y: Any, sample_weight: Any) -> None:
    """Refuse a sample weight with more axes than the targets that it weighs."""
    if sample_weight is None or y is None:
        return
    targets = [leaf for _, leaf in leaves_with_path(y)]
    weights = leaves_with_path(sample_weight)
    if len(weights) != len(targets):
        targets = targets[:1] * len(weights) if len(targets) == 1 else []
    for target, (path, weight) in zip(targets, weights):
        rank = len(weight.shape)
        while rank > 1 and weight.shape[rank - 1] == 1:
            rank -= 1
        if rank > max(1, len(target.shape)):
            raise ShapeError(
                f"`{describe('sample_weight', path)}` has shape {tuple(weight.shape)}, but its targets have shape "
                f"{tuple(target.shape)}. Expected one weight a sample, shape ({target.shape[0]},), or one for each "
                "element of the targets."
            )


def check_targets(y: Any, start: int = 0) -> None:
    """Refuse targets that are not a number; `start` is the number of samples seen before."""
    for path, leaf in leaves_with_path(y):
        if not isinstance(leaf, np.ndarray) or leaf.dtype.kind != "f" or not leaf.size or not np.isnan(leaf.min()):
            continue
        bad = np.isnan(leaf)
        first = np.argwhere(bad)[0]
        raise StructureError(
            f"`{describe('y', path)}` (shape {leaf.shape}, dtype {leaf.dtype}) holds {int(bad.sum())} NaN, the first "
            f"at sample {start + int(first[0])}. Expected finite targets: drop those samples, or give them "
            "weight 0 and any number as target."
        )


def leaves_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Paths and leaves of `structure` that are not None."""
    if structure is None:
        return []
    if not tree.is_nested(structure):
        return [((), structure)]
    return [(tuple(path), leaf) for path, leaf in tree.flatten_with_path(structure) if leaf is not None]
