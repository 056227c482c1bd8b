# Written by tools/facade.py from the export marks: do not edit, run `make facade`.
from hornbeam.callbacks.csv_logger import CSVLogger as CSVLogger
from hornbeam.callbacks.callback import Callback as Callback
from hornbeam.callbacks.callback_list import CallbackList as CallbackList
from hornbeam.callbacks.early_stopping import EarlyStopping as EarlyStopping
from hornbeam.callbacks.history import History as History
from hornbeam.callbacks.lambda_callback import LambdaCallback as LambdaCallback
from hornbeam.callbacks.learning_rate import LearningRateScheduler as LearningRateScheduler
from hornbeam.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
from hornbeam.callbacks.progbar_logger import ProgbarLogger as ProgbarLogger
from hornbeam.callbacks.learning_rate import ReduceLROnPlateau as ReduceLROnPlateau
from hornbeam.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
