"""HDF5 by known path: hard links, plain storage and numbers only; and writing in Keras' layout."""

from __future__ import annotations

import math
import os
from typing import IO, Any

import h5py
import numpy as np

from hornbeam.core.errors import ModelFormatError

MAX_DEPTH = 64
MAX_NAMES = 100_000
# deflate, shuffle, fletcher32, lzf
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, 32000}
LAYOUTS = {h5py.h5d.CONTIGUOUS, h5py.h5d.CHUNKED, h5py.h5d.COMPACT}
# dtypes without a number type in HDF5: stored as opaque bytes with their name beside
OPAQUE = {"bfloat16": 2, "float8_e4m3fn": 1, "float8_e5m2": 1}
BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError, UnicodeError, AttributeError)
SMALLEST_CHUNK = 1 << 20


class Dataset:
    """An array in a file, checked but not read.

    Attributes:
        path: where it stands.
        shape: its sizes.
        dtype: its dtype's name ("bfloat16" and the like for opaque ones).
    """

    def __init__(self, reader: Reader, path: str, dataset: h5py.Dataset) -> None:
        self.reader = reader
        self.path = path
        self.dataset = dataset
        self.shape = tuple(dataset.shape) if dataset.shape is not None else None
        self.dtype = self._check()

    def _check(self) -> str:
        refuse = self.reader.broken
        if self.shape is None:
            raise refuse(f"{self.path} is empty")
        plist = self.dataset.id.get_create_plist()
        if plist.get_layout() not in LAYOUTS:
            raise refuse(f"{self.path} is a virtual dataset")
        if plist.get_layout() == h5py.h5d.CONTIGUOUS and plist.get_external_count() > 0:
            raise refuse(f"{self.path} keeps its values in another file")
        for index in range(plist.get_nfilters()):
            if plist.get_filter(index)[0] not in FILTERS:
                raise refuse(f"{self.path} uses an unknown filter ({plist.get_filter(index)[0]})")
        dtype = self.dataset.dtype
        size = dtype.itemsize * math.prod(self.shape)
        if plist.get_layout() == h5py.h5d.CHUNKED:
            chunk = dtype.itemsize * math.prod(plist.get_chunk())
            if chunk > max(4 * size, SMALLEST_CHUNK):
                raise refuse(f"{self.path} has chunks of {chunk} bytes for {size} bytes of values")
        if dtype.kind == "V" and dtype.names is None and dtype.subdtype is None:
            name = self._opaque_name()
            if OPAQUE.get(name) != dtype.itemsize:
                raise refuse(f"{self.path} holds opaque bytes")
            return name
        if dtype.kind not in "biufc" or dtype.itemsize > 16 or dtype.name == "float128":
            raise refuse(f"{self.path} does not hold numbers but {dtype}")
        return dtype.name

    def _opaque_name(self) -> str:
        attributes = self.dataset.attrs
        if "dtype" not in attributes or attributes.get_id("dtype").shape != ():
            return ""
        name = attributes["dtype"]
        return name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)

    def read(self) -> np.ndarray:
        """Its values. The caller has compared `shape` with what it expects."""
        try:
            array = np.asarray(self.dataset[()])
        except BROKEN as error:
            raise self.reader.broken(f"{self.path} cannot be read: {error}") from None
        if self.dtype in OPAQUE:
            import ml_dtypes

            return array.view(getattr(ml_dtypes, self.dtype))
        return array


class Reader:
    """An HDF5 file, open for reading by known path.

    Args:
        file: the open file; never a path, so that nothing in it can lead to another file.
        source: its name, for messages.

    Raises:
        ModelFormatError: it is no HDF5 file, or is cut short.
    """

    def __init__(self, file: IO[bytes], source: str) -> None:
        self.source = source
        try:
            self.file = h5py.File(file, "r")
        except BROKEN as error:
            raise self.broken(f"it is no HDF5 file, or is cut short: {error}") from None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *error: Any) -> None:
        self.file.close()

    def broken(self, why: str) -> ModelFormatError:
        """The error for a file that is not what it should be."""
        return ModelFormatError(f"{self.source} is not a whole weights file ({why}).")

    def _find(self, path: str) -> Any:
        """The object at `path`, reached by hard links only; None if it is not there."""
        parts = [part for part in path.split("/") if part]
        if len(parts) > MAX_DEPTH:
            raise self.broken(f"{path[:100]} is nested more than {MAX_DEPTH} deep")
        found: Any = self.file
        try:
            for part in parts:
                if not isinstance(found, h5py.Group):
                    raise self.broken(f"{found.name} should be a group")
                link = found.get(part, getlink=True)
                if link is None:
                    return None
                if not isinstance(link, h5py.HardLink):
                    raise self.broken(f"{path} is reached by a {type(link).__name__}; only hard links are followed")
                if found.get(part, getclass=True) not in (h5py.Group, h5py.Dataset):
                    raise self.broken(f"{path} is neither a group nor a dataset")
                found = found[part]
        except ModelFormatError:
            raise
        except BROKEN as error:
            raise self.broken(f"{path} cannot be reached: {error}") from None
        return found

    def names(self, path: str) -> list[str]:
        """Names in the group at `path`; none if there is no such group."""
        group = self._find(path)
        if group is None:
            return []
        if not isinstance(group, h5py.Group):
            raise self.broken(f"{path} should be a group")
        try:
            if len(group) > MAX_NAMES:
                raise self.broken(f"{path} has {len(group)} members")
            names = list(group)
            if not all(isinstance(name, str) for name in names):
                raise self.broken(f"{path} has names that are no text")
            return names
        except ModelFormatError:
            raise
        except BROKEN as error:
            raise self.broken(f"{path} cannot be listed: {error}") from None

    def has_group(self, path: str) -> bool:
        """Whether there is a group at `path`."""
        return isinstance(self._find(path), h5py.Group)

    def dataset(self, path: str) -> Dataset | None:
        """The dataset at `path`, checked; None if it is not there."""
        found = self._find(path)
        if found is None:
            return None
        if not isinstance(found, h5py.Dataset):
            raise self.broken(f"{path} should be a dataset")
        try:
            return Dataset(self, path, found)
        except ModelFormatError:
            raise
        except BROKEN as error:
            raise self.broken(f"{path} cannot be understood: {error}") from None


class Writer:
    """An HDF5 file being written.

    Args:
        file: an open file, or a path.
    """

    def __init__(self, file: IO[bytes] | str | os.PathLike[str]) -> None:
        self.file = h5py.File(file, "w")

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: Any) -> None:
        self.file.close()

    def write(self, path: str, name: str, arrays: dict[str, Any]) -> None:
        """Write the variables of one object below `path`.

        Args:
            path: the object's group, "" for the root.
            name: the object's name, kept beside its variables.
            arrays: index -> array.
        """
        group = self.file.create_group(f"{path}/vars" if path else "vars")
        group.attrs["name"] = name
        for key, value in arrays.items():
            array = np.asarray(value)
            if array.dtype.name in OPAQUE:
                dataset = group.create_dataset(key, data=np.ascontiguousarray(array).view(f"V{array.dtype.itemsize}"))
                dataset.attrs["dtype"] = array.dtype.name
            else:
                group.create_dataset(key, data=array)
