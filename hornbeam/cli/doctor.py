"""`hornbeam doctor`: which engines are there, their versions and devices, the default and why.

No engine is imported in this process: each is asked in a process of its own, all at once, so that one that hangs or
crashes is a line of the report and not its end.
"""

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hornbeam.core import registry
from hornbeam.core.errors import BackendError, BackendNotInstalledError
from hornbeam.core.version import __version__

PATIENCE = 120.0  # seconds


@dataclass(frozen=True)
class Engine:
    """How to find an engine, and how to ask it for its devices."""

    distributions: tuple[str, ...]
    devices: str  # Python code whose value is a list of names


ENGINES = {
    "jax": Engine(("jax",), "[str(d) for d in __import__('jax').devices()]"),
    "torch": Engine(
        ("torch",),
        "['cpu'] + [f'cuda:{i} ' + t.cuda.get_device_name(i) for t in [__import__('torch')]"
        " for i in range(t.cuda.device_count())] + ['mps'] * __import__('torch').backends.mps.is_available()",
    ),
    "tensorflow": Engine(
        ("tensorflow-cpu", "tensorflow", "tensorflow-macos"),
        "[d.name.removeprefix('/physical_device:') for d in __import__('tensorflow').config.list_physical_devices()]",
    ),
    "numpy": Engine(("numpy",), "__import__('numpy') and ['cpu']"),
    "openvino": Engine(("openvino",), "list(__import__('openvino').Core().available_devices)"),
}


def doctor() -> int:
    """Print the report; 0 comes back where there is a default backend and its engine works."""
    console = Console()
    versions = {name: version(engine) for name, engine in ENGINES.items()}
    with console.status("Asking the engines for their devices ..."):
        reports = ask({name: engine for name, engine in ENGINES.items() if versions[name]})
    try:
        default, reason = registry.explain_default()
    except (BackendError, BackendNotInstalledError) as error:
        default, reason = None, str(error)

    table = Table(title=f"hornbeam {__version__}, Python {platform.python_version()}, {platform.platform()}")
    for column in ("engine", "version", "devices", "import"):
        table.add_column(column, justify="right" if column == "import" else "left")
    for name in ENGINES:
        mark = " (default)" if name == default else ""
        if versions[name] is None:
            table.add_row(name + mark, "[dim]not installed[/]", f'[dim]pip install "hornbeam\\[{name}]"[/]', "")
        else:
            devices, seconds, problem = reports[name]
            shown = f"[red]{escape(problem)}[/]" if problem else ", ".join(devices)
            table.add_row(name + mark, versions[name], shown, "" if problem else f"{seconds:.1f} s")
    for name, point in registry.third_party().items():
        table.add_row(name + (" (default)" if name == default else ""), "", f"[dim]from {point.value}[/]", "")
    console.print(table)

    if default is None:
        console.print(f"[red]No default backend:[/] {escape(reason)}", highlight=False, soft_wrap=True)
        return 1
    console.print(f"Default backend: [bold]{default}[/] ({reason}).", highlight=False, soft_wrap=True)
    if default in registry.BUILT_IN and not registry.installed(default):
        console.print(f"[red]It is not installed:[/] {escape(registry.BUILT_IN[default][1])}", highlight=False)
        return 1
    problem = reports[default][2] if default in reports else None
    return 1 if problem else 0


def version(engine: Engine) -> str | None:
    """The installed version of an engine, or None."""
    for distribution in engine.distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return None


def ask(engines: dict[str, Engine]) -> dict[str, tuple[list[str], float, str]]:
    """Each engine's devices, seconds to import it and first answer, and what went wrong."""
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "GLOG_minloglevel": "3"}
    processes = {}
    for name, engine in engines.items():
        code = (
            "import json, time; start = time.perf_counter()\n"
            f"devices = {engine.devices}\n"
            "print('\\n' + json.dumps([devices, time.perf_counter() - start]))"
        )
        processes[name] = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=quiet
        )
    return {name: answer(process) for name, process in processes.items()}


def answer(process: "subprocess.Popen[str]") -> tuple[list[str], float, str]:
    """What a process that was asked has to say."""
    try:
        output, errors = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return [], 0.0, f"no answer within {PATIENCE:g} s"
    if process.returncode:
        last_words = errors.strip().splitlines()[-1:] or [f"ended with status {process.returncode}"]
        return [], 0.0, last_words[0]
    devices, seconds = json.loads(output.strip().splitlines()[-1])
    return devices, seconds, ""
