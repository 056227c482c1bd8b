"""What was measured, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from benchmarks.measure import Sample
from benchmarks.workloads import WORKLOADS

PACKAGES = ("keras", "jax", "torch", "tensorflow", "tensorflow-cpu", "numpy")
AT_MOST_NATIVE = {"fit, a step": 1.15, "model(x), one sample": 2.0}
NOTE = (
    "Ratios are of CPU-time medians, those in brackets of wall-time medians; below 1 is faster. "
    "Absolute times are the native's, CPU (wall)."
)


@dataclass(frozen=True)
class Cell:
    """One number of the table: a side's time for a measure."""

    workload: str
    measure: str
    engine: str
    side: str
    sample: Sample

    def to_json(self) -> dict[str, Any]:
        return vars(self) | {"sample": vars(self.sample)}

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Cell:
        sample = Sample(**fields["sample"])
        return cls(fields["workload"], fields["measure"], fields["engine"], fields["side"], sample)


@dataclass(frozen=True)
class Failure:
    """A cell that could not be measured, and why."""

    workload: str
    measure: str
    engine: str
    side: str
    reason: str


Row = tuple[str, str, str]  # workload, measure, engine
Times = dict[Row, dict[str, Sample]]


def duration(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1 or unit == "us":
            return f"{seconds * scale:.3g} {unit}"
    raise AssertionError("the last unit takes all")


def ratio(over: Sample | None, under: Sample | None) -> str:
    if over is None or under is None:
        return "-"
    return f"{over.cpu / under.cpu:.2f} ({over.wall / under.wall:.2f})"


def by_row(cells: Iterable[Cell]) -> Times:
    rows: Times = {}
    for cell in cells:
        rows.setdefault((cell.workload, cell.measure, cell.engine), {})[cell.side] = cell.sample
    return rows


def table(rows: Times, workload: str) -> list[str]:
    lines = [
        "| measure | engine | native | Keras / native | Hornbeam / native | Hornbeam / Keras |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    # the engines of a measure stand together
    measures = list(dict.fromkeys(measure for name, measure, _ in rows if name == workload))
    for measure in measures:
        for (name, other, engine), sides in rows.items():
            if (name, other) != (workload, measure):
                continue
            native, keras, hornbeam = (sides.get(side) for side in ("native", "keras", "hornbeam"))
            absolute = f"{duration(native.cpu)} ({duration(native.wall)})" if native else "-"
            ratios = f"{ratio(keras, native)} | {ratio(hornbeam, native)} | {ratio(hornbeam, keras)}"
            lines.append(f"| {measure} | {engine} | {absolute} | {ratios} |")
    return lines


def misses(rows: Times) -> list[str]:
    """Where Hornbeam is over a target by CPU time."""
    found: list[str] = []
    for (workload, measure, engine), sides in rows.items():
        hornbeam, bound = sides.get("hornbeam"), AT_MOST_NATIVE.get(measure)
        if hornbeam is None:
            continue
        for side, most in (("native", bound), ("keras", 1.0)):
            other = sides.get(side)
            if other and most and hornbeam.cpu > most * other.cpu:
                found.append(f"- {workload}, {measure}, {engine}: {ratio(hornbeam, other)} x {side} (at most {most:g})")
    return found


def markdown(cells: list[Cell], failures: list[Failure], threads: int, quick: bool) -> str:
    """The whole report."""
    versions = ", ".join(f"{name} {version}" for name, version in _versions())
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} CPUs, {threads} threads"
    lines = ["# Results", "", NOTE, "", f"{versions}; {machine}." + (" A quick run: few repeats." if quick else ""), ""]
    rows = by_row(cells)
    for workload, title in [("start", "Start of a process")] + [(w.name, w.title) for w in WORKLOADS.values()]:
        if any(name == workload for name, _, _ in rows):
            lines += [f"## {title}", "", *table(rows, workload), ""]
    if any(cell.side == "hornbeam" for cell in cells):
        lines += ["## Targets missed", "", *(misses(rows) or ["None."]), ""]
    if failures:
        lines += ["## Not measured", ""]
        lines += [f"- {f.side}, {f.engine}, {f.workload}, {f.measure}: {_one_line(f.reason)}" for f in failures]
        lines.append("")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else line[:200] + " ..."


def _versions() -> Iterable[tuple[str, str]]:
    installed = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in metadata.distributions()}
    return [(name, installed[name]) for name in PACKAGES if name in installed]
