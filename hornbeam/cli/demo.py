"""`hornbeam demo`: a convolutional network learns handwritten digits on the engine of your choice."""

import importlib.util
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import hornbeam as hb

BATCH = 32
MODEL_FILE = "digits.keras"
CURVES_FILE = "learning_curves.png"


def demo(backend: str | None = None, epochs: int = 15, out: str | os.PathLike[str] = ".", seed: int = 0) -> int:
    """Train on the digits, show what was learnt, save the model and load it again.

    NumPy does not train: with it, the model that another engine has left in `out` is evaluated.

    Returns:
        The exit status: 0 where the loaded model predicts what the saved one did and the curves were drawn.

    Raises:
        BackendError: there is no such backend.
        BackendNotInstalledError: its engine is not installed.
    """
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    console = Console(highlight=False, soft_wrap=True)
    with hb.backend_scope(backend or hb.config.backend()):
        hb.utils.set_random_seed(seed)
        (x_train, y_train), (x_test, y_test) = load_images()
        model = build_model(epochs * -(-len(x_train) // BATCH))
        loss = model.evaluate(x_train, y_train, batch_size=BATCH, verbose=0, return_dict=True)["loss"]
        console.print(f"Initial loss {loss:.4f} (seed {seed}, backend {hb.config.backend()})")
        if hb.config.backend() == "numpy":
            return predict_only(console, model, folder, x_test, y_test)

        console.print(f"{len(x_train)} images to learn from, {len(x_test)} held out, {model.count_params():,} weights")
        start = time.perf_counter()
        history = model.fit(
            x_train, y_train, batch_size=BATCH, epochs=epochs, validation_data=(x_test, y_test), verbose="auto"
        )
        console.print(f"Trained for {epochs} epochs in {time.perf_counter() - start:.1f} s")
        probabilities = report(console, model, x_test, y_test)
        model.save(folder / MODEL_FILE)
        same = compare(console, folder / MODEL_FILE, x_test, probabilities)
        drawn = draw_curves(console, history.history, folder / CURVES_FILE)
    return 0 if same and drawn else 1


def load_images() -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """The digits as images with one channel."""
    (x_train, y_train), (x_test, y_test) = hb.datasets.digits.load_data()
    return (x_train[..., None], y_train.astype("int32")), (x_test[..., None], y_test.astype("int32"))


def build_model(steps: int) -> Any:
    """A small convolutional network, compiled for `steps` steps of training."""
    layers = hb.layers

    def convolution(filters: int) -> list[Any]:
        # The default momentum of 0.99 is meant for longer training than this.
        return [
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.Activation("relu"),
        ]

    model = hb.Sequential(
        [
            hb.Input((8, 8, 1)),
            layers.Rescaling(1 / 16),
            *convolution(32),
            *convolution(64),
            layers.MaxPooling2D(),
            layers.Dropout(0.25),
            *convolution(128),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )
    model.compile(
        optimizer=hb.optimizers.Adam(hb.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def predict_only(console: Console, untrained: Any, folder: Path, x_test: Any, y_test: Any) -> int:
    """The part of the demo that an engine without gradients can do."""
    saved = folder / MODEL_FILE
    if saved.exists():
        console.print(f"NumPy predicts and does not train: this is the model in {saved}, trained by another engine.")
        model = hb.saving.load_model(saved)
        report(console, model, x_test, y_test)
        return 0
    console.print(
        f"NumPy predicts and does not train, and there is no {saved}: this is the network before it has learnt "
        f"anything. Train it with another engine first (`hornbeam demo --backend jax`), or see it guess:"
    )
    probabilities = report(console, untrained, x_test, y_test)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / MODEL_FILE
        untrained.save(path)
        return 0 if compare(console, path, x_test, probabilities) else 1


def report(console: Console, model: Any, x_test: Any, y_test: Any) -> Any:
    """Print held-out accuracy and confusion matrix; the predicted probabilities come back."""
    accuracy = model.evaluate(x_test, y_test, batch_size=BATCH, verbose=0, return_dict=True)["accuracy"]
    probabilities = model.predict(x_test, batch_size=BATCH, verbose=0)
    console.print(f"Held-out accuracy: [bold]{accuracy:.2%}[/] of {len(y_test)} images")
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (y_test, probabilities.argmax(axis=-1)), 1)
    table = Table(title="Confusion matrix: rows are what was written, columns what was read")
    table.add_column("", style="bold")
    for digit in range(10):
        table.add_column(str(digit), justify="right")
    for digit, row in enumerate(counts):
        cells = [
            "[dim]·[/]" if not n else f"[green]{n}[/]" if guess == digit else f"[red]{n}[/]"
            for guess, n in enumerate(row)
        ]
        table.add_row(str(digit), *cells)
    console.print(table)
    return probabilities


def compare(console: Console, path: Path, x_test: Any, probabilities: Any) -> bool:
    """Load the model that was saved, and say whether it predicts the same."""
    again = hb.saving.load_model(path).predict(x_test, batch_size=BATCH, verbose=0)
    difference = float(abs(again - probabilities).max())
    if difference < 1e-6:
        console.print(f"Saved to {path} and loaded again: the predictions are the same.")
        return True
    console.print(f"[red]The model loaded from {path} predicts differently, by up to {difference:.2g}.[/]")
    return False


def draw_curves(console: Console, history: dict[str, list[float]], path: Path) -> bool:
    """Draw loss and accuracy by epoch into a PNG file."""
    if importlib.util.find_spec("matplotlib") is None:
        console.print('[red]No learning curves without matplotlib:[/] pip install "hornbeam\\[plot]"')
        return False
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.5), layout="constrained")
    epochs = range(1, len(history["loss"]) + 1)
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy")):
        axes.plot(epochs, history[name], marker=".", label="training")
        axes.plot(epochs, history[f"val_{name}"], marker=".", label="held out")
        axes.set(xlabel="epoch", ylabel=name)
        axes.grid(alpha=0.3)
        axes.legend()
    figure.savefig(path, dpi=150)
    console.print(f"Learning curves: {path}")
    return True
