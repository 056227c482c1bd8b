# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.core.registration import CustomObjectScope as CustomObjectScope
from hornbeam.core.registration import CustomObjectScope as custom_object_scope
from hornbeam.core.serialization import deserialize_keras_object as deserialize_keras_object
from hornbeam.core.registration import get_custom_objects as get_custom_objects
from hornbeam.core.registration import get_registered_name as get_registered_name
from hornbeam.core.registration import get_registered_object as get_registered_object
from hornbeam.saving.model_io import load_model as load_model
from hornbeam.saving.model_io import load_weights as load_weights
from hornbeam.core.registration import register_keras_serializable as register_keras_serializable
from hornbeam.saving.model_io import save_model as save_model
from hornbeam.saving.model_io import save_weights as save_weights
from hornbeam.core.serialization import serialize_object as serialize_keras_object

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "load_weights",
    "register_keras_serializable",
    "save_model",
    "save_weights",
    "serialize_keras_object",
]
