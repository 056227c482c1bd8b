"""The command `hornbeam`."""

import argparse
from collections.abc import Sequence

from hornbeam.core.errors import BackendError, BackendNotInstalledError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command `hornbeam` with these arguments, or those of the process; the exit status comes back.

    Example:
        >>> main(["--version"])  # doctest: +SKIP
    """
    from hornbeam.core.version import __version__

    parser = argparse.ArgumentParser(prog="hornbeam", description="Deep learning with one API over many engines.")
    parser.add_argument("--version", action="version", version=f"hornbeam {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("doctor", help="which engines are there, their versions and devices, the default and why")
    demo = commands.add_parser("demo", help="train a network on handwritten digits, and show what it learnt")
    demo.add_argument("--backend", help="jax, torch, tensorflow or numpy (which predicts only); default: see doctor")
    demo.add_argument("--epochs", type=int, default=15, help="default: %(default)s")
    demo.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    demo.add_argument("--out", default=".", metavar="FOLDER", help="where the model and the curves go; default: here")
    options = parser.parse_args(arguments)
    if options.command == "doctor":
        from hornbeam.cli.doctor import doctor

        return doctor()
    if options.epochs < 1:
        demo.error(f"--epochs must be at least 1, not {options.epochs}")
    from hornbeam.cli.demo import demo as run_demo

    try:
        return run_demo(options.backend, options.epochs, options.out, options.seed)
    except (BackendError, BackendNotInstalledError) as error:
        parser.exit(1, f"hornbeam: {error}\n")
