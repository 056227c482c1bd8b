# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.core.registry import backend as backend
from hornbeam.core.policy import dtype_policy as dtype_policy
from hornbeam.core.config import epsilon as epsilon
from hornbeam.core.config import floatx as floatx
from hornbeam.core.config import image_data_format as image_data_format
from hornbeam.core.config import random_mode as random_mode
from hornbeam.core.registry import set_backend as set_backend
from hornbeam.core.policy import set_dtype_policy as set_dtype_policy
from hornbeam.core.config import set_epsilon as set_epsilon
from hornbeam.core.config import set_floatx as set_floatx
from hornbeam.core.config import set_image_data_format as set_image_data_format
from hornbeam.core.config import set_random_mode as set_random_mode
