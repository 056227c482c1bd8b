"""Every operation under its Keras name, for the other rooms of the house."""

from hornbeam.ops.activation import *  # noqa: F403
from hornbeam.ops.contract import *  # noqa: F403
from hornbeam.ops.conv import *  # noqa: F403
from hornbeam.ops.create import *  # noqa: F403
from hornbeam.ops.elementwise import *  # noqa: F403
from hornbeam.ops.index import *  # noqa: F403
from hornbeam.ops.loss import *  # noqa: F403
from hornbeam.ops.move import *  # noqa: F403
from hornbeam.ops.norm import *  # noqa: F403
from hornbeam.ops.order import *  # noqa: F403
from hornbeam.ops.reduce import *  # noqa: F403
