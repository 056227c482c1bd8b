# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.core.registration import CustomObjectScope as CustomObjectScope
from hornbeam.callbacks.progress import Progbar as Progbar
from hornbeam.train.data.py_dataset import PyDataset as PyDataset
from hornbeam.train.data.py_dataset import PyDataset as Sequence
from hornbeam.core.registration import CustomObjectScope as custom_object_scope
from hornbeam.core.serialization import deserialize_keras_object as deserialize_keras_object
from hornbeam.core.registration import get_custom_objects as get_custom_objects
from hornbeam.core.registration import get_registered_name as get_registered_name
from hornbeam.core.registration import get_registered_object as get_registered_object
from hornbeam.train.data.source import pack_x_y_sample_weight as pack_x_y_sample_weight
from hornbeam.core.registration import register_keras_serializable as register_keras_serializable
from hornbeam.core.serialization import serialize_object as serialize_keras_object
from hornbeam.ops.random import set_random_seed as set_random_seed
from hornbeam.core.dtype import standardize as standardize_dtype
from hornbeam.train.data.source import unpack_x_y_sample_weight as unpack_x_y_sample_weight

__all__ = [
    "CustomObjectScope",
    "Progbar",
    "PyDataset",
    "Sequence",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "pack_x_y_sample_weight",
    "register_keras_serializable",
    "serialize_keras_object",
    "set_random_seed",
    "standardize_dtype",
    "unpack_x_y_sample_weight",
]
