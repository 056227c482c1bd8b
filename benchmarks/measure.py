"""Interleaved medians: every side runs once in each round, so that a busy machine slows all of them alike."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Stamp = tuple[float, float]
REPEAT_SECONDS = 0.05  # shorter work is run in a loop until a repeat takes this long


@dataclass(frozen=True)
class Sample:
    """Medians over the repeats, in seconds for one unit of work."""

    cpu: float
    wall: float
    repeats: int


@dataclass(frozen=True)
class Task:
    """What is timed. `prepare` runs before each repeat, outside the clock; `run` takes what it returns."""

    run: Callable[[Any], Any]
    prepare: Callable[[], Any] | None = None  # a task that is prepared anew is not looped
    units: int = 1  # steps that one `run` takes

    def once(self) -> None:
        """Run it untimed: it compiles, and shows whether it works."""
        self.run(self.prepare() if self.prepare else None)


def stamp() -> Stamp:
    """CPU time of all threads of this process, and wall time, in seconds."""
    return time.process_time(), time.perf_counter()


def interleaved(tasks: dict[str, Task], budget: float, least: int = 3, most: int = 15) -> dict[str, Sample]:
    """Medians for each side: rounds of one repeat a side until `budget` seconds are spent or `most` rounds done.

    The tasks have run before: nothing compiles here but what a task means to compile.
    """
    started = time.perf_counter()
    loops = {side: 1 if task.prepare else _loops(task) for side, task in tasks.items()}
    seen: dict[str, list[Stamp]] = {side: [] for side in tasks}
    order = list(tasks)
    gc.collect()
    for done in range(most):
        if done >= least and time.perf_counter() - started > budget:
            break
        for side in order:
            seen[side].append(_repeat(tasks[side], loops[side]))
        order = order[1:] + order[:1]  # nobody always follows the same neighbour
    return {side: median(stamps) for side, stamps in seen.items()}


def median(stamps: list[Stamp]) -> Sample:
    """The median of each clock over repeats."""
    cpu, wall = zip(*stamps)
    return Sample(statistics.median(cpu), statistics.median(wall), len(stamps))


def _loops(task: Task) -> int:
    """How often to run the task in a repeat."""
    _, before = stamp()
    task.run(None)
    _, after = stamp()
    return max(1, math.ceil(REPEAT_SECONDS / max(after - before, 1e-7)))


def _repeat(task: Task, loops: int) -> Stamp:
    prepared = task.prepare() if task.prepare else None
    cpu, wall = stamp()
    for _ in range(loops):
        task.run(prepared)
    cpu_after, wall_after = stamp()
    units = loops * task.units
    return (cpu_after - cpu) / units, (wall_after - wall) / units
