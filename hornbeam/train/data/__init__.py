"""Data at the door of a model: whatever `fit` is given becomes a `BatchSource`."""

from hornbeam.train.data.arrays import ArraySource, train_validation_split
from hornbeam.train.data.make import make_source
from hornbeam.train.data.py_dataset import PyDataset, PyDatasetSource
from hornbeam.train.data.source import Batch, BatchSource, pack_x_y_sample_weight, unpack_x_y_sample_weight
from hornbeam.train.data.streams import StreamSource

__all__ = [
    "ArraySource",
    "Batch",
    "BatchSource",
    "PyDataset",
    "PyDatasetSource",
    "StreamSource",
    "make_source",
    "pack_x_y_sample_weight",
    "train_validation_split",
    "unpack_x_y_sample_weight",
]
