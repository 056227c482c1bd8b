"""Every operation under its Keras name, for the other rooms of the house."""

from hornbeam.ops.activation import *  # noqa: F403
from hornbeam.ops.attention import attention_with_scores, dot_product_attention  # noqa: F401
from hornbeam.ops.contract import *  # noqa: F403
from hornbeam.ops.control import (  # noqa: F401
    associative_scan,
    cond,
    custom_gradient,
    fori_loop,
    map,
    scan,
    stop_gradient,
    switch,
    vectorized_map,
    while_loop,
)
from hornbeam.ops.conv import *  # noqa: F403
from hornbeam.ops.create import *  # noqa: F403
from hornbeam.ops.elementwise import *  # noqa: F403
from hornbeam.ops.index import *  # noqa: F403
from hornbeam.ops.loss import *  # noqa: F403
from hornbeam.ops.move import *  # noqa: F403
from hornbeam.ops.norm import *  # noqa: F403
from hornbeam.ops.order import *  # noqa: F403
from hornbeam.ops.random import (  # noqa: F401
    draw_seed,
    random_binomial,
    random_categorical,
    random_dropout,
    random_gamma,
    random_integers,
    random_normal,
    random_shuffle,
    random_truncated_normal,
    random_uniform,
)
from hornbeam.ops.recurrent import gru, lstm  # noqa: F401
from hornbeam.ops.reduce import *  # noqa: F403
