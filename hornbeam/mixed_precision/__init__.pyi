# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.optimizers.loss_scale_optimizer import LossScaleOptimizer as LossScaleOptimizer
