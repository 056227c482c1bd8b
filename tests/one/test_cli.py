"""The command `hornbeam`."""

import subprocess
import sys

import pytest

import hornbeam
from hornbeam.cli import doctor as doctor_module
from hornbeam.cli import main

ENGINES = ("jax", "torch", "tensorflow")


@pytest.mark.parametrize("backend", ENGINES)
def test_demo(backend, tmp_path, capsys):
    assert main(["demo", "--backend", backend, "--epochs", "3", "--out", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert output.splitlines()[0].endswith(f"(seed 0, backend {backend})")
    assert "Confusion matrix" in output
    assert "loaded again: the predictions are the same" in output
    assert (tmp_path / "learning_curves.png").read_bytes().startswith(b"\x89PNG")
    assert main(["demo", "--backend", "numpy", "--out", str(tmp_path)]) == 0
    by_numpy = capsys.readouterr().out
    assert by_numpy.split(" (")[0] == output.split(" (")[0]  # the same initial loss
    assert held_out(by_numpy) == held_out(output)


def held_out(output: str) -> str:
    return next(line for line in output.splitlines() if line.startswith("Held-out accuracy"))


def test_demo_with_numpy_and_no_model(tmp_path, capsys):
    assert main(["demo", "--backend", "numpy", "--out", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert "does not train" in output and "hornbeam demo --backend jax" in output
    assert list(tmp_path.iterdir()) == []


def test_demo_without_matplotlib(tmp_path, capsys, monkeypatch):
    from rich.console import Console

    from hornbeam.cli import demo

    monkeypatch.setattr(demo.importlib.util, "find_spec", lambda name: None)
    assert demo.draw_curves(Console(), {"loss": [1.0]}, tmp_path / "curves.png") is False
    assert 'pip install "hornbeam[plot]"' in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["demo", "--backend", "tinygrad"], 1, "There is no backend 'tinygrad'"),
        (["demo", "--epochs", "0"], 2, "--epochs must be at least 1"),
        (["dance"], 2, "invalid choice: 'dance'"),
        ([], 2, "command"),
    ],
)
def test_wrong_arguments(arguments, status, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == status
    assert message in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"hornbeam {hornbeam.__version__}\n"


def test_doctor(capsys, monkeypatch):
    monkeypatch.setenv("HORNBEAM_BACKEND", "numpy")
    monkeypatch.setattr(hornbeam.core.registry, "_default", None)
    monkeypatch.setenv("COLUMNS", "200")
    engines = {name: doctor_module.ENGINES[name] for name in ("jax", "numpy")}
    engines["absent"] = doctor_module.Engine(("no-such-distribution",), "[]")
    engines["broken"] = doctor_module.Engine(("numpy",), "1 / 0")
    monkeypatch.setattr(doctor_module, "ENGINES", engines)
    assert main(["doctor"]) == 0
    output = capsys.readouterr().out
    rows = {line.split()[1]: line for line in output.splitlines() if line.startswith("│")}
    assert "cpu" in rows["numpy"] and "(default)" in rows["numpy"]
    assert "(default)" not in rows["jax"]
    assert "not installed" in rows["absent"] and 'pip install "hornbeam[absent]"' in rows["absent"]
    assert "ZeroDivisionError" in rows["broken"]
    assert "Default backend: numpy (the environment variable HORNBEAM_BACKEND)." in output


def test_doctor_with_an_unknown_default(capsys, monkeypatch):
    monkeypatch.setenv("HORNBEAM_BACKEND", "tinygrad")
    monkeypatch.setattr(doctor_module, "ENGINES", {"numpy": doctor_module.ENGINES["numpy"]})
    assert main(["doctor"]) == 1
    assert "HORNBEAM_BACKEND asks for backend 'tinygrad'" in capsys.readouterr().out


def test_an_engine_that_hangs_is_a_line_of_the_report(monkeypatch):
    monkeypatch.setattr(doctor_module, "PATIENCE", 0.5)
    hanging = doctor_module.Engine(("numpy",), "__import__('time').sleep(60)")
    assert doctor_module.ask({"hanging": hanging})["hanging"][2] == "no answer within 0.5 s"


def test_doctor_imports_no_engine():
    code = (
        "import sys; from hornbeam.cli import doctor; doctor.ENGINES = {}; doctor.doctor();"
        "assert not {'jax', 'torch', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
