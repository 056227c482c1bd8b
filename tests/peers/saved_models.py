"""Models that both Keras and Hornbeam build, with inputs for them; written and read by real Keras when run as a script.

python tests/peers/saved_models.py write FOLDER    NAME.keras and NAME.npz (inputs, outputs) for every model
python tests/peers/saved_models.py read FOLDER     loads each NAME.keras and writes the outputs to NAME.read.npz
"""

import sys
from pathlib import Path

import numpy as np

ACTIVATIONS = [
    *("celu", "elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu", "linear"),
    *("log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax"),
    *("softplus", "softsign", "squareplus", "tanh", "tanh_shrink"),
]


def sequential(keras, shape, *layers, **options):
    return keras.Sequential([keras.Input(shape, **options), *layers])


def dense(keras):
    layers = keras.layers
    first = layers.Dense(
        5, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01),
        kernel_initializer=keras.initializers.HeNormal(seed=3), bias_constraint=keras.constraints.MaxNorm(2),
    )  # fmt: skip
    return sequential(keras, (8,), first, layers.Dropout(0.5), layers.Dense(3, use_bias=False, activation="softmax"))


def activations(keras):
    x = inputs = keras.Input((6,))
    return keras.Model(inputs, [keras.layers.Dense(4, activation=name)(x) for name in ACTIVATIONS])


def convolutions(keras):
    layers = keras.layers
    return sequential(
        keras, (9, 9, 3), layers.Rescaling(0.5, offset=0.1), layers.Conv2D(4, 3, padding="same", strides=1),
        layers.BatchNormalization(), layers.Activation("relu"), layers.ZeroPadding2D(1), layers.DepthwiseConv2D(3),
        layers.MaxPooling2D(), layers.Conv2D(6, 2, dilation_rate=2, activation="gelu"), layers.AveragePooling2D(2, 1),
        layers.GlobalAveragePooling2D(), layers.Dense(2),
    )  # fmt: skip


def convolutions_1d(keras):
    layers = keras.layers
    return sequential(
        keras, (10, 3), layers.Conv1D(4, 3, padding="causal"), layers.Conv1D(4, 3, strides=2),
        layers.LayerNormalization(), layers.GlobalAveragePooling1D(),
    )  # fmt: skip


def shapes(keras):
    layers = keras.layers
    return sequential(
        keras,
        (4, 6),
        layers.Permute((2, 1)),
        layers.Reshape((3, 8)),
        layers.Identity(),
        layers.Flatten(),
        layers.Dense(2),
    )


def normalization(keras):
    layer = keras.layers.Normalization()
    layer.adapt(np.random.default_rng(1).normal(3, 2, (50, 5)).astype("float32"))
    return sequential(keras, (5,), layer, keras.layers.Dense(2))


def masked(keras):
    layers = keras.layers
    tokens = keras.Input((7,), dtype="int32")
    x = layers.Embedding(10, 4, mask_zero=True)(tokens)
    x = layers.LSTM(5, return_sequences=True, dropout=0.1)(x)
    return keras.Model(tokens, [layers.LSTM(3)(x), layers.GlobalAveragePooling1D()(x)])


def recurrent(keras):
    layers = keras.layers
    x = inputs = keras.Input((None, 4))
    x = layers.GRU(5, return_sequences=True)(x)
    x = layers.GRU(5, return_sequences=True, reset_after=False, go_backwards=True)(x)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    x = layers.TimeDistributed(layers.Dense(2, activation="tanh"))(x)
    return keras.Model(inputs, layers.Bidirectional(layers.GRU(2), merge_mode="sum")(x))


def attention(keras):
    layers = keras.layers
    x = inputs = keras.Input((None, 8))
    y = layers.MultiHeadAttention(2, 4, dropout=0.1)(x, x, use_causal_mask=True)
    x = layers.LayerNormalization()(layers.Add()([x, y]))
    return keras.Model(inputs, layers.MultiHeadAttention(2, 3, output_shape=6)(x, x))


