"""The callbacks of a run, called as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from hornbeam.callbacks.callback import BATCH_HOOKS, Callback, Logs, overrides
from hornbeam.callbacks.history import History
from hornbeam.callbacks.progbar_logger import ProgbarLogger
from hornbeam.core.export import export


@export("keras.callbacks.CallbackList")
class CallbackList(Callback):
    """Calls each hook of several callbacks, in order; those which do not override a hook cost nothing.

    Args:
        callbacks: the callbacks, or one.
        add_history: append a `History`, unless there is one.
        add_progbar: append a `ProgbarLogger`, unless there is one.
        model: the model that they act on.
        params: settings of the run, such as verbose, epochs and steps.

    Raises:
        TypeError: something that is not a `Callback`.

    Example:
        >>> callbacks = CallbackList(add_history=True)
        >>> callbacks.on_train_begin()
        >>> callbacks.on_epoch_end(0, {"loss": 0.5})
        >>> callbacks.history.history
        {'loss': [0.5]}
    """

    def __init__(
        self,
        callbacks: Iterable[Callback] | Callback | None = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks: list[Callback] = []
        self._called: dict[str, tuple[Any, ...]] = {}
        for callback in [callbacks] if isinstance(callbacks, Callback) else callbacks or ():
            self.append(callback)
        for wanted, kind in ((add_history, History), (add_progbar, ProgbarLogger)):
            if wanted and self.find(kind) is None:
                self.append(kind())
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    def append(self, callback: Callback) -> None:
        """Add a callback at the end."""
        if not isinstance(callback, Callback):
            fix = "Make an instance of it." if isinstance(callback, type) else "It must inherit from `Callback`."
            raise TypeError(f"A callback is no `Callback`: {callback!r:.80} ({type(callback).__name__}). {fix}")
        self.callbacks.append(callback)
        self._called.clear()

    def find(self, kind: type) -> Any:
        """The first callback of a class, or None."""
        return next((callback for callback in self.callbacks if isinstance(callback, kind)), None)

    @property
    def history(self) -> History | None:
        """The history that is kept, if one is."""
        return self.find(History)

    @property
    def wants_train_batches(self) -> bool:
        """Whether a callback must be called for each training batch; else `on_progress` is enough."""
        return self.needs_batches("train")

    @property
    def wants_test_batches(self) -> bool:
        """Whether a callback must be called for each batch of `evaluate`; else `on_progress` is enough."""
        return self.needs_batches("test")

    @property
    def wants_predict_batches(self) -> bool:
        """Whether a callback must be called for each batch of `predict`; else `on_progress` is enough."""
        return self.needs_batches("predict")

    def needs_batches(self, mode: str) -> bool:
        return any(callback.needs_batches(mode) for callback in self.callbacks)

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        for callback in self.callbacks:
            callback.set_model(model)

    def _hooks(self, name: str) -> tuple[Any, ...]:
        """The bound hooks `name` of the callbacks that have their own; looked up once."""
        hooks = self._called.get(name)
        if hooks is None:
            names = {name, name.replace("on_train_batch", "on_batch")}
            hooks = tuple(getattr(each, name) for each in self.callbacks if any(overrides(each, n) for n in names))
            self._called[name] = hooks
        return hooks

    def on_progress(self, seen: int, logs: Logs | None = None) -> None:
        for hook in self._hooks("on_progress"):
            hook(seen, logs)


def _run_hook(name: str) -> Callable[..., None]:
    def call(self: CallbackList, logs: Logs | None = None) -> None:
        logs = {} if logs is None else logs
        for hook in self._hooks(name):
            hook(logs)

    return call


def _epoch_hook(name: str) -> Callable[..., None]:
    def call(self: CallbackList, epoch: int, logs: Logs | None = None) -> None:
        logs = {} if logs is None else logs
        for hook in self._hooks(name):
            hook(epoch, logs)

    return call


def _batch_hook(name: str) -> Callable[..., None]:
    def call(self: CallbackList, batch: int, logs: Logs | None = None) -> None:
        hooks = self._hooks(name)
        if hooks:
            logs = {} if logs is None else logs
            for hook in hooks:
                hook(batch, logs)

    return call


for _kind, _names in (
    (_run_hook, [f"on_{run}_{edge}" for run in ("train", "test", "predict") for edge in ("begin", "end")]),
    (_epoch_hook, ["on_epoch_begin", "on_epoch_end"]),
    (_batch_hook, [name for names in BATCH_HOOKS.values() for name in names]),
):
    for _name in _names:
        _hook = _kind(_name)
        _hook.__name__, _hook.__doc__ = _name, getattr(Callback, _name).__doc__
        setattr(CallbackList, _name, _hook)
