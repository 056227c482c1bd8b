"""The three sides behind one interface: hand-written native, Keras, Hornbeam."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from benchmarks.workloads import DROPOUT, Workload

ENGINES = ("jax", "torch", "tensorflow")
SIDES = ("native", "keras", "hornbeam")


class Runner(Protocol):
    """One model of one side, ready to run."""

    def fit(self, x: np.ndarray, y: np.ndarray, shuffle: bool = True) -> tuple[float, float]:
        """One epoch over (samples, ...); its mean loss and accuracy."""
        ...

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        """Mean loss and accuracy over (samples, ...)."""
        ...

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Logits (samples, classes)."""
        ...

    def weights(self) -> list[np.ndarray]:
        """The trainable weights, read back."""
        ...

    def load(self, weights: dict[str, np.ndarray]) -> None:
        """Take over weights in Keras' order and shapes."""
        ...

    def __call__(self, x: Any) -> Any:
        """Logits, for a tensor of the engine."""
        ...


class KerasRunner:
    """A model of `keras`, or of any module with its API."""

    def __init__(self, api: Any, workload: Workload, dropout: float = DROPOUT) -> None:
        self.batch = workload.batch
        self.model = workload.model(api, dropout)

    def fit(self, x: np.ndarray, y: np.ndarray, shuffle: bool = True) -> tuple[float, float]:
        history = self.model.fit(x, y, batch_size=self.batch, epochs=1, shuffle=shuffle, verbose=0).history
        return history["loss"][0], history["accuracy"][0]

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        loss, accuracy = self.model.evaluate(x, y, batch_size=self.batch, verbose=0)
        return loss, accuracy

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.model.predict(x, batch_size=self.batch, verbose=0)

    def weights(self) -> list[np.ndarray]:
        return self.model.get_weights()

    def load(self, weights: dict[str, np.ndarray]) -> None:
        self.model.set_weights(list(weights.values()))

    def __call__(self, x: Any) -> Any:
        return self.model(x)


@dataclass(frozen=True)
class Side:
    """How to make a runner."""

    name: str
    make: Callable[..., Runner]  # (workload, dropout=...)


def choose_engine(engine: str) -> None:
    """Select `engine` for Keras and Hornbeam; to be called before either is imported."""
    os.environ["KERAS_BACKEND"] = os.environ["HORNBEAM_BACKEND"] = engine


def native_module(engine: str) -> Any:
    """The module with `Native`, `tensor` and `wait` of an engine."""
    return importlib.import_module(f"benchmarks.native_{engine}")


def load_side(name: str, engine: str) -> Side:
    """The side called `name`; imports what it needs, and raises ImportError where that is missing."""
    if name == "native":
        return Side(name, native_module(engine).Native)
    api = importlib.import_module(name)
    return Side(name, lambda workload, dropout=DROPOUT: KerasRunner(api, workload, dropout))
