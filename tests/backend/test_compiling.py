"""Losses and metrics given to `compile`: how they are matched with outputs, named and weighed, and what is refused."""

import numpy as np
import pytest

from hornbeam import losses, ops
from hornbeam.core import registry
from hornbeam.core.errors import ConfigError, ShapeError, StructureError
from hornbeam.core.mask import set_mask
from hornbeam.core.spec import KerasTensor
from hornbeam.metrics.accuracy import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from hornbeam.metrics.metric import Metric
from hornbeam.metrics.regression import MeanSquaredError
from hornbeam.train.compiling import CompileLoss, CompileMetrics
from hornbeam.train.matching import Outputs

N = 6
random = np.random.default_rng(3)
A, B = random.uniform(size=(N, 1)).astype("float32"), random.uniform(size=(N, 4)).astype("float32")
B /= B.sum(-1, keepdims=True)
Y, LABELS = random.uniform(size=(N, 1)).astype("float32"), random.integers(0, 4, N)
MSE, SCE = np.mean((A - Y) ** 2), -np.mean(np.log(B[np.arange(N), LABELS]))
LOSSES = ["mse", "sparse_categorical_crossentropy"]
NAMES = ["a", "b"]


def numpy_scope():
    return registry.scope("numpy")


def value(tensor):
    return float(ops.convert_to_numpy(tensor))


def logs(compiled):
    return {metric.name: value(metric.result()) for metric in compiled.metrics}


def spec(array):
    return KerasTensor((None, *array.shape[1:]), str(array.dtype))


# the matching rule


@pytest.mark.parametrize(
    ("outputs", "names", "given", "expected"),
    [
        ([A, B], NAMES, ["x", "y"], ["x", "y"]),
        ([A, B], NAMES, ("x", "y"), ["x", "y"]),
        ((A, B), NAMES, ["x", None], ["x", None]),
        ([A, B], NAMES, {"b": "y", "a": "x"}, ["x", "y"]),
        ([A, B], NAMES, {"b": "y"}, [None, "y"]),
        ([A, B], None, ["x", "y"], ["x", "y"]),
        ({"p": A, "q": B}, NAMES, {"q": "y", "p": "x"}, ["x", "y"]),
        ({"p": A, "q": B}, NAMES, {"b": "y"}, [None, "y"]),
        ({"p": A, "q": B}, None, ["x", "y"], ["x", "y"]),
        ({"u": [A, B], "v": A}, None, {"u": ["x", "y"], "v": "z"}, ["x", "y", "z"]),
        ({"u": [A, B], "v": A}, None, {"v": "z"}, [None, None, "z"]),
        ([[A, B], A], ["a", "b", "c"], {"c": "z", "a": "x"}, ["x", None, "z"]),
        (A, ["a"], "x", ["x"]),
        (A, ["a"], ["x"], ["x"]),
        (A, ["a"], {"a": "x"}, ["x"]),
        (A, None, {"anything": "x"}, ["x"]),
        ([A], ["a"], "x", ["x"]),
        ([A, B], NAMES, None, [None, None]),
    ],
)
def test_matching(outputs, names, given, expected):
    assert Outputs(outputs, names).match(given, "y") == expected


@pytest.mark.parametrize(
    ("outputs", "names", "given", "what", "shown"),
    [
        ([A, B], NAMES, {"z": "y"}, "loss", ["'z': no output has that name", "['a', 'b']", "a: float32[6, 1]"]),
        ([A, B], NAMES, ["x"], "loss", ["loss: ['x']", "b: float32[6, 4]", "list of 2", "keys from ['a', 'b']"]),
        ([A, B], NAMES, [A, B, A], "y", ["y: [float32[6, 1], float32[6, 4], float32[6, 1]]", "list of 2"]),
        ([spec(A), spec(B)], NAMES, A, "y", ["a: float32[?, 1]", "list of 2"]),
        ([A, B], NAMES, ["x"], "metrics", ["one (or a list of them) for each output", "{'a': [...]}"]),
        (A, ["a"], [A, B], "y", ["one output: give that alone"]),
        (A, ["a"], {"z": A}, "y", ["'z': no output has that name"]),
        ({"u": [A, B], "v": A}, None, {"u": ["x"], "v": "z"}, "loss", ["outputs: {'u': [", "loss: {'u': ['x']"]),
    ],
)
def test_mismatch_prints_both_structures(outputs, names, given, what, shown):
    with pytest.raises(StructureError) as caught:
        Outputs(outputs, names).match(given, what)
    for text in [f"`{what}` does not match the outputs of the model", *shown]:
        assert text in str(caught.value)


