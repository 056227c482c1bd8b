"""`python -m benchmarks`: run the benchmarks, print the table, and write it as Markdown."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Stamp, median
from benchmarks.report import Cell, Failure, markdown
from benchmarks.sides import ENGINES, SIDES
from benchmarks.workloads import WORKLOADS

HERE = Path(__file__).parent
START = "start"


def environment(engine: str, threads: int) -> dict[str, str]:
    """What the child processes get: one engine, and the same number of threads for each."""
    count = str(threads)
    return os.environ | {
        "KERAS_BACKEND": engine,
        "HORNBEAM_BACKEND": engine,
        "OMP_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "OMP_WAIT_POLICY": "passive",  # a thread that spins while it waits counts as CPU time, and starves the next
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": count,
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE.parent), os.environ.get("PYTHONPATH")])),
    }


def pin(threads: int) -> int:
    """Keeps this process and its children to `threads` cores, where the system can; the number they got."""
    if not hasattr(os, "sched_setaffinity"):
        return threads
    cores = sorted(os.sched_getaffinity(0))[:threads]
    os.sched_setaffinity(0, cores)  # XLA has no other switch for the size of its thread pool
    return len(cores)


def measure_start(engine: str, sides: list[str], threads: int, repeats: int) -> tuple[list[Cell], list[Failure]]:
    """Import time, in fresh processes, one of each side a round."""
    seen: dict[tuple[str, str], list[Stamp]] = {}
    failures: dict[str, Failure] = {}
    for _ in range(repeats + 1):
        for side in sides:
            if side in failures:
                continue
            command = [sys.executable, "-m", "benchmarks.startup", engine, side]
            child = subprocess.run(command, env=environment(engine, threads), capture_output=True, text=True)
            if child.returncode:
                reason = child.stderr.strip().splitlines()[-1]
                failures[side] = Failure(START, "first prediction", engine, side, reason)
                continue
            for measure, stamp in json.loads(child.stdout.splitlines()[-1]).items():
                seen.setdefault((measure, side), []).append(stamp)
    # the first round only fills the file cache
    warm = {key: stamps[1:] for key, stamps in seen.items() if stamps[1:]}
    cells = [Cell(START, measure, engine, side, median(stamps)) for (measure, side), stamps in warm.items()]
    return cells, list(failures.values())


def measure_engine(engine: str, options: argparse.Namespace) -> tuple[list[Cell], list[Failure]]:
    """All workloads on one engine, in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "cells.json"
        command = [sys.executable, "-m", "benchmarks.worker", engine, str(output)]
        command += [*selection(options), *(["--quick"] if options.quick else [])]
        subprocess.run(command, env=environment(engine, options.threads), check=True)
        found = json.loads(output.read_text())
    return [Cell.from_json(cell) for cell in found["cells"]], [Failure(**failure) for failure in found["failures"]]


def run_check(engine: str, options: argparse.Namespace) -> int:
    """Whether the sides compute the same: the exit status of `benchmarks.check`."""
    command = [sys.executable, "-m", "benchmarks.check", engine, *selection(options)]
    return subprocess.run(command, env=environment(engine, options.threads)).returncode


def selection(options: argparse.Namespace) -> list[str]:
    return ["--only", *options.only, "--sides", *options.sides]


def names(allowed: tuple[str, ...]) -> Callable[[str], list[str]]:
    """An argument type: names of `allowed`, separated by commas."""

    def parse(text: str) -> list[str]:
        chosen = text.split(",")
        for name in chosen:
            if name not in allowed:
                raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(allowed)}")
        return chosen

    return parse


def parse_options() -> argparse.Namespace:
    workloads = (*WORKLOADS, START)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", type=names(workloads), default=list(workloads), help="workloads, by comma")
    parser.add_argument("--engine", type=names(ENGINES), default=list(ENGINES), help="engines, by comma")
    parser.add_argument("--sides", type=names(SIDES), default=list(SIDES), help="sides, by comma")
    parser.add_argument("--quick", action="store_true", help="a sixth of the time a cell, fewer repeats")
    parser.add_argument("--threads", type=int, default=2, help="cores and threads for every engine")
    parser.add_argument("--output", type=Path, default=HERE / "results.md")
    parser.add_argument("--check", action="store_true", help="compare the sides' numbers, and measure nothing")
    return parser.parse_args()


def main() -> int:
    options = parse_options()
    options.threads = pin(options.threads)
    with_start = START in options.only
    options.only = [name for name in options.only if name != START]
    if options.check:
        return max(run_check(engine, options) for engine in options.engine)
    cells: list[Cell] = []
    failures: list[Failure] = []
    for engine in options.engine:
        parts = [measure_start(engine, options.sides, options.threads, 1 if options.quick else 3)] if with_start else []
        parts += [measure_engine(engine, options)] if options.only else []
        for some_cells, some_failures in parts:
            cells += some_cells
            failures += some_failures
    report = markdown(cells, failures, options.threads, options.quick)
    print(report)
    options.output.write_text(report)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
