"""The progress bar, in a terminal, a notebook and a file."""

import io
import re
import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hornbeam.callbacks import progress
from hornbeam.callbacks.callback_list import CallbackList
from hornbeam.callbacks.lazy_logs import LazyLogs
from hornbeam.callbacks.progress import Progbar, duration, number, step_time


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    stream = Tty()
    # pytest sets sys.stdout anew for the test itself, so the module is given another `sys`
    monkeypatch.setattr(progress, "sys", types.SimpleNamespace(stdout=stream, modules=sys.modules))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return stream


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*[mK]", "", text)


def run_fit(verbose, epochs=2, steps: int | None = 4, fetch=lambda: {"loss": 0.5}):
    callbacks = CallbackList(add_progbar=True, verbose=verbose, epochs=epochs, steps=steps)
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        for batch in range(steps or 4):
            callbacks.on_progress(batch + 1, LazyLogs(fetch))
        callbacks.on_test_begin()
        callbacks.on_test_batch_end(0, {})
        callbacks.on_test_end({})
        callbacks.on_epoch_end(epoch, {"loss": 0.25, "val_loss": 1.0})
    callbacks.on_train_end()


@pytest.mark.parametrize("verbose", [1, 2, "auto"])
@pytest.mark.parametrize("steps", [4, None])
def test_file_gets_one_line_an_epoch(capsys, verbose, steps):
    run_fit(verbose, steps=steps)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    for epoch, line in enumerate(lines):
        assert re.fullmatch(
            rf"Epoch {epoch + 1}/2 - 4/4 - 0s - [\d.]+[mu]?s/step - loss: 0\.2500 - val_loss: 1\.000", line
        )


def test_verbose_zero_is_silent(capsys):
    run_fit(0)
    Progbar(1, verbose=0).update(1)
    assert capsys.readouterr().out == ""


def test_file_never_asks_for_values_before_the_end(capsys):
    def fetch():
        raise AssertionError("fetched")

    run_fit(1, fetch=fetch)
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_terminal_draws_on_one_line_and_closes_it(terminal):
    run_fit(1)
    text = terminal.getvalue()
    assert text.count("\n") == 2 and "\x1b[32m" in text
    last = plain(text.split("\r")[-1])
    assert re.fullmatch(r"Epoch 2/2 4/4 ━{20} 0s [\d.]+[mu]?s/step - loss: 0\.2500 - val_loss: 1\.000 \n", last)


def test_terminal_is_drawn_at_most_every_interval(terminal):
    fetched = []
    run_fit(1, epochs=1, steps=2000, fetch=lambda: fetched.append(1) or {"loss": 0.5})
    assert 1 <= len(fetched) < 100


def test_terminal_line_is_never_wider_than_the_terminal(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    Progbar(3, interval=0).update(2, [(f"metric_{i}", 1.0) for i in range(9)])
    assert len(plain(terminal.getvalue()).lstrip("\r")) <= 49


def test_terminal_shows_every_metric_at_the_end(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    Progbar(3, interval=0).update(3, [(f"metric_{i}", 1.0) for i in range(9)])
    assert "metric_8: 1.000" in terminal.getvalue()


def test_no_color(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    Progbar(4, interval=0).update(2)
    assert "\x1b[3" not in terminal.getvalue() and "━" * 10 + "─" * 10 in terminal.getvalue()


def test_time_that_is_left_is_shown(terminal):
    Progbar(4, interval=0).update(2, [("loss", 1.0)])
    assert "0s left" in plain(terminal.getvalue())


def test_messages_stand_above_the_bar(terminal):
    bar = Progbar(4, interval=0)
    bar.update(2)
    progress.say("a message")
    bar.update(4)
    assert "\r\x1b[Ka message\n\r" in terminal.getvalue()
    progress.say("after")
    assert terminal.getvalue().endswith("\nafter\n")


def test_dumb_terminal_gets_lines(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    run_fit(1)
    assert "\r" not in terminal.getvalue() and terminal.getvalue().count("\n") == 2


def test_notebook_updates_one_output(monkeypatch, capsys):
    shown = []

    class Handle:
        def update(self, bundle, raw):
            shown.append(bundle)

    def display(bundle, raw, display_id):
        shown.append(bundle)
        return Handle()

    shell = types.SimpleNamespace(kernel=object())
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
    module = types.ModuleType("IPython.display")
    module.display = display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    bar = Progbar(4, interval=0, title="<Epoch>")
    for step in range(4):
        bar.update(step + 1, [("loss", 0.5)])
    assert len(shown) == 4 and capsys.readouterr().out == ""
    assert "&lt;Epoch&gt; 4/4" in shown[-1]["text/html"] and 'value="1.0000"' in shown[-1]["text/html"]
    assert "loss: 0.5000" in shown[-1]["text/plain"]


def shown_values(bar):
    return {text.split(": ")[0]: text.split(": ")[1] for text, _ in bar._facts(1, False) if ": " in text}


def test_values_are_averaged_over_steps_unless_stateful():
    bar = Progbar(None, verbose=0, stateful_metrics=["now"])
    bar.add(1, [("x", 1.0), ("now", 1.0)])
    bar.add(3, [("x", 2.0), ("now", 2.0)])
    assert shown_values(bar) == {"x": "1.750", "now": "2.000"}
    bar.update(5, [("x", 5.0)])
    assert shown_values(bar)["x"] == "2.400"
    bar.update(5, [("x", 1.0)], finalize=True)  # the last value is the whole epoch's
    assert shown_values(bar)["x"] == "1.000"


def test_stateless_metrics_are_the_only_averaged_ones():
    bar = Progbar(None, verbose=0, stateless_metrics=["x"])
    bar.update(1, [("x", 1.0), ("y", 1.0)])
    bar.update(2, [("x", 2.0), ("y", 2.0)])
    assert shown_values(bar) == {"x": "1.500", "y": "2.000"}


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20))
def test_average_is_the_mean(values):
    bar = Progbar(None, verbose=0)
    for step, value in enumerate(values):
        bar.update(step + 1, [("x", value)])
    total, count = bar._sums["x"]
    assert total / count == pytest.approx(np.mean(values), abs=1e-9)


def test_numbers_and_times():
    assert [number(v) for v in (0.25, 3, 123456.0, 1e-5, float("nan"), np.float32(0.5), 1234.0, "text")] == [
        *("0.2500", "3.000", "1.235e+05", "1.000e-05", "nan", "0.5000", "1234", "text")
    ]
    assert [duration(v) for v in (0.4, 59.9, 65, 7205)] == ["0s", "59s", "1:05", "2:00:05"]
    assert [step_time(v) for v in (2.5, 12, 0.0021, 0.021, 42e-6)] == ["2.5s", "12s", "2.1ms", "21ms", "42us"]
