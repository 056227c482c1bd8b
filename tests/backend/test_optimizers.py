"""What optimizers promise on every engine, apart from the numbers (those stand beside Keras in tests/peers)."""

import numpy as np
import pytest

from hornbeam import optimizers
from hornbeam.core import registry
from hornbeam.core.errors import ConfigError, NotBuiltError, ShapeError
from hornbeam.core.scope import StatelessScope, name_scope
from hornbeam.core.variable import Variable

ALL = ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "Ftrl", "Lion", "Lamb", "Adafactor"]


def tensor(backend, values, dtype="float32"):
    return registry.get(backend).convert(np.asarray(values, dtype), None)


def two(dtype="float32"):
    with name_scope("dense"):
        return [Variable(np.ones((2, 3)), dtype=dtype, name="kernel"), Variable(np.zeros(3), dtype=dtype, name="bias")]


def gradients(backend, scale=1.0):
    return [tensor(backend, np.full((2, 3), scale)), tensor(backend, np.arange(3) * scale)]


@pytest.mark.parametrize("name", ALL)
def test_stateless_equals_stateful(backend, name):
    stateful, stateless = (getattr(optimizers, name)(0.1, weight_decay=0.01) for _ in range(2))
    variables, untouched = two(), two()
    stateless.build(untouched)
    values = [v.value for v in untouched]
    state = [v.value for v in stateless.variables]
    for step in range(3):
        stateful.apply(gradients(backend, step + 1.0), variables)
        values, state = stateless.stateless_apply(state, gradients(backend, step + 1.0), values)
    engine = registry.get(backend)
    for variable, value in zip([*variables, *stateful.variables], [*values, *state]):
        np.testing.assert_allclose(variable.numpy(), engine.to_numpy(value), rtol=2e-5, atol=1e-6)
    np.testing.assert_array_equal(untouched[0].numpy(), np.ones((2, 3)))
    assert int(stateless.iterations.numpy()) == 0


@pytest.mark.parametrize("name", ALL)
def test_half_precision_stays_half(backend, name):
    variables = two("bfloat16")
    optimizer = getattr(optimizers, name)(100.0 if name == "Adadelta" else 0.1)
    optimizer.apply([registry.get(backend).convert(g, "bfloat16") for g in gradients(backend)], variables)
    assert [v.dtype for v in variables] == ["bfloat16"] * 2
    assert np.all(np.asarray(variables[0].numpy(), "float32") < 1)


def test_state_is_named_as_in_files(backend):
    optimizer = optimizers.Adam(amsgrad=True, use_ema=True, gradient_accumulation_steps=2, name="adam")
    optimizer.build(two())
    kernel, bias = "adam/dense_kernel_", "adam/dense_bias_"
    slots = [kernel + "momentum", kernel + "velocity", bias + "momentum", bias + "velocity"]
    assert [v.path for v in optimizer.variables] == [
        *("adam/iteration", "adam/learning_rate"),
        *(kernel + "average", bias + "average"),
        *(kernel + "gradient_accumulator", bias + "gradient_accumulator"),
        *slots,
        *(kernel + "velocity_hat", bias + "velocity_hat"),
    ]
    assert optimizer.variables[0].dtype == "int32"
    assert not any(v.trainable for v in optimizer.variables)


def test_learning_rate_is_seen_by_the_next_step(backend):
    optimizer, variables = optimizers.SGD(1.0), two()
    optimizer.apply(gradients(backend), variables)
    optimizer.learning_rate = 0.5
    optimizer.apply(gradients(backend), variables)
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate.assign(0.25)
    optimizer.apply(gradients(backend), variables)
    np.testing.assert_allclose(variables[0].numpy(), np.full((2, 3), 1 - 1.75))


