"""A callback out of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hornbeam.callbacks.callback import Callback
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export


@export("keras.callbacks.LambdaCallback")
class LambdaCallback(Callback):
    """A callback whose hooks are given as functions: of `(epoch, logs)`, `(batch, logs)` or `(logs)`, as the hooks are.

    Args:
        kwargs: any further hook of `Callback`, such as `on_test_end`.

    Raises:
        ConfigError: there is no such hook.

    Example:
        >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
        >>> callback.on_epoch_end(0, {"loss": 0.5})
        0 0.5
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any] | None,
    ) -> None:
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, hook in hooks.items():
            if not (name.startswith("on_") and hasattr(Callback, name)):
                known = ", ".join(each for each in dir(Callback) if each.startswith("on_"))
                raise ConfigError(f"LambdaCallback got {name!r}, which is no hook. Hooks: {known}.")
            if hook is not None:
                setattr(self, name, hook)
