# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.core.registration import CustomObjectScope as CustomObjectScope
from hornbeam.core.registration import CustomObjectScope as custom_object_scope
from hornbeam.core.serialization import deserialize_keras_object as deserialize_keras_object
from hornbeam.core.registration import get_custom_objects as get_custom_objects
from hornbeam.core.registration import get_registered_name as get_registered_name
from hornbeam.core.registration import get_registered_object as get_registered_object
from hornbeam.core.registration import register_keras_serializable as register_keras_serializable
from hornbeam.core.serialization import serialize_object as serialize_keras_object

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_keras_serializable",
    "serialize_keras_object",
]
