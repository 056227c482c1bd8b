"""Do the sides compute the same? One engine in one process; run by `__main__ --check`.

From the same weights, without dropout: logits, loss and accuracy, and the logits again after an epoch of training.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from benchmarks.sides import choose_engine, load_side
from benchmarks.workloads import WORKLOADS

STEPS = 4
TOLERANCE = 1e-3
# torch's Adam adds epsilon after bias correction and Keras' before: weights with tiny gradients move by more
TORCH_TRAINED_TOLERANCE = 2e-2


def outcome(side_name: str, engine: str, workload_name: str) -> dict[str, np.ndarray]:
    """The numbers that are compared, by name."""
    workload = WORKLOADS[workload_name]
    x, y = workload.data(STEPS)
    runner = load_side(side_name, engine).make(workload, dropout=0.0)
    runner.load(workload.initial_weights())
    logits, scores = runner.predict(x), runner.evaluate(x, y)
    fitted = runner.fit(x, y, shuffle=False)
    return {
        "logits": logits,
        "loss and accuracy": np.asarray(scores),
        "trained loss and accuracy": np.asarray(fitted),
        "trained logits": runner.predict(x),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check", description=__doc__)
    parser.add_argument("engine")
    parser.add_argument("--only", nargs="+", required=True)
    parser.add_argument("--sides", nargs="+", required=True)
    options = parser.parse_args()
    choose_engine(options.engine)
    wrong = 0
    for workload in options.only:
        reference, *others = ((side, outcome(side, options.engine, workload)) for side in options.sides)
        for side, found in others:
            for name, expected in reference[1].items():
                difference = float(np.abs(found[name] - expected).max())
                torch_trained = options.engine == "torch" and name.startswith("trained")
                same = difference <= (TORCH_TRAINED_TOLERANCE if torch_trained else TOLERANCE)
                wrong += not same
                verdict = "same" if same else "DIFFERENT"
                print(f"{options.engine} {workload}: {name}, {side} and {reference[0]}: {verdict} ({difference:.1e})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
