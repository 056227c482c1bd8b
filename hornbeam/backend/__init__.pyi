# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.core.registry import backend as __call__
from hornbeam.core.registry import backend as backend
from hornbeam.core.config import epsilon as epsilon
from hornbeam.core.config import floatx as floatx
from hornbeam.core.naming import get_uid as get_uid
from hornbeam.core.config import image_data_format as image_data_format
from hornbeam.core.dtype import is_floating as is_float_dtype
from hornbeam.core.dtype import is_integer as is_int_dtype
from hornbeam.core.dtype import result_type as result_type
from hornbeam.core.config import set_epsilon as set_epsilon
from hornbeam.core.config import set_floatx as set_floatx
from hornbeam.core.config import set_image_data_format as set_image_data_format
from hornbeam.core.dtype import standardize as standardize_dtype

__all__ = [
    "__call__",
    "backend",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "is_float_dtype",
    "is_int_dtype",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]
