# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.optimizers.adagrad import Adadelta as Adadelta
from hornbeam.optimizers.adafactor import Adafactor as Adafactor
from hornbeam.optimizers.adagrad import Adagrad as Adagrad
from hornbeam.optimizers.adam import Adam as Adam
from hornbeam.optimizers.adam import AdamW as AdamW
from hornbeam.optimizers.adam import Adamax as Adamax
from hornbeam.optimizers.ftrl import Ftrl as Ftrl
from hornbeam.optimizers.lamb import Lamb as Lamb
from hornbeam.optimizers.lion import Lion as Lion
from hornbeam.optimizers.nadam import Nadam as Nadam
from hornbeam.optimizers.optimizer import Optimizer as Optimizer
from hornbeam.optimizers.rmsprop import RMSprop as RMSprop
from hornbeam.optimizers.sgd import SGD as SGD
from hornbeam.optimizers.lookup import deserialize as deserialize
from hornbeam.optimizers.lookup import get as get
from hornbeam.optimizers import schedules as schedules
from hornbeam.optimizers.lookup import serialize as serialize