def graph(keras):
    layers, ops = keras.layers, keras.ops
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    shared = layers.Dense(4, name="shared")
    x, y = shared(a), shared(b)
    z = ops.relu(x + y) * 2.0
    z = layers.Concatenate()([ops.concatenate([z, x], axis=-1), layers.Multiply()([x, y])])
    z = ops.transpose(ops.reshape(z, (-1, 4, 3)), (0, 2, 1))[:, 1:, ...]
    return keras.Model({"a": a, "b": b}, {"z": z, "s": 1 - ops.sum(z, axis=1) / 3})


def nested(keras):
    layers = keras.layers
    x = inputs = keras.Input((4,))
    inner = keras.Sequential([layers.Dense(4), layers.BatchNormalization()], name="inner")
    x = inner(inner(x))
    deep = keras.Input((4,))
    return keras.Model(inputs, keras.Model(deep, layers.Dense(2)(layers.Dense(3)(deep)), name="deep")(x))


def functions(keras):
    layers = keras.layers
    return sequential(
        keras, (4,), layers.Dense(3), layers.Lambda(keras.ops.tanh), layers.Activation(keras.activations.sigmoid)
    )


def trained(keras):
    model = sequential(keras, (4,), keras.layers.Dense(3, activation="tanh"), keras.layers.Dense(2))
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)), "mse", metrics=["mae"]
    )
    return model


# name -> (builder, inputs)
_noise = np.random.default_rng(0).normal
MODELS = {
    "dense": (dense, _noise(size=(3, 8))),
    "activations": (activations, _noise(size=(3, 6))),
    "convolutions": (convolutions, _noise(size=(2, 9, 9, 3))),
    "convolutions_1d": (convolutions_1d, _noise(size=(2, 10, 3))),
    "shapes": (shapes, _noise(size=(2, 4, 6))),
    "normalization": (normalization, _noise(size=(3, 5))),
    "masked": (masked, np.array([[1, 2, 3, 0, 0, 0, 0], [4, 5, 6, 7, 8, 9, 1]])),
    "recurrent": (recurrent, _noise(size=(2, 5, 4))),
    "attention": (attention, _noise(size=(2, 5, 8))),
    "graph": (graph, {"a": _noise(size=(3, 8)), "b": _noise(size=(3, 8))}),
    "nested": (nested, _noise(size=(3, 4))),
    "functions": (functions, _noise(size=(3, 4))),
    "trained": (trained, _noise(size=(6, 4))),
}


def inputs_of(name):
    """The inputs of a model, in float32 or int32."""

    def cast(array):
        return array.astype("int32" if array.dtype.kind == "i" else "float32")

    inputs = MODELS[name][1]
    return {key: cast(array) for key, array in inputs.items()} if isinstance(inputs, dict) else cast(inputs)


def make(keras, name):
    """The model, with weights that differ from those of a fresh one, trained if it is compiled."""
    model = MODELS[name][0](keras)
    rng = np.random.default_rng(7)
    if name != "normalization":
        model.set_weights([rng.uniform(0.1, 0.9, weight.shape).astype("float32") for weight in model.weights])
    if name == "trained":
        x = inputs_of(name)
        for _ in range(3):
            model.train_on_batch(x, x[:, :2])
    return model


def outputs_of(model, name):
    """Predictions, flat and by number."""
    found = model.predict(inputs_of(name), verbose=0)
    if isinstance(found, dict):
        found = [found[key] for key in sorted(found)]
    found = list(found) if isinstance(found, (list, tuple)) else [found]
    state = [np.asarray(variable.numpy()) for variable in model.optimizer.variables] if name == "trained" else []
    return {str(index): array for index, array in enumerate([*found, *state])}


def main(action, folder):
    """Do it in real Keras."""
    import keras

    for name in MODELS:
        path = Path(folder) / f"{name}.keras"
        if action == "write":
            model = make(keras, name)
            model.save(path)
            np.savez(path.with_suffix(".npz"), **outputs_of(model, name))
        elif path.exists():
            np.savez(path.with_suffix(".read.npz"), **outputs_of(keras.saving.load_model(path), name))


if __name__ == "__main__":
    main(*sys.argv[1:])
