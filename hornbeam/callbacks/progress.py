"""The progress bar: live in a terminal and in a notebook, one line an epoch anywhere else."""

from __future__ import annotations

import html
import os
import shutil
import sys
import time
from collections.abc import Iterable
from typing import Any, Literal, Protocol, TextIO

import numpy as np

from hornbeam.core.export import export

BOLD, GREEN, GREY = "1", "32", "90"
Piece = tuple[str, str]  # text, and its ANSI style ("" for plain)


@export("keras.utils.Progbar")
class Progbar:
    """Shows how far a task is, how long it will take, and the values of metrics.

    Args:
        target: number of steps, or None where it is not known.
        width: of the bar, in characters.
        verbose: 0 shows nothing, 1 a live bar (one line at the end where stdout is no terminal), 2 one line at the end,
            "auto" is 1.
        interval: least time between two drawings, in seconds.
        stateful_metrics: names of metrics that are shown as they come; all others are averaged over the steps.
        stateless_metrics: names of the only metrics that are averaged, if given.
        unit_name: what a step is called.
        title: what stands before it all.

    Example:
        >>> bar = Progbar(3, verbose=2)
        >>> for step in range(3):
        ...     bar.update(step + 1, [("loss", 1.0 / (step + 1))])  # doctest: +ELLIPSIS
        3/3 - ... - loss: 0.3333
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int | Literal["auto"] = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
        title: str = "",
    ) -> None:
        self.target = target
        self.width = width
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.title = title
        self._screen: Screen | None = _screen() if self.verbose == 1 else None
        self._sums: dict[str, tuple[Any, int]] = {}  # metric -> (sum over steps, steps)
        self._seen = 0
        self._start = time.perf_counter()
        self._first: tuple[float, int] | None = None  # when the first update came, and its step
        self._next_drawing = 0.0

    def due(self) -> bool:
        """Whether `update` would draw now: what costs time to fetch for it may wait until then."""
        return self._screen is not None and time.perf_counter() >= self._next_drawing

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Count `n` more steps."""
        self.update(self._seen + n, values)

    def update(
        self, current: int, values: Iterable[tuple[str, Any]] | None = None, finalize: bool | None = None
    ) -> None:
        """Show that `current` steps are done.

        Args:
            current: steps done, in all.
            values: pairs of a metric's name and its value for the steps since the last update.
            finalize: whether this is the end, and `values` are final; by default, when `current` reaches the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        began = time.perf_counter()
        self._record(current, values or (), finalize)
        self._seen = current
        if self.verbose and (finalize or (self._screen is not None and began >= self._next_drawing)):
            self._draw(current, finalize)
            now = time.perf_counter()
            # where fetching the values or drawing is slow, it is done less often: below a tenth of the time
            self._next_drawing = now + (max(self.interval, min(1.0, 10 * (now - began))) if self.interval else 0.0)
        if self._first is None:
            self._first = (time.perf_counter(), current)

    def _record(self, current: int, values: Iterable[tuple[str, Any]], finalize: bool) -> None:
        steps = max(current - self._seen, 1)
        for name, value in values:
            value = np.mean(value) if isinstance(value, (np.ndarray, list, tuple)) else value
            if self._is_averaged(name) and not finalize:
                total, count = self._sums.get(name, (0, 0))
                self._sums[name] = (total + value * steps, count + steps)
            else:
                self._sums[name] = (value, 1)

    def _is_averaged(self, name: str) -> bool:
        return name not in self.stateful_metrics if self.stateless_metrics is None else name in self.stateless_metrics

    def _draw(self, current: int, finalize: bool) -> None:
        if self._screen is None:
            print(" - ".join(text for text, _ in self._facts(current, finalize)), file=sys.stdout, flush=True)
        elif finalize:
            self._screen.close(self, current)
        else:
            self._screen.draw(self, current, finalize)

    def _facts(self, current: int, finalize: bool) -> list[Piece]:
        """Title, count, time, time a step and metrics, each a piece."""
        now = time.perf_counter()
        if self._first is not None and current > self._first[1]:  # the first step compiles, and says little of the rest
            per_step = (now - self._first[0]) / (current - self._first[1])
        else:
            per_step = (now - self._start) / max(current, 1)
        target = "" if self.target is None else f"/{self.target}"
        clock = duration(now - self._start)
        if not finalize and self.target is not None:
            clock = f"{duration(per_step * max(self.target - current, 0))} left"
        title = [(self.title, BOLD)] if self.title else []
        pace = f"{step_time(per_step)}/{self.unit_name}"
        metrics = [(f"{name}: {number(total if n == 1 else total / n)}", "") for name, (total, n) in self._sums.items()]
        return [*title, (f"{current}{target}", BOLD), (clock, ""), (pace, GREY), *metrics]

    def share(self, current: int) -> float:
        """The part that is done, from 0 to 1."""
        return min(current / self.target, 1.0) if self.target else 0.0


class Screen(Protocol):
    """A place where a bar can be drawn again and again."""

    def draw(self, bar: Progbar, current: int, finalize: bool) -> None:
        """Show the bar in place of what was drawn before."""
        ...

    def close(self, bar: Progbar, current: int) -> None:
        """Show the bar for the last time."""
        ...

    def say(self, message: str) -> None:
        """Write a line that the bar does not overwrite."""
        ...


class Terminal:
    """One line of a terminal, drawn over itself."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.colours = "NO_COLOR" not in os.environ

    def draw(self, bar: Progbar, current: int, finalize: bool) -> None:
        global _active
        _active = self
        facts = bar._facts(current, finalize)
        shown = 2 if bar.title else 1
        pieces = [piece for fact in facts[:shown] for piece in (fact, (" ", ""))]
        pieces += self._bar(bar, current) if bar.target else []
        pieces += [piece for fact in facts[shown : shown + 2] for piece in (fact, (" ", ""))]
        pieces += [piece for fact in facts[shown + 2 :] for piece in (("- ", GREY), fact, (" ", ""))]
        if not finalize:  # a line that wraps cannot be drawn over; the last one need not be
            pieces = _fitted(pieces, shutil.get_terminal_size().columns - 1)
        self.stream.write("\r" + "".join(map(self._paint, pieces)) + "\x1b[K")
        self.stream.flush()

    def close(self, bar: Progbar, current: int) -> None:
        global _active
        self.draw(bar, current, True)
        self.stream.write("\n")
        self.stream.flush()
        _active = None

    def say(self, message: str) -> None:
        self.stream.write(f"\r\x1b[K{message}\n")
        self.stream.flush()

    def _bar(self, bar: Progbar, current: int) -> list[Piece]:
        done = int(bar.share(current) * bar.width)
        rest = "━" if self.colours else "─"
        return [("━" * done, GREEN), (rest * (bar.width - done), GREY), (" ", "")]

    def _paint(self, piece: Piece) -> str:
        text, style = piece
        return f"\x1b[{style}m{text}\x1b[0m" if style and self.colours and text else text


