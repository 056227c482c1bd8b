"""Optimizers and schedules beside real Keras, asked as a black box in a process of its own."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from hornbeam import optimizers
from hornbeam.core import registry
from hornbeam.core.variable import Variable

STEPS = 10
SCHEDULES = {
    "exponential": ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5}),
    "staircase": (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5, "staircase": True},
    ),
    "inverse": ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5}),
    "inverse staircase": (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5, "staircase": True},
    ),
    "polynomial": ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 6, "power": 2.0}),
    "polynomial cycle": ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 4, "cycle": True}),
    "piecewise": ("PiecewiseConstantDecay", {"boundaries": [2, 5, 7], "values": [0.1, 0.05, 0.02, 0.01]}),
    "cosine": ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "alpha": 0.1}),
    "cosine warm": (
        "CosineDecay",
        {"initial_learning_rate": 0.01, "decay_steps": 5, "alpha": 0.1, "warmup_target": 0.2, "warmup_steps": 4},
    ),
    "cosine target only": ("CosineDecay", {"initial_learning_rate": 0.01, "decay_steps": 5, "warmup_target": 0.2}),
    "restarts": ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 3, "alpha": 0.2}),
    "restarts equal": (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 3, "t_mul": 1.0, "m_mul": 0.5},
    ),
    "restarts long": (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 2, "t_mul": 1.5, "m_mul": 0.9},
    ),
}
OPTIMIZERS = {
    "sgd": ("SGD", {"learning_rate": 0.1}),
    "sgd momentum": ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    "sgd nesterov": ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    "sgd decay": ("SGD", {"learning_rate": 0.1, "momentum": 0.5, "weight_decay": 0.1}),
    "adam": ("Adam", {"learning_rate": 0.1}),
    "adam small": ("Adam", {"learning_rate": 0.01, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    "adam amsgrad": ("Adam", {"learning_rate": 0.1, "amsgrad": True}),
    "adam decay": ("Adam", {"learning_rate": 0.1, "weight_decay": 0.05}),
    "adamw": ("AdamW", {"learning_rate": 0.1}),
    "adamw excluded": ("AdamW", {"learning_rate": 0.1, "weight_decay": 0.1, "exclude": ["bias"]}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.1}),
    "rmsprop momentum": ("RMSprop", {"learning_rate": 0.1, "momentum": 0.5}),
    "rmsprop centered": ("RMSprop", {"learning_rate": 0.1, "centered": True, "rho": 0.8}),
    "rmsprop both": ("RMSprop", {"learning_rate": 0.1, "centered": True, "momentum": 0.5, "weight_decay": 0.01}),
    "adagrad": ("Adagrad", {"learning_rate": 0.1}),
    "adadelta": ("Adadelta", {"learning_rate": 1.0}),
    "adamax": ("Adamax", {"learning_rate": 0.1}),
    "nadam": ("Nadam", {"learning_rate": 0.1}),
    "ftrl": ("Ftrl", {"learning_rate": 0.1}),
    "ftrl all": (
        "Ftrl",
        {
            "learning_rate": 0.1,
            "learning_rate_power": -0.6,
            "l1_regularization_strength": 0.1,
            "l2_regularization_strength": 0.2,
            "l2_shrinkage_regularization_strength": 0.3,
            "beta": 0.4,
        },
    ),
    "lion": ("Lion", {"learning_rate": 0.1}),
    "lion decay": ("Lion", {"learning_rate": 0.1, "weight_decay": 0.1}),
    "lamb": ("Lamb", {"learning_rate": 0.1}),
    "adafactor": ("Adafactor", {"learning_rate": 0.1}),
    "adafactor absolute": ("Adafactor", {"learning_rate": 0.1, "relative_step": False, "clip_threshold": 0.5}),
    "clipnorm": ("SGD", {"learning_rate": 0.1, "clipnorm": 0.7}),
    "clipvalue": ("Adam", {"learning_rate": 0.1, "clipvalue": 0.3}),
    "global clipnorm": ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "global_clipnorm": 2.0}),
    "scaled": ("SGD", {"learning_rate": 0.1, "loss_scale_factor": 8.0, "clipnorm": 0.7}),
    "ema": ("Adam", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.7}),
    "ema overwrite": (
        "SGD",
        {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 3},
    ),
    "accumulated": ("Adam", {"learning_rate": 0.1, "gradient_accumulation_steps": 3}),
    "accumulated all": (
        "SGD",
        {
            "learning_rate": ["exponential"],
            "momentum": 0.9,
            "gradient_accumulation_steps": 2,
            "global_clipnorm": 1.0,
            "weight_decay": 0.1,
            "use_ema": True,
            "ema_momentum": 0.6,
            "ema_overwrite_frequency": 2,
        },
    ),
    "constrained": ("SGD", {"learning_rate": 0.5, "constrain": True}),
    "constrained ema": ("SGD", {"learning_rate": 0.5, "constrain": True, "use_ema": True, "ema_momentum": 0.5}),
    **{f"scheduled {name}": ("Adam", {"learning_rate": [name]}) for name in SCHEDULES},
}

ASK = """
import json, sys
import numpy as np
import keras

