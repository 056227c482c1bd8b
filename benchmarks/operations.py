"""`python -m benchmarks.operations`: single operations beside the engine's own call and Keras, as a Markdown table.

Small tensors, eager: what a call costs over the engine's own. Large tensors, forward and forward with backward: the
throughput relative to the engine's own expression; compiled on both sides on jax and tensorflow, eager on torch and
numpy.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.__main__ import environment, names, pin
from benchmarks.measure import Task, interleaved
from benchmarks.operation_natives import NATIVES
from benchmarks.operation_rows import ROWS, Row, inputs
from benchmarks.sides import choose_engine

ENGINES = tuple(NATIVES)
AT_MOST = 3.0  # microseconds over the engine's own call
AT_LEAST = 0.95  # of the native's throughput
FIELDS = ("small", "small_keras", "large", "large_keras", "backward", "backward_keras")


class Engine:
    """What the measurements ask of an engine: its tensors, compiling, differentiating, waiting."""

    def __init__(self, name: str) -> None:
        self.name = name
        if name == "jax":
            import jax
            import jax.numpy as jnp

            self.tensor, self.compile, self.wait = jnp.asarray, jax.jit, jax.block_until_ready
            self.grad = lambda f: jax.grad(lambda x, *rest: jnp.sum(f(x, *rest)))
        elif name == "tensorflow":
            import tensorflow as tf

            self.tensor, self.wait = tf.constant, lambda result: result
            self.compile = lambda f: tf.function(f, autograph=False)

            def grad(f: Callable[..., Any]) -> Callable[..., Any]:
                def gradient(x: Any, *rest: Any) -> Any:
                    with tf.GradientTape() as tape:
                        tape.watch(x)
                        value = tf.reduce_sum(f(x, *rest))
                    return tape.gradient(value, x)

                return gradient

            self.grad = grad
        elif name == "torch":
            import torch

            self.tensor, self.compile, self.wait = torch.from_numpy, lambda f: f, lambda result: result

            def grad_of(f: Callable[..., Any]) -> Callable[..., Any]:
                def gradient(x: Any, *rest: Any) -> Any:
                    x = x.detach().requires_grad_()
                    return torch.autograd.grad(f(x, *rest).sum(), x)[0]

                return gradient

            self.grad = grad_of
        else:
            self.tensor, self.compile, self.wait = np.asarray, lambda f: f, lambda result: result
            self.grad = None


def measure(engine: Engine, rows: list[Row], quick: bool) -> dict[str, dict[str, float]]:
    """For each row: cost in microseconds over the native on small tensors, and relative throughputs on large ones."""
    import keras

    import hornbeam as hb
    from hornbeam.ops.op import operations

    class Ours:
        """`hornbeam.ops`, and the operations that only layers use."""

        def __getattr__(self, name: str) -> Any:
            return getattr(hb.ops, name) if hasattr(hb.ops, name) else operations[name].function

    natives, found = NATIVES[engine.name](), {}
    for row in rows:
        if row.name not in natives:
            continue
        sides = {"native": natives[row.name], "hornbeam": bound(row, Ours())}
        if row.keras:
            sides["keras"] = bound(row, keras.ops)
        cells = found[row.name] = {}
        budget = 0.6 if quick else 2.5
        for large in (False, True) if row.moves else (False,):
            given = [engine.tensor(inputs(large)[name]) for name in row.inputs.split()]
            compiled = {side: engine.compile(f) if large else f for side, f in sides.items()}
            times = timed(compiled, given, engine, budget)
            if large:
                compare(cells, "large", times, lambda side, native: native / side)
            else:
                compare(cells, "small", times, lambda side, native: (side - native) * 1e6)
        if row.gradient and engine.grad is not None:
            gradients = {side: engine.compile(engine.grad(f)) for side, f in sides.items() if side != "hornbeam"}
            ours = sides["hornbeam"]
            summed = hb.grad(lambda x, *rest, ours=ours: hb.ops.sum(ours(x, *rest)))
            gradients["hornbeam"] = engine.compile(summed)
            times = timed(gradients, given, engine, budget)
            compare(cells, "backward", times, lambda side, native: native / side)
        shown = " ".join(f"{field}={value:.2f}" for field, value in cells.items())
        print(f"{engine.name} {row.name}: {shown}", file=sys.stderr, flush=True)
    return found


def bound(row: Row, ops: Any) -> Callable[..., Any]:
    return lambda *given: row.call(ops, *given)


def timed(sides: dict[str, Callable[..., Any]], given: list[Any], engine: Engine, budget: float) -> dict[str, float]:
    """Median CPU seconds of a call, for each side."""
    tasks = {side: Task(lambda _, f=f: engine.wait(f(*given))) for side, f in sides.items()}
    for task in tasks.values():
        task.once()
    return {side: sample.cpu for side, sample in interleaved(tasks, budget, least=5, most=25).items()}


def compare(cells: dict[str, float], field: str, times: dict[str, float], rule: Callable[..., float]) -> None:
    cells[field] = rule(times["hornbeam"], times["native"])
    if "keras" in times:
        cells[f"{field}_keras"] = rule(times["keras"], times["native"])


def markdown(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """A table for each engine, and the cells that miss a target."""
    lines, misses = [], []
    for engine, rows in found.items():
        lines += ["", f"### {engine}", ""]
        lines += [
            "| operation | eager, small: us over the native (Keras) | large, forward (Keras) | with backward (Keras) |"
        ]
        lines += ["| --- | --- | --- | --- |"]
        for name, cells in rows.items():
            columns = [pair(cells, field) for field in ("small", "large", "backward")]
            lines.append(f"| {name} | {' | '.join(columns)} |")
            misses += [f"- {engine}, {name}: {text}" for text in missed(engine, cells)]
    return "\n".join([*lines, "", "Targets missed:", "", *(misses or ["None."]), ""])


def pair(cells: dict[str, float], field: str) -> str:
    if field not in cells:
        return "-"
    digits = 1 if field == "small" else 2
    other = f"{cells[f'{field}_keras']:.{digits}f}" if f"{field}_keras" in cells else "-"
    return f"{cells[field]:.{digits}f} ({other})"


def missed(engine: str, cells: dict[str, float]) -> list[str]:
    """Which targets the cells of an operation miss."""
    found = []
    if engine != "tensorflow" and cells["small"] > AT_MOST:
        found.append(f"{cells['small']:.1f} us over the engine's call (at most {AT_MOST:g})")
    for field in ("large", "backward"):
        ours, keras = cells.get(field), cells.get(f"{field}_keras")
        if engine != "numpy" and ours is not None and ours < AT_LEAST:
            found.append(f"{field} {ours:.2f} of the native (at least {AT_LEAST:g})")
        if ours is not None and keras is not None and ours < AT_LEAST * keras:
            found.append(f"{field} {ours:.2f}, Keras {keras:.2f}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.operations", description=__doc__)
    parser.add_argument("--engine", type=names(ENGINES), default=list(ENGINES), help="engines, by comma")
    parser.add_argument("--only", type=names(tuple(row.name for row in ROWS)), help="operations, by comma")
    parser.add_argument("--quick", action="store_true", help="a quarter of the time a cell")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "operations.md")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    rows = [row for row in ROWS if options.only is None or row.name in options.only]
    if options.worker:
        choose_engine(options.engine[0])
        options.worker.write_text(json.dumps(measure(Engine(options.engine[0]), rows, options.quick)))
        return 0
    threads, found = pin(options.threads), {}
    for engine in options.engine:  # a process for each
        output = options.output.with_suffix(f".{engine}.json")
        command = [sys.executable, "-m", "benchmarks.operations", "--engine", engine, "--worker", str(output)]
        command += ["--only", ",".join(row.name for row in rows), *(["--quick"] if options.quick else [])]
        subprocess.run(command, env=environment(engine, threads), check=True)
        found[engine] = json.loads(output.read_text())
        output.unlink()
    report = markdown(found)
    print(report)
    options.output.write_text(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