def test_steps_are_counted_also_when_set_from_outside(backend):
    optimizer, variables = optimizers.SGD(optimizers.schedules.PiecewiseConstantDecay([4], [1.0, 0.0])), two()
    optimizer.apply(gradients(backend), variables)
    assert int(optimizer.iterations.numpy()) == 1
    optimizer.iterations.assign(7)
    before = variables[0].numpy().copy()
    optimizer.apply(gradients(backend), variables)
    np.testing.assert_array_equal(variables[0].numpy(), before)
    assert int(optimizer.iterations.numpy()) == 8
    assert float(registry.get(backend).to_numpy(optimizer.learning_rate)) == 0


def test_a_schedule_cannot_be_set_but_replaced(backend):
    optimizer = optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 10, 0.5), name="adam")
    assert [v.path for v in optimizer.variables] == ["adam/iteration"]
    with pytest.raises(TypeError, match="cannot be set"):
        optimizer.learning_rate = 0.1
    other = optimizers.SGD(0.1)
    other.learning_rate = optimizers.schedules.ExponentialDecay(0.5, 10, 0.5)
    assert len(other.variables) == 1
    np.testing.assert_allclose(float(registry.get(backend).to_numpy(other.learning_rate)), 0.5)


def test_callable_learning_rates(backend):
    for rate in (lambda: 0.5, lambda step: 0.5):
        optimizer, variables = optimizers.SGD(rate), two()
        optimizer.apply(gradients(backend), variables)
        np.testing.assert_allclose(variables[0].numpy(), np.full((2, 3), 0.5))


def test_a_missing_gradient_leaves_its_variable_alone(backend):
    optimizer, variables = optimizers.Adam(0.1), two()
    optimizer.apply(gradients(backend), variables)
    kernel, bias = (v.numpy().copy() for v in variables)
    with pytest.warns(UserWarning, match="dense/kernel"):
        optimizer.apply([None, gradients(backend)[1]], variables)
    np.testing.assert_array_equal(variables[0].numpy(), kernel)
    assert np.any(variables[1].numpy() != bias)
    with pytest.raises(ConfigError, match="No gradients"):
        optimizer.apply([None, None], variables)