# losses


@pytest.mark.parametrize(
    "loss", [LOSSES, tuple(LOSSES), dict(zip(NAMES, LOSSES)), [losses.MeanSquaredError(), LOSSES[1]]]
)
@pytest.mark.parametrize("y", [[Y, LABELS], {"a": Y, "b": LABELS}])
def test_losses_are_summed_by_weight(backend, loss, y):
    compiled = CompileLoss(loss, {"b": 3.0, "a": 2.0}, NAMES)
    outputs = [ops.convert_to_tensor(A), ops.convert_to_tensor(B)]
    targets = {key: ops.convert_to_tensor(y[key]) for key in y} if isinstance(y, dict) else y
    compiled.build(y, [spec(A), spec(B)])
    np.testing.assert_allclose(value(compiled(targets, outputs)), 2 * MSE + 3 * SCE, rtol=1e-5)
    assert logs(compiled) == pytest.approx({"a_loss": MSE, "b_loss": SCE}, rel=1e-5)


def test_one_loss_serves_every_output_and_a_lone_output_has_no_loss_of_its_own(backend):
    one_hot = np.eye(4, dtype="float32")[LABELS]
    both = CompileLoss("mse", None, NAMES)
    np.testing.assert_allclose(value(both([Y, one_hot], [A, B])), MSE + np.mean((one_hot - B) ** 2), rtol=1e-5)
    assert list(logs(both)) == ["a_loss", "b_loss"]
    partial = CompileLoss({"b": LOSSES[1]}, None, NAMES)
    np.testing.assert_allclose(value(partial({"b": LABELS}, [A, B])), SCE, rtol=1e-5)
    assert partial.metrics == []


@pytest.mark.parametrize(
    ("outputs", "names", "expected"),
    [
        ({"p": A, "q": B}, NAMES, ["p_loss", "q_loss"]),
        ([A, B], None, ["mse_loss", "sparse_categorical_crossentropy_loss"]),
        ({"u": [A, B]}, None, ["u/mse_loss", "u/sparse_categorical_crossentropy_loss"]),
    ],
)
def test_names_of_losses(outputs, names, expected):
    with numpy_scope():
        nested = isinstance(outputs, dict) and "u" in outputs
        compiled = CompileLoss({"u": LOSSES} if nested else LOSSES, None, names)
        compiled.build(None, outputs)
        assert [metric.name for metric in compiled.metrics] == expected


def test_functions_and_custom_losses(backend):
    def distance(y_true, y_pred):
        return ops.abs(y_true - y_pred)

    np.testing.assert_allclose(value(CompileLoss(distance)(Y, A)), np.mean(np.abs(A - Y)), rtol=1e-5)
    summed = CompileLoss(losses.MeanSquaredError(reduction="sum"))
    np.testing.assert_allclose(value(summed(Y, A)), N * MSE, rtol=1e-5)
    apart = CompileLoss(losses.MeanSquaredError(reduction="none"))
    np.testing.assert_allclose(value(apart(Y, A)), MSE, rtol=1e-5)


def test_sample_weights(backend):
    weight = np.arange(N, dtype="float32")
    expected = np.mean(weight * (A - Y)[:, 0] ** 2)
    np.testing.assert_allclose(value(CompileLoss("mse")(Y, A, weight)), expected, rtol=1e-5)
    both = CompileLoss("mse", None, NAMES)
    np.testing.assert_allclose(value(both([Y, Y], [A, A], weight)), 2 * expected, rtol=1e-5)
    np.testing.assert_allclose(value(both([Y, Y], [A, A], [weight, None])), expected + MSE, rtol=1e-5)
    np.testing.assert_allclose(value(both([Y, Y], [A, A], {"b": weight})), expected + MSE, rtol=1e-5)


