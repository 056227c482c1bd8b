"""A convolutional network on MNIST: at least 99 % on the test set within a few epochs, on any engine.

python examples/mnist_convnet.py [--backend jax|torch|tensorflow] [--data mnist.npz] [--epochs 4]
"""

import argparse
import time
from pathlib import Path

import hornbeam as hb
from hornbeam import layers


def convolution(filters: int) -> list[hb.Layer]:
    """A convolution with batch normalization, without padding."""
    return [
        layers.Conv2D(filters, 3, use_bias=False),
        layers.BatchNormalization(momentum=0.9),
        layers.Activation("relu"),
    ]


def build_model(steps: int) -> hb.Sequential:
    """Three convolutions with batch normalization, compiled for `steps` steps of training."""
    model = hb.Sequential(
        [
            hb.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            *convolution(32),
            layers.MaxPooling2D(),
            *convolution(64),
            layers.MaxPooling2D(),
            *convolution(128),
            layers.Flatten(),
            layers.Dropout(0.4),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist",
    )
    model.compile(
        optimizer=hb.optimizers.Adam(hb.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main(backend: str, data: str, epochs: int, batch_size: int = 128, samples: int | None = None) -> float:
    """Train, and print accuracy and time; the accuracy on the test set comes back."""
    path = Path(data).resolve()
    (x_train, y_train), (x_test, y_test) = hb.datasets.mnist.load_data(str(path) if path.exists() else data)
    x_train, y_train, x_test = x_train[:samples, ..., None], y_train[:samples], x_test[..., None]
    with hb.backend_scope(backend):
        hb.utils.set_random_seed(0)
        model = build_model(epochs * -(-len(x_train) // batch_size))
        model.summary()
        start = time.perf_counter()
        model.fit(x_train, y_train, batch_size=batch_size, epochs=epochs)
        seconds = time.perf_counter() - start
        accuracy = model.evaluate(x_test, y_test, batch_size=500, verbose=0, return_dict=True)["accuracy"]
    print(f"{backend}: {accuracy:.2%} on the test set after {epochs} epochs, {seconds:.0f} s")
    return accuracy


if __name__ == "__main__":
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--backend", default=hb.config.backend(), help="default: %(default)s")
    cli.add_argument("--data", default="mnist.npz", help="the file; where there is none, it is downloaded")
    cli.add_argument("--epochs", type=int, default=4, help="default: %(default)s")
    options = cli.parse_args()
    main(options.backend, options.data, options.epochs)
