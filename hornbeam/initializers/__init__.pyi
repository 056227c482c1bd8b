# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.initializers.constants import Constant as Constant
from hornbeam.initializers.random import GlorotNormal as GlorotNormal
from hornbeam.initializers.random import GlorotUniform as GlorotUniform
from hornbeam.initializers.random import HeNormal as HeNormal
from hornbeam.initializers.random import HeUniform as HeUniform
from hornbeam.initializers.constants import Identity as Identity
from hornbeam.initializers.constants import Identity as IdentityInitializer
from hornbeam.initializers.initializer import Initializer as Initializer
from hornbeam.initializers.random import LecunNormal as LecunNormal
from hornbeam.initializers.random import LecunUniform as LecunUniform
from hornbeam.initializers.constants import Ones as Ones
from hornbeam.initializers.random import Orthogonal as Orthogonal
from hornbeam.initializers.random import Orthogonal as OrthogonalInitializer
from hornbeam.initializers.random import RandomNormal as RandomNormal
from hornbeam.initializers.random import RandomUniform as RandomUniform
from hornbeam.initializers.constants import STFT as STFT
from hornbeam.initializers.constants import STFT as STFTInitializer
from hornbeam.initializers.random import TruncatedNormal as TruncatedNormal
from hornbeam.initializers.random import VarianceScaling as VarianceScaling
from hornbeam.initializers.constants import Zeros as Zeros
from hornbeam.initializers.constants import Constant as constant
from hornbeam.initializers.lookup import deserialize as deserialize
from hornbeam.initializers.lookup import get as get
from hornbeam.initializers.random import GlorotNormal as glorot_normal
from hornbeam.initializers.random import GlorotUniform as glorot_uniform
from hornbeam.initializers.random import HeNormal as he_normal
from hornbeam.initializers.random import HeUniform as he_uniform
from hornbeam.initializers.constants import Identity as identity
from hornbeam.initializers.random import LecunNormal as lecun_normal
from hornbeam.initializers.random import LecunUniform as lecun_uniform
from hornbeam.initializers.constants import Ones as ones
from hornbeam.initializers.random import Orthogonal as orthogonal
from hornbeam.initializers.random import RandomNormal as random_normal
from hornbeam.initializers.random import RandomUniform as random_uniform
from hornbeam.initializers.lookup import serialize as serialize
from hornbeam.initializers.constants import STFT as stft
from hornbeam.initializers.random import TruncatedNormal as truncated_normal
from hornbeam.initializers.random import VarianceScaling as variance_scaling
from hornbeam.initializers.constants import Zeros as zeros

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFT",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]
