# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.optimizers.schedules.cosine import CosineDecay as CosineDecay
from hornbeam.optimizers.schedules.cosine import CosineDecayRestarts as CosineDecayRestarts
from hornbeam.optimizers.schedules.decay import ExponentialDecay as ExponentialDecay
from hornbeam.optimizers.schedules.decay import InverseTimeDecay as InverseTimeDecay
from hornbeam.optimizers.schedules.schedule import LearningRateSchedule as LearningRateSchedule
from hornbeam.optimizers.schedules.decay import PiecewiseConstantDecay as PiecewiseConstantDecay
from hornbeam.optimizers.schedules.decay import PolynomialDecay as PolynomialDecay
from hornbeam.optimizers.schedules.schedule import deserialize as deserialize
from hornbeam.optimizers.schedules.schedule import serialize as serialize