asked = json.load(sys.stdin)
make = lambda space, form: getattr(space, form[0])(**form[1])
schedules = {name: make(keras.optimizers.schedules, form) for name, form in asked["schedules"].items()}
answers = {"schedules": {n: [float(s(step)) for step in range(asked["steps"] * 2)] for n, s in schedules.items()}}
gradients = [[np.array(g, "float32") for g in step] for step in asked["gradients"]]
for name, (cls, arguments) in asked["optimizers"].items():
    exclude, constrain = arguments.pop("exclude", None), arguments.pop("constrain", False)
    if isinstance(arguments["learning_rate"], list):
        arguments["learning_rate"] = schedules[arguments["learning_rate"][0]]
    variables = [keras.Variable(np.array(v, "float32"), name=n) for n, v in asked["values"].items()]
    if constrain:
        variables[0].constraint = keras.constraints.NonNeg()
    optimizer = getattr(keras.optimizers, cls)(**arguments)
    if exclude:
        optimizer.exclude_from_weight_decay(var_names=exclude)
    track = []
    for step in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in step], variables)
        track.append([np.asarray(v).tolist() for v in variables])
    state = [[v.path.split("/")[-1], np.asarray(v).tolist()] for v in optimizer.variables]
    config = optimizer.get_config()
    answers[name] = {"track": track, "state": state, "config": config, "form": keras.optimizers.serialize(optimizer)}
print(json.dumps(answers))
"""


def rows(*shapes):
    generator = np.random.default_rng(0)
    return [generator.normal(size=shape).astype("float32") for shape in shapes]


KERNEL, BIAS = rows((3, 4), (4,))
GRADIENTS = list(zip(rows(*[(3, 4)] * (STEPS + 1))[1:], [row * 0.3 for row in rows(*[(4,)] * (STEPS + 2))[2:]]))


@pytest.fixture(scope="module")
def keras():
    asked = {
        "schedules": SCHEDULES,
        "optimizers": OPTIMIZERS,
        "steps": STEPS,
        "values": {"kernel": KERNEL.tolist(), "bias": BIAS.tolist()},
        "gradients": [[g.tolist() for g in step] for step in GRADIENTS],
    }
    environment = {**os.environ, "KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def schedule(name):
    kind, arguments = SCHEDULES[name]
    return getattr(optimizers.schedules, kind)(**arguments)


def made(name):
    """The optimizer and the variables of a scenario."""
    kind, arguments = OPTIMIZERS[name]
    arguments = dict(arguments)
    exclude, constrain = arguments.pop("exclude", None), arguments.pop("constrain", False)
    if isinstance(arguments["learning_rate"], list):
        arguments["learning_rate"] = schedule(arguments["learning_rate"][0])
    variables = [Variable(KERNEL, name="kernel"), Variable(BIAS, name="bias")]
    if constrain:
        from hornbeam.constraints.constraints import NonNeg

        variables[0].constraint = NonNeg()
    optimizer = getattr(optimizers, kind)(**arguments)
    if exclude:
        optimizer.exclude_from_weight_decay(var_names=exclude)
    return optimizer, variables


def same(found, expected, name, atol=1e-6):
    """Equal, but for the roundings that differ between Keras' own backends: steps are some 0.1 long."""
    np.testing.assert_allclose(found, np.array(expected), rtol=1e-6, atol=atol, err_msg=name)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize("backend", registry.BUILT_IN)
def test_ten_steps(backend, name, keras):
    with registry.scope(backend):
        optimizer, variables = made(name)
        engine = registry.get(backend)
        for step, expected in zip(GRADIENTS, keras[name]["track"]):
            optimizer.apply([engine.convert(gradient, None) for gradient in step], variables)
            for variable, value in zip(variables, expected):
                same(variable.numpy(), value, variable.path)
        state = keras[name]["state"]
        assert len(optimizer.variables) == len(state)
        for variable, (path, value) in zip(optimizer.variables, state):
            if np.shape(value) == variable.shape and "velocity" not in path:
                same(variable.numpy(), value, path)
            if optimizer.__class__.__name__ not in ("Adafactor", "Nadam"):
                assert variable.path.split("/")[-1] == path


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_ten_compiled_steps(backend, name, keras):
    with registry.scope(backend):
        optimizer, variables = made(name)
        optimizer.build(variables)
        engine = registry.get(backend)
        step = engine.compile(optimizer.stateless_apply)
        values, state = [v.value for v in variables], [v.value for v in optimizer.variables]
        for gradients in GRADIENTS:
            values, state = step(state, [engine.convert(g, None) for g in gradients], values)
        for value, expected in zip(values, keras[name]["track"][-1]):
            same(engine.to_numpy(value), expected, name)


@pytest.mark.parametrize("name", ["adam", "sgd nesterov", "rmsprop both", "accumulated all", "ema overwrite", "lion"])
def test_ten_steps_in_a_graph(name, keras):
    tf = pytest.importorskip("tensorflow")
    with registry.scope("tensorflow"):
        optimizer, variables = made(name)

        @tf.function(autograph=False)
        def step(gradients):
            optimizer.apply(gradients, variables)

        for gradients in GRADIENTS:
            step([tf.constant(g) for g in gradients])
        for variable, expected in zip(variables, keras[name]["track"][-1]):
            same(variable.numpy(), expected, name)
        assert int(optimizer.variables[0].numpy()) == STEPS


@pytest.mark.parametrize("name", list(SCHEDULES))
@pytest.mark.parametrize("backend", registry.BUILT_IN)
def test_schedules(backend, name, keras):
    with registry.scope(backend):
        rate = schedule(name)
        found = [float(rate(step)) for step in range(STEPS * 2)]
    np.testing.assert_allclose(found, keras["schedules"][name], rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_configs(name, keras):
    with registry.scope("numpy"):
        optimizer, _ = made(name)
        config, wanted = optimizer.get_config(), keras[name]["config"]
        assert list(config) == list(wanted)
        ignored = "name"
        assert {k: v for k, v in config.items() if k != ignored} == {k: v for k, v in wanted.items() if k != ignored}
        form = optimizers.serialize(optimizer)
        assert {**form, "config": None} == {**keras[name]["form"], "config": None}
        again = optimizers.deserialize(keras[name]["form"])
        assert {**again.get_config(), "name": ""} == {**config, "name": ""}
