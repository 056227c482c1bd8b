"""The step of training, testing and predicting: written once, compiled by the engine of the model."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from hornbeam.core import registry, tree
from hornbeam.train.data.arrays import ArraySource

SLOW_STEP = 0.02  # seconds; a step this long gains nothing from company
GROUP_TIME = 0.05  # seconds that a group of steps should last, so that the progress shown stays fresh


class Step:
    """One kind of step of one model, compiled for its engine.

    Args:
        model: the model.
        function: `(x, y, sample_weight) -> result`; reads and assigns variables.
        variables: every variable that it may read or assign.
        eager: run it as it is.
        donate: whether it may write over the variables' buffers, as training does.
    """

    def __init__(
        self, model: Any, function: Callable[..., Any], variables: list[Any], eager: bool, donate: bool = True
    ) -> None:
        self.model = model
        self.backend = registry.get(model.backend)
        self.function = function
        self.variables = variables
        self.eager = eager
        self.run = function if eager else self.backend.compile_step(function, variables, model.jit_compile, donate)
        self.many: Callable[..., None] | None = None
        self.first_time: float | None = None
        self.step_time: float | None = None
        self.capacity = 0
        self.steps = 0

    def __call__(self, batch: Any) -> Any:
        """Run one step on host arrays or tensors."""
        self.steps += 1
        if self.eager or not self.backend.takes_arrays:
            convert = self.backend.convert
            batch = tuple(
                None if part is None else convert(part, None) if type(part) is np.ndarray else _converted(part, convert)
                for part in batch
            )
        if self.step_time is not None:
            return self.run(*batch)
        start = time.perf_counter()
        result = self.run(*batch)
        elapsed = time.perf_counter() - start
        if self.first_time is None:
            self.first_time = elapsed
        else:
            # let the queue run dry, so that the next reading is of one step
            self.backend.synchronize([variable.storage for variable in self.variables[:1]])
            self.step_time = time.perf_counter() - start
        return result

    def group_size(self, source: Any, remaining: int, fixed: int) -> int:
        """How many steps to run in one call of the engine.

        `fixed` (steps_per_execution) is obeyed. Else steps are grouped where that saves more of the host's time than
        compiling the group costs.
        """
        if self.eager or not isinstance(source, ArraySource):
            return 1
        if fixed > 1:
            return fixed
        if self.capacity:
            return self.capacity
        if self.step_time is None or self.first_time is None or not self.backend.call_cost:
            return 1
        # as with renting or buying skis: once as much has been paid for single calls as compiling the group costs
        paid = (self.steps + remaining) * self.backend.call_cost
        if self.step_time > SLOW_STEP or paid < self.first_time:
            return 1
        size = 1
        while size < 64 and size * 2 * self.step_time < GROUP_TIME and size * 2 <= remaining:
            size *= 2
        return size

    def run_group(self, source: ArraySource, indices: Any, size: int) -> None:
        """Run the full batches at `indices`, at most `size` of them, in one call of the engine."""
        count = len(indices) // source.size
        if self.many is None:
            self.many = self.backend.compile_steps(self.function, self.variables)
            self.capacity = size
        if self.many is None or count < self.capacity:
            for start in range(0, count * source.size, source.size):
                self(source.take(indices[start : start + source.size]))
            return
        batches = source.take(indices[: count * source.size])
        stacked = tree.map_structure(
            lambda leaf: None if leaf is None else leaf.reshape((count, source.size, *leaf.shape[1:])), batches
        )
        self.many(stacked, count)


def _converted(part: Any, convert: Callable[..., Any]) -> Any:
    return tree.map_structure(lambda leaf: None if leaf is None else convert(leaf, None), part)


def overridden(model: Any, name: str, base: type) -> bool:
    """Whether the model's class has its own method `name`."""
    return getattr(type(model), name) is not getattr(base, name)


def takes_state(method: Callable[..., Any]) -> bool:
    """Whether a `train_step` has the signature that Keras gives it under jax: `(state, data)`."""
    return len([p for p in inspect.signature(method).parameters.values() if p.default is p.empty]) == 2