class Notebook:
    """One output of a notebook cell, updated in place."""

    def __init__(self) -> None:
        self.handle: Any = None

    def draw(self, bar: Progbar, current: int, finalize: bool) -> None:
        from IPython.display import display  # type: ignore[import-not-found]

        facts = [text for text, _ in bar._facts(current, finalize)]
        style = "width:12em;vertical-align:middle;accent-color:#2e8b57"
        gauge = f'<progress value="{bar.share(current):.4f}" max="1" style="{style}"></progress>' if bar.target else ""
        shown = 2 if bar.title else 1
        head, tail = " ".join(facts[:shown]), " · ".join(facts[shown:])
        bundle = {
            "text/plain": " - ".join(facts),
            "text/html": '<div style="font-family:monospace">'
            f"<b>{html.escape(head)}</b> {gauge} {html.escape(tail)}</div>",
        }
        if self.handle is None:
            self.handle = display(bundle, raw=True, display_id=True)
        else:
            self.handle.update(bundle, raw=True)

    def close(self, bar: Progbar, current: int) -> None:
        self.draw(bar, current, True)

    def say(self, message: str) -> None:
        print(message, flush=True)


_active: Terminal | None = None  # the terminal line that is being drawn


def say(message: str) -> None:
    """Print a message; a live progress bar moves below it."""
    if _active is not None and _active.stream is sys.stdout:
        _active.say(message)
    else:
        print(message, file=sys.stdout, flush=True)


def _screen() -> Screen | None:
    """Where a live bar can be drawn; None where only lines can be written."""
    if _in_notebook():
        return Notebook()
    stream = sys.stdout
    if stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb":
        return Terminal(stream)
    return None


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def _fitted(pieces: list[Piece], columns: int) -> list[Piece]:
    """The pieces, cut where the line would be longer than the terminal is wide."""
    fitted = []
    for text, style in pieces:
        if len(text) > columns:
            return [*fitted, (text[: max(columns - 1, 0)] + "…", style)] if columns > 0 else fitted
        fitted.append((text, style))
        columns -= len(text)
    return fitted


def number(value: Any) -> str:
    """A value with four significant digits.

    Example:
        >>> number(0.25), number(123456), number(1e-5)
        ('0.2500', '1.235e+05', '1.000e-05')
    """
    try:
        return f"{float(value):#.4g}".rstrip(".")
    except (TypeError, ValueError):
        return str(value)


def duration(seconds: float) -> str:
    """Seconds as people read them: 0s, 59s, 1:05, 2:00:05."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def step_time(seconds: float) -> str:
    """The time of one step: 12us, 3ms, 2s."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.0f}{unit}" if seconds >= 10 * size else f"{seconds / size:.1f}{unit}"
    return f"{seconds * 1e6:.0f}us"
