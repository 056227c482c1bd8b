"""A fresh process: how long `import` takes, and how long it is to the first prediction. Prints JSON.

Nothing but the standard library is imported before the first clock is read.
"""

from __future__ import annotations

import importlib
import json
import sys
import time


def main() -> None:
    engine, side = sys.argv[1:]
    cpu, wall = time.process_time(), time.perf_counter()
    importlib.import_module(engine if side == "native" else side)
    cpu_imported, wall_imported = time.process_time(), time.perf_counter()

    from benchmarks.sides import load_side
    from benchmarks.workloads import WORKLOADS

    workload = WORKLOADS["mlp"]
    x, _ = workload.data(1)
    load_side(side, engine).make(workload).predict(x[:1])
    cpu_predicted, wall_predicted = time.process_time(), time.perf_counter()
    print(
        json.dumps(
            {
                "import": (cpu_imported - cpu, wall_imported - wall),
                "import to first prediction": (cpu_predicted - cpu, wall_predicted - wall),
            }
        )
    )


if __name__ == "__main__":
    main()
