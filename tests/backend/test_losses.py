"""What losses promise on every engine, apart from the numbers (those stand beside Keras in tests/peers)."""

import numpy as np
import pytest

from hornbeam import losses, ops
from hornbeam.core import registry
from hornbeam.core.errors import ConfigError, MixedBackendsError, ShapeError
from hornbeam.core.mask import set_mask
from hornbeam.ops.ctc import ctc_loss


def tensor(backend, values, dtype="float32"):
    return registry.get(backend).convert(np.asarray(values, dtype), None)


def value(x):
    return registry.backend_of(x).to_numpy(x) if registry.backend_of(x) is not None else np.asarray(x)


class Cubic(losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean(ops.absolute(y_true - y_pred) ** 3, axis=-1)


def test_a_loss_of_ones_own(backend):
    loss = Cubic()
    found = loss(np.zeros((2, 2), "int64"), tensor(backend, [[1, 1], [2, 2]]))
    assert backend == "numpy" or registry.backend_of(found).name == backend
    assert float(value(found)) == 4.5
    assert loss.name.startswith("cubic")
    assert Cubic.from_config(Cubic(name="c", reduction="sum").get_config()).reduction == "sum"


def test_results_are_of_the_engine_of_the_predictions(backend):
    other = "numpy" if backend != "numpy" else "torch"
    with registry.scope(other):
        found = losses.MeanSquaredError()([[1.0, 2.0]], tensor(backend, [[1.0, 4.0]]))
    assert float(value(found)) == 2.0
    if backend not in ("numpy", "torch"):
        for loss in (losses.mean_squared_error, losses.MeanSquaredError()):
            with pytest.raises(MixedBackendsError, match=f"torch and {backend}"):
                loss(tensor("torch", [1.0]), tensor(backend, [1.0]))


def test_masked_predictions_do_not_count(backend):
    y_pred = tensor(backend, [[[1.0], [2.0]], [[3.0], [9.0]]])
    set_mask(y_pred, tensor(backend, [[True, True], [True, False]], "bool"))
    assert float(value(losses.MeanAbsoluteError()(np.zeros((2, 2, 1)), y_pred))) == pytest.approx(2.0)
    assert float(value(losses.MeanAbsoluteError(reduction="sum")(np.zeros((2, 2, 1)), y_pred))) == 6.0
    weighted = losses.MeanAbsoluteError()(np.zeros((2, 2, 1)), y_pred, sample_weight=[1.0, 0.0])
    assert float(value(weighted)) == pytest.approx(1.0)


def test_ignored_classes_leave_the_mean(backend):
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    found = loss(np.array([0, -1]), tensor(backend, [[0.5, 0.5], [0.1, 0.9]]))
    np.testing.assert_allclose(value(found), np.log(2), rtol=1e-6)
    nothing = loss(np.array([-1, -1]), tensor(backend, [[0.5, 0.5], [0.1, 0.9]]))
    assert float(value(nothing)) == 0.0


def test_large_class_numbers_in_half_precision(backend):
    scores = np.zeros((1, 4099), "float16")
    scores[0, 4097] = 20.0
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float16")
    assert float(value(loss(np.array([4097]), tensor(backend, scores, "float16")))) < 0.01


def test_weights_that_do_not_fit(backend):
    y = tensor(backend, np.zeros((4, 3)))
    with pytest.raises(ShapeError, match=r"sample_weight of shape \(3,\).*\(4,\)"):
        losses.MeanSquaredError()(y, y, sample_weight=np.ones(3))


def test_dictionaries_reach_call(backend):
    class Both(losses.Loss):
        def call(self, y_true, y_pred):
            return ops.square(y_true["a"] - y_pred["a"]) + ops.square(y_true["b"] - y_pred["b"])

    y_true = {"a": np.zeros(2), "b": np.ones(2)}
    assert float(value(Both()(y_true, {"a": tensor(backend, [1, 1]), "b": tensor(backend, [1, 3])}))) == 3.0


@pytest.mark.parametrize("arguments", [{"reduction": "auto"}, {"reduction": "average"}])
def test_wrong_reductions(arguments):
    with pytest.raises(ConfigError, match="reduction"):
        losses.MeanSquaredError(**arguments)


def test_wrong_arguments():
    with pytest.raises(ConfigError, match="label_smoothing"):
        losses.CategoricalCrossentropy(label_smoothing=2.0)
    with pytest.raises(ConfigError, match="q="):
        losses.CategoricalGeneralizedCrossEntropy(q=1.0)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mse", losses.mean_squared_error),
        ("MAE", losses.mean_absolute_error),
        ("kld", losses.kl_divergence),
        ("huber", losses.huber),
        (losses.poisson, losses.poisson),
        (None, None),
    ],
)
def test_get(name, found):
    assert losses.get(name) is found


def test_get_makes_objects_of_classes_and_configs():
    assert isinstance(losses.get("Huber"), losses.Huber)
    assert losses.get({"class_name": "Huber", "config": {"delta": 0.5}}).settings == {"delta": 0.5}
    assert losses.deserialize(losses.serialize(losses.hinge)) is losses.hinge


def test_get_names_what_is_near():
    with pytest.raises(ConfigError, match="'mean_squared_error'"):
        losses.get("mean_square_error")
    with pytest.raises(ConfigError, match="3"):
        losses.get(3)


def test_gradients_flow(trainer):
    engine = registry.get(trainer)
    target = np.eye(3)[[0, 2]]

    def loss(y_pred):
        return losses.CategoricalCrossentropy(from_logits=True)(target, y_pred)

    scores = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
    _, (gradient,) = engine.value_and_grad(loss, (0,), False)(tensor(trainer, scores))
    odds = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    np.testing.assert_allclose(engine.to_numpy(gradient), (odds - target) / 2, atol=1e-6)


def test_alignments_add_up(backend):
    """With all classes equally probable, a loss says how many alignments there are."""
    scores = tensor(backend, np.zeros((3, 4, 3)))
    found = ctc_loss(tensor(backend, [[1, 2], [1, 1], [2, 0]], "int32"), scores, [2, 2, 1], [4, 4, 4])
    # of 3^4 paths: one label can stand in 1 + 2 + ... + 4 places
    np.testing.assert_allclose(np.exp(-value(found)) * 81, [15, 5, 10], rtol=1e-5)
    short = ctc_loss(tensor(backend, [[1, 2]], "int32"), scores[:1], [2], [2])
    np.testing.assert_allclose(value(short), [np.log(9)], rtol=1e-5)
