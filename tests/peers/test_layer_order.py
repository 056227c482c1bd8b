"""`model.layers` of random graphs has Keras' order, on which the names of groups in weights files rest.

Run as a script it prints Keras' order for each graph.
"""

import json
import os
import random
import subprocess
import sys

import pytest

GRAPHS = 120


def build(keras, seed):
    """A random graph of layers and operations, with shared layers, several inputs and outputs."""
    layers, rng = keras.layers, random.Random(seed)
    inputs = [keras.Input((4,), name=f"in{i}") for i in range(rng.randint(1, 3))]
    shared = [layers.Dense(4, name=f"shared{i}") for i in range(rng.randint(0, 2))]
    tensors = list(inputs)
    for step in range(rng.randint(3, 14)):
        kind, a, b = rng.random(), rng.choice(tensors), rng.choice(tensors)
        if kind < 0.4:
            tensor = layers.Dense(4, name=f"dense{step}")(a)
        elif kind < 0.55 and shared:
            tensor = rng.choice(shared)(a)
        elif kind < 0.75:
            tensor = layers.Add(name=f"add{step}")([a, b])
        elif kind < 0.85:
            tensor = a + b
        elif kind < 0.92:
            tensor = keras.ops.relu(a)
        else:
            tensor = keras.ops.concatenate([a, b], axis=-1)[:, :4]
        tensors.append(tensor)
    outputs = rng.sample(tensors[len(inputs) :], rng.randint(1, 3))
    for index, tensor in enumerate(inputs):
        outputs[0] = layers.Add(name=f"end{index}")([outputs[0], tensor])
    rng.shuffle(inputs)
    return keras.Model({x.name: x for x in inputs} if rng.random() < 0.3 else inputs, outputs)


def orders(keras):
    return [[layer.name for layer in build(keras, seed).layers] for seed in range(GRAPHS)]


def test_layers_have_the_order_of_keras():
    pytest.importorskip("keras", reason="compares with real Keras")
    pytest.importorskip("jax", reason="Keras runs on jax here")
    import hornbeam

    done = subprocess.run(
        [sys.executable, __file__], env={**os.environ, "KERAS_BACKEND": "jax"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert orders(hornbeam) == json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    import keras

    print(json.dumps(orders(keras)))
