"""One model, four engines, one process: train on jax, go on with torch, evaluate with tensorflow, predict with numpy.

python examples/one_process_three_engines.py
"""

import numpy as np

import hornbeam as hb
from hornbeam import layers


def build_model() -> hb.Model:
    """A small convolutional network for the digits, compiled."""
    model = hb.Sequential(
        [
            hb.Input((8, 8, 1)),
            layers.Rescaling(1 / 16),
            layers.Conv2D(32, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer=hb.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main(epochs: int = 5) -> float:
    """Take one model through all engines; the largest difference between their predictions comes back."""
    (x_train, y_train), (x_test, y_test) = hb.datasets.digits.load_data()
    x_train, x_test = x_train[..., None], x_test[..., None]
    hb.utils.set_random_seed(0)

    with hb.backend_scope("jax"):
        model = build_model()
        model.fit(x_train, y_train, batch_size=32, epochs=epochs, verbose=0)
        evaluate("jax, trained there", model, x_test, y_test)

    model = model.to_backend("torch")  # weights, optimizer state and seeds come along
    evaluate("torch, just moved", model, x_test, y_test)
    model.fit(x_train, y_train, batch_size=32, epochs=epochs, verbose=0)
    evaluate("torch, trained further", model, x_test, y_test)
    predictions = {"torch": model.predict(x_test, verbose=0)}

    model = model.to_backend("tensorflow")
    evaluate("tensorflow, just moved", model, x_test, y_test)
    predictions["tensorflow"] = model.predict(x_test, verbose=0)

    predictions["numpy"] = model.to_backend("numpy").predict(x_test, verbose=0)
    predictions["jax"] = model.to_backend("jax").predict(x_test, verbose=0)

    difference = max(float(abs(found - predictions["numpy"]).max()) for found in predictions.values())
    np.testing.assert_allclose(difference, 0, atol=1e-4)
    print(f"{', '.join(predictions)} agree on {len(x_test)} images; largest difference {difference:.1e}")
    return difference


def evaluate(what: str, model: hb.Model, x: np.ndarray, y: np.ndarray) -> None:
    """Print loss and accuracy."""
    result = model.evaluate(x, y, verbose=0, return_dict=True)
    print(f"{what}: loss {result['loss']:.4f}, accuracy {result['accuracy']:.2%}")


if __name__ == "__main__":
    main()