def test_errors_say_what_came(backend):
    optimizer, variables = optimizers.SGD(), two()
    with pytest.raises(NotBuiltError, match="build"):
        optimizer.apply(gradients(backend))
    with pytest.raises(NotBuiltError, match="SGD"):
        optimizer.stateless_apply([], [], [])
    with pytest.raises(NotBuiltError, match="set_weights"):
        optimizer.set_weights([])
    optimizer.build(variables)
    with pytest.raises(ConfigError, match=r"2 variables.*1 gradients"):
        optimizer.apply(gradients(backend)[:1])
    with pytest.raises(ConfigError, match="Unknown variable"):
        optimizer.apply(gradients(backend), two())
    with pytest.raises(ShapeError, match=r"dense/bias.*\(4,\).*\(3,\)"):
        optimizer.apply([gradients(backend)[0], tensor(backend, np.ones(4))], variables)
    with pytest.raises(ShapeError, match="3 arrays for 2"):
        optimizer.set_weights([0, 0, 0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "Only one of"),
        ({"use_ema": True, "ema_momentum": 2.0}, "ema_momentum"),
        ({"gradient_accumulation_steps": 1}, ">= 2"),
        ({"learning_rate": "fast"}, "learning_rate='fast'"),
        ({"momentum": 2.0}, "momentum=2.0"),
        ({"speed": 1}, "'speed'"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        optimizers.SGD(**arguments)


def test_weights_travel(backend, tmp_path):
    first, variables = optimizers.Adam(0.1), two()
    for _ in range(3):
        first.apply(gradients(backend), variables)
    store = {}
    first.save_own_variables(store)
    second = optimizers.Adam(0.5)
    with pytest.warns(UserWarning, match="2 variables whereas the saved optimizer has 6"):
        second.load_own_variables(store)
    second.build(variables)
    second.load_own_variables(store)
    third = optimizers.Adam(0.5)
    third.build(variables)
    third.set_weights(first.get_weights())
    for other in (second, third):
        assert int(other.iterations.numpy()) == 3
        for a, b in zip(first.get_weights(), other.get_weights()):
            np.testing.assert_array_equal(a, b)


def test_a_rule_of_ones_own(backend):
    class Halving(optimizers.SGD):
        def update(self, gradient, value, slots, step, learning_rate):
            return value * 0.5, {}

    variables = two()
    Halving().apply(gradients(backend), variables)
    np.testing.assert_allclose(variables[0].numpy(), np.full((2, 3), 0.5))


def test_an_optimizer_written_for_keras(backend):
    class Momentum(optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.moving = self.add_optimizer_variables(variables, "moving")

        def update_step(self, gradient, variable, learning_rate):
            moving = self.moving[self._positions[id(variable)]]
            self.assign_add(moving, gradient)
            self.assign_sub(variable, moving.value * float(registry.get(backend).to_numpy(learning_rate)))

    variables = two()
    optimizer = Momentum(0.5)
    for _ in range(2):
        optimizer.apply(gradients(backend), variables)
    np.testing.assert_allclose(variables[0].numpy(), np.full((2, 3), 1 - 1.5))
    assert len(optimizer.variables) == 4


def test_inside_a_scope_nothing_outside_changes(backend):
    optimizer, variables = optimizers.Adam(0.1), two()
    optimizer.build(variables)
    with StatelessScope() as scope:
        optimizer.apply(gradients(backend), variables)
        inside = scope.get_current_value(variables[0])
    assert np.all(registry.get(backend).to_numpy(inside) < 1)
    np.testing.assert_array_equal(variables[0].numpy(), np.ones((2, 3)))
    assert int(optimizer.iterations.numpy()) == 0


def test_gradients_may_be_numpy_arrays(backend):
    variables = two()
    optimizers.SGD(1.0).apply([np.ones((2, 3), "float32"), np.ones(3, "float32")], variables)
    np.testing.assert_allclose(variables[0].numpy(), np.zeros((2, 3)))


def test_settings_may_change_between_steps(backend):
    optimizer, variables = optimizers.SGD(1.0), two()
    optimizer.apply(gradients(backend, 0.25), variables)
    optimizer.clipvalue = 0.125
    optimizer.apply(gradients(backend, 0.25), variables)
    np.testing.assert_allclose(variables[0].numpy(), np.full((2, 3), 1 - 0.375))


@pytest.mark.parametrize("name", ["adam", "Adam", "ADAM", {"class_name": "adam", "config": {}}])
def test_get(name):
    assert type(optimizers.get(name)) is optimizers.Adam


def test_get_says_what_there_is():
    with pytest.raises(ConfigError, match=r"'adom'.*Adam"):
        optimizers.get("adom")
    assert optimizers.get(None) is None


def test_torch_gradients_of_any_layout():
    torch = pytest.importorskip("torch")
    with registry.scope("torch"):
        variable, twin = (Variable(np.arange(6.0).reshape(2, 3), dtype="float32") for _ in range(2))
        gradient = torch.arange(6.0).reshape(3, 2)
        optimizers.Adam(0.1).apply([gradient.t()], [variable])
        optimizers.Adam(0.1).apply([gradient.t().contiguous()], [twin])
        np.testing.assert_array_equal(variable.numpy(), twin.numpy())
        table = Variable(np.ones((4, 2)), dtype="float32")
        sparse = torch.sparse_coo_tensor(torch.tensor([[1]]), torch.ones(1, 2), (4, 2), check_invariants=True)
        optimizers.SGD(1.0).apply([sparse], [table])
        np.testing.assert_array_equal(table.numpy(), [[1, 1], [0, 0], [1, 1], [1, 1]])


def test_torch_leaves_no_graph_behind():
    torch = pytest.importorskip("torch")
    with registry.scope("torch"):
        for name in ("Adam", "Lion"):
            variables = two()
            optimizer = getattr(optimizers, name)(0.1)
            optimizer.apply([v.value * 2 for v in variables], variables)
            assert all(v.value.grad_fn is None for v in [*variables, *optimizer.variables])
            assert variables[0].value.requires_grad
            assert torch.is_grad_enabled()


def test_tensorflow_slices_are_gradients():
    tf = pytest.importorskip("tensorflow")
    with registry.scope("tensorflow"):
        table = Variable(np.ones((4, 2)), dtype="float32")
        slices = tf.IndexedSlices(tf.ones((2, 2)), tf.constant([1, 1]), dense_shape=tf.constant([4, 2]))
        optimizers.SGD(1.0).apply([slices], [table])
        np.testing.assert_array_equal(table.numpy(), [[1, 1], [-1, -1], [1, 1], [1, 1]])


def test_an_optimizer_follows_its_model():
    with registry.scope("numpy"):
        optimizer = optimizers.SGD(0.5)
        assert float(optimizer.learning_rate) == 0.5
    with registry.scope("torch"):
        variables = two()
    optimizer.apply([np.ones((2, 3), "float32"), np.ones(3, "float32")], variables)
    assert {v.backend for v in optimizer.variables} == {"torch"}
    np.testing.assert_allclose(variables[0].numpy(), np.full((2, 3), 0.5))


def test_loss_scaling(backend):
    """Numbers that real Keras gave."""
    variable = Variable(np.ones(2), dtype="float32", name="k")
    optimizer = optimizers.LossScaleOptimizer(
        optimizers.SGD(0.1, momentum=0.5, name="sgd"), initial_scale=4.0, dynamic_growth_steps=2, name="scaled"
    )
    optimizer.build([variable])
    assert [v.path for v in optimizer.variables] == [
        *("scaled/iteration", "scaled/learning_rate", "scaled/step_counter", "scaled/dynamic_scale"),
        *("sgd/iteration", "sgd/learning_rate", "sgd/k_momentum"),
    ]
    wanted = [
        (4.0, 1, 4.0, 1, 0.9),
        (8.0, 0, 8.0, 2, 0.65),
        (np.inf, 0, 4.0, 2, 0.65),
        (4.0, 1, 4.0, 3, 0.425),
        (4.0, 0, 8.0, 4, 0.2125),
        (4.0, 1, 8.0, 5, 0.05625),
        (np.nan, 0, 4.0, 5, 0.05625),
        (4.0, 1, 4.0, 6, -0.121875),
    ]
    engine = registry.get(backend)
    state, values = [v.numpy().copy() for v in optimizer.variables], [variable.numpy().copy()]
    for gradient, _, scale, _, value in wanted:
        given = [[engine.convert(x, None) for x in part] for part in (state, values)]
        found = optimizer.stateless_apply(given[0], [tensor(backend, [gradient] * 2)], given[1])
        values, state = [[engine.to_numpy(x).copy() for x in part] for part in found]
        np.testing.assert_allclose(values[0], [value] * 2, rtol=1e-5)
        np.testing.assert_allclose(state[3], scale)
    for gradient, count, scale, iterations, value in wanted:
        optimizer.apply([tensor(backend, [gradient] * 2)], [variable])
        assert [v.numpy().tolist() for v in optimizer.variables[2:5]] == [count, scale, iterations]
        np.testing.assert_allclose(variable.numpy(), [value] * 2, rtol=1e-5)
    assert float(engine.to_numpy(optimizer.scale_loss(tensor(backend, 3.0)))) == 12.0
    optimizer.learning_rate = 0.25
    assert float(optimizer.inner_optimizer.learning_rate) == 0.25
    assert optimizers.deserialize(optimizers.serialize(optimizer)).get_config() == optimizer.get_config()
    with pytest.raises(ConfigError, match="clipnorm"):
        optimizers.LossScaleOptimizer(optimizers.SGD(), clipnorm=1.0)
