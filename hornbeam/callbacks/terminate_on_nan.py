"""Stop when the loss is not a number."""

from __future__ import annotations

import math

from hornbeam.callbacks.callback import Callback, Logs
from hornbeam.callbacks.monitor import as_float
from hornbeam.callbacks.progress import say
from hornbeam.core.export import export


@export("keras.callbacks.TerminateOnNaN")
class TerminateOnNaN(Callback):
    """Stops training at the first batch whose loss is NaN or infinite. It waits for the device after each batch.

    Args:
        raise_error: raise, in place of ending the training quietly.

    Raises:
        RuntimeError: with `raise_error`, such a loss.

    Example:
        >>> TerminateOnNaN(raise_error=True).raise_error
        True
    """

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error = raise_error

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(value := as_float(loss)):
            return
        if self.raise_error:
            raise RuntimeError(
                f"NaN or Inf loss encountered at batch {batch}. Loss value: {value}. Training ends here."
            )
        say(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