def test_weights_of_time_steps(backend):
    y, p = random.uniform(size=(2, N, 3, 2)).astype("float32")
    weight = random.uniform(size=(N, 3)).astype("float32")
    expected = np.mean(weight * np.mean((y - p) ** 2, axis=-1))
    np.testing.assert_allclose(value(CompileLoss("mse")(y, p, weight)), expected, rtol=1e-5)


def test_a_mask_leaves_means_over_what_it_keeps(backend):
    labels, scores = random.integers(0, 4, (N, 3)), np.stack([B, B, B], axis=1)
    mask = random.integers(0, 2, (N, 3)).astype(bool)
    mask[0] = True
    kept = (labels == scores.argmax(-1))[mask].mean()
    prediction = ops.convert_to_tensor(scores + 0)
    set_mask(prediction, ops.convert_to_tensor(mask))
    losses = -np.log(np.take_along_axis(scores, labels[..., None], -1))[..., 0]
    np.testing.assert_allclose(value(CompileLoss(LOSSES[1])(labels, prediction)), losses[mask].mean(), rtol=1e-4)
    compiled = CompileMetrics(["accuracy"])
    compiled.update_state(labels, prediction)
    np.testing.assert_allclose(logs(compiled)["accuracy"], kept, rtol=1e-5)


@pytest.mark.parametrize(
    ("loss", "y", "prediction", "texts"),
    [
        (
            "categorical_crossentropy",
            LABELS,
            B,
            ["(6,)", "(6, 4)", "sparse_categorical_crossentropy", "to_categorical"],
        ),
        ("sparse_categorical_crossentropy", np.eye(4)[LABELS], B, ["(6, 4)", "one-hot", "'categorical_cross"]),
        ("mse", np.ones((N, 3), "float32"), B, ["(6, 3)", "(6, 4)", "gives 4 values a sample", "hold 3"]),
    ],
)
def test_targets_of_the_wrong_shape(backend, loss, y, prediction, texts):
    compiled = CompileLoss(loss, None, ["scores"])
    with pytest.raises(ShapeError) as caught:
        compiled(y, ops.convert_to_tensor(prediction))
    for text in ["Output 'scores'", f"'{loss}'", *texts]:
        assert text in str(caught.value)


def test_broadcast_targets_are_computed_as_in_keras_and_warned_of():
    with numpy_scope():
        compiled = CompileLoss("mse", None, ["o"])
        with pytest.warns(UserWarning, match=r"Output 'o': targets of shape \(6, 1\) are broadcast.*\(6, 4\)"):
            compiled.build(Y, B)
        np.testing.assert_allclose(value(compiled(Y, B)), np.mean((Y - B) ** 2), rtol=1e-5)


def test_bad_losses():
    with numpy_scope():
        with pytest.raises(ConfigError, match="'sparse_categorical_crossentropy'"):
            CompileLoss("sparse_categorical_crosentropy")
        with pytest.raises(StructureError, match="holds no loss for any output"):
            CompileLoss([None, None], None, NAMES)([Y, LABELS], [A, B])
        with pytest.raises(StructureError, match="Output 'a' has the loss 'mse', but `y` holds no targets"):
            CompileLoss(LOSSES, None, NAMES)({"b": LABELS}, [A, B])
        with pytest.raises(StructureError, match="`loss_weights` does not match"):
            CompileLoss(LOSSES, [1.0, 2.0, 3.0], NAMES)([Y, LABELS], [A, B])
        with pytest.raises(StructureError, match="`loss_weights` does not match"):
            CompileLoss(LOSSES, 2.0, NAMES)([Y, LABELS], [A, B])
        with pytest.raises(ShapeError, match="sample_weight"):
            CompileLoss("mse")(Y, A, np.ones(N + 1, "float32"))


def test_an_error_in_the_users_loss_says_where():
    def broken(y_true, y_pred):
        raise RuntimeError("no idea")

    with numpy_scope(), pytest.raises(RuntimeError, match="no idea") as caught:
        CompileLoss(broken, None, ["o"])(Y, A)
    assert "Output 'o': this came up in the loss 'broken'" in caught.value.__notes__[0]


