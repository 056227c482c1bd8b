"""One engine in one process: all its cells, the sides interleaved. Run by `__main__`, writes JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.measure import Task, interleaved
from benchmarks.report import Cell, Failure
from benchmarks.sides import Runner, Side, choose_engine, load_side, native_module
from benchmarks.workloads import WORKLOADS, Workload


class Bench:
    """The measures of one workload on one engine."""

    def __init__(self, engine: str, workload: Workload, sides: list[Side], quick: bool) -> None:
        self.engine, self.workload, self.quick = engine, workload, quick
        self.failures: list[Failure] = []
        self.cells: list[Cell] = []
        self.sides = {side.name: side for side in sides}
        self.runners: dict[str, Runner] = {}
        for side in sides:
            self._attempt(side.name, "build", partial(self._add_runner, side))

    def _add_runner(self, side: Side) -> None:
        self.runners[side.name] = side.make(self.workload)

    def run(self) -> None:
        steps = max(2, self.workload.steps // 4) if self.quick else self.workload.steps
        x, y = self.workload.data(steps)
        native = native_module(self.engine)
        first, one = slice(0, self.workload.batch), x[:1]
        tensor = native.tensor(one)

        self._measure("fit, a step", 12, lambda r: Task(lambda _: r.fit(x, y), units=steps))
        self._measure("evaluate, a step", 4, lambda r: Task(lambda _: r.evaluate(x, y), units=steps))
        self._measure("predict, a step", 4, lambda r: Task(lambda _: r.predict(x), units=steps))
        self._measure("predict, one sample", 3, lambda r: Task(lambda _: r.predict(one)))
        self._measure("model(x), one sample", 3, lambda r: Task(lambda _: native.wait(r(tensor))))
        self._measure_new(
            "first fit step",
            15,
            lambda side: Task(lambda r: r.fit(x[first], y[first]), prepare=lambda: side.make(self.workload)),
        )
        self._measure_new("build", 5, lambda side: Task(lambda _: side.make(self.workload).weights()))

    def _measure(self, measure: str, budget: float, task: Callable[[Runner], Task]) -> None:
        self._take(measure, budget, {name: task(runner) for name, runner in self.runners.items()})

    def _measure_new(self, measure: str, budget: float, task: Callable[[Side], Task]) -> None:
        self._take(measure, budget, {name: task(self.sides[name]) for name in self.runners}, 1 if self.quick else 3)

    def _take(self, measure: str, budget: float, tasks: dict[str, Task], least: int = 3) -> None:
        able = {name: task for name, task in tasks.items() if self._attempt(name, measure, task.once)}
        started = time.perf_counter()
        samples = interleaved(able, budget / 6 if self.quick else budget, least)
        spent = time.perf_counter() - started
        self.cells += [Cell(self.workload.name, measure, self.engine, name, s) for name, s in samples.items()]
        shown = ", ".join(f"{name} {1e3 * s.cpu:.3f} ({1e3 * s.wall:.3f})" for name, s in samples.items())
        line = f"{self.engine} {self.workload.name} {measure}: {shown} ms CPU (wall); {spent:.0f} s"
        print(line, file=sys.stderr, flush=True)

    def _attempt(self, side: str, measure: str, work: Callable[[], object]) -> bool:
        """Hornbeam may fail in a cell, which the report then shows; where another side does, the harness is wrong."""
        try:
            work()
        except Exception as error:
            if side != "hornbeam":
                raise
            traceback.print_exc()
            reason = f"{type(error).__name__}: {error}"
            self.failures.append(Failure(self.workload.name, measure, self.engine, side, reason))
            return False
        return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worker", description=__doc__)
    parser.add_argument("engine")
    parser.add_argument("output", type=Path)
    parser.add_argument("--only", nargs="+", required=True)
    parser.add_argument("--sides", nargs="+", required=True)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()

    choose_engine(options.engine)
    np.random.seed(0)
    cells: list[Cell] = []
    failures: list[Failure] = []
    sides: list[Side] = []
    for name in options.sides:
        try:
            sides.append(load_side(name, options.engine))
        except ImportError as error:
            if name == "native":
                raise
            failures.append(Failure("all", "import", options.engine, name, f"{type(error).__name__}: {error}"))
    for name in options.only:
        bench = Bench(options.engine, WORKLOADS[name], sides, options.quick)
        bench.run()
        cells += bench.cells
        failures += bench.failures
    options.output.write_text(
        json.dumps({"cells": [cell.to_json() for cell in cells], "failures": [vars(failure) for failure in failures]})
    )


if __name__ == "__main__":
    main()