# metrics


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (["mae", "accuracy"], ["a_mae", "b_accuracy"]),
        ([["mae", "mse"], ["accuracy"]], ["a_mae", "a_mse", "b_accuracy"]),
        ([None, ["accuracy"]], ["b_accuracy"]),
        ([[], "acc"], ["b_acc"]),
        ({"b": ["accuracy"]}, ["b_accuracy"]),
        ({"a": ["mse", "mse", MeanSquaredError(name="mse")]}, ["a_mse", "a_mse_1", "a_mse_2"]),
        (
            {"a": [ops.subtract, lambda y, p: y - p, MeanSquaredError]},
            ["a_subtract", "a_lambda", "a_mean_squared_error"],
        ),
        ({"a": losses.MeanSquaredError(name="q")}, ["a_q"]),
    ],
)
def test_names_of_metrics(metrics, expected):
    with numpy_scope():
        compiled = CompileMetrics(metrics, None, NAMES)
        assert compiled.metrics == []
        compiled.build([spec(Y), spec(LABELS)], [spec(A), spec(B)])
        assert [metric.name for metric in compiled.metrics] == expected


def test_weighted_metrics(backend):
    compiled = CompileMetrics(["mse"], ["mse", "mae"])
    weight = np.arange(N, dtype="float32")
    compiled.update_state(Y, A, weight)
    error = np.abs(A - Y)[:, 0]
    expected = {
        "mse": np.mean(error**2),
        "weighted_mse": np.sum(weight * error**2) / weight.sum(),
        "mae": np.sum(weight * error) / weight.sum(),
    }
    assert logs(compiled) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("y", "prediction", "expected"),
    [
        (Y, A, BinaryAccuracy),
        (Y[:, 0], A, BinaryAccuracy),
        (Y[:, 0], A[:, 0], BinaryAccuracy),
        (LABELS, B, SparseCategoricalAccuracy),
        (LABELS[:, None], B, SparseCategoricalAccuracy),
        (B, B, CategoricalAccuracy),
        (np.zeros((N, 3)), np.zeros((N, 3, 4)), SparseCategoricalAccuracy),
        (np.zeros((N, 3, 4)), np.zeros((N, 3, 4)), CategoricalAccuracy),
    ],
)
def test_accuracy_is_chosen_by_shapes(y, prediction, expected):
    with numpy_scope():
        compiled = CompileMetrics(["accuracy", "acc"])
        compiled.build(spec(y), spec(prediction))
        assert [type(metric) for metric in compiled.metrics] == [expected, expected]
        assert [metric.name for metric in compiled.metrics] == ["accuracy", "acc"]


def test_the_users_metric_keeps_its_name_and_shares_its_state(backend):
    mine = MeanSquaredError(name="mine")
    compiled = CompileMetrics({"a": [mine]}, None, NAMES)
    for _ in range(2):  # compiled again with the same object
        compiled = CompileMetrics({"a": [mine]}, None, NAMES)
        compiled.build([Y, LABELS], [A, B])
    compiled.update_state([Y, LABELS], [A, B])
    assert mine.name == "mine"
    assert logs(compiled) == pytest.approx({"a_mine": MSE}, rel=1e-5)
    np.testing.assert_allclose(value(mine.result()), MSE, rtol=1e-5)


def test_a_metric_without_sample_weight_in_its_signature(backend):
    class Calls(Metric):
        def __init__(self):
            super().__init__(name="calls")
            self.count = self.add_weight(name="count")

        def update_state(self, y_true, y_pred):
            self.count.assign_add(1)

        def result(self):
            return self.count.value

    compiled = CompileMetrics([Calls()])
    compiled.update_state(Y, A, np.ones(N))
    assert logs(compiled) == {"calls": 1.0}


def test_no_metrics_and_no_targets():
    with numpy_scope():
        compiled = CompileMetrics(None)
        compiled.update_state(None, A)
        assert compiled.metrics == []
        with pytest.raises(StructureError, match="'mse', but `y` holds no targets"):
            CompileMetrics(["mse"]).update_state(None, A)
        with pytest.raises(StructureError, match="'accuracy' needs targets"):
            CompileMetrics(["accuracy"]).update_state(None, A)


def test_bad_metrics():
    with numpy_scope():
        with pytest.raises(ConfigError, match="Did you mean 'accuracy'"):
            CompileMetrics(["acuracy"])
        with pytest.raises(StructureError, match="`metrics` does not match"):
            CompileMetrics(["mae", "mse", "mae"], None, NAMES).update_state([Y, LABELS], [A, B])
