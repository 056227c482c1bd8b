"""Metrics on every engine: values equal to those of numpy, eagerly, stateless, compiled and recorded."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from hornbeam import ops
from hornbeam.core import registry
from hornbeam.core.errors import ConfigError, ShapeError, StateError
from hornbeam.core.mask import set_mask
from hornbeam.core.scope import StatelessScope
from hornbeam.core.spec import KerasTensor
from hornbeam.metrics import lookup
from hornbeam.metrics.accuracy import BinaryAccuracy, SparseCategoricalAccuracy
from hornbeam.metrics.auc import AUC
from hornbeam.metrics.confusion import Precision, Recall
from hornbeam.metrics.metric import Metric
from hornbeam.metrics.reductions import Mean, MeanMetricWrapper, Sum
from hornbeam.metrics.regression import R2Score
from hornbeam.ops import transforms

_spec = importlib.util.spec_from_file_location(
    "metric_cases", Path(__file__).parent.parent / "peers" / "metric_cases.py"
)
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)
CLASSES = {name: value for module in lookup.MODULES for name, value in vars(module).items() if isinstance(value, type)}
IDS = [f"{name}-{i}" for i, (name, *_) in enumerate(cases.CASES)]
# one case of each metric, where every one would be too slow
FIRST = [i for i, (name, *_) in enumerate(cases.CASES) if name not in [other for other, *_ in cases.CASES[:i]]]


def number(value):
    return np.asarray(ops.convert_to_numpy(value))


def made(case):
    name, arguments, *_ = case
    return CLASSES[name](name="m", **arguments)


def expected_of(case):
    """Results on the numpy backend, for every batch of the case."""
    with registry.scope("numpy"):
        return [cases.result_after_two_batches(made(case), np.asarray, *batch) for batch in cases.batches(case)]


def tensors(*arrays):
    return [None if array is None else ops.convert_to_tensor(array) for array in arrays]


@pytest.mark.parametrize("i", range(len(IDS)), ids=IDS)
def test_result_is_that_of_numpy(backend, i):
    case = cases.CASES[i]
    if backend == "numpy":
        # numpy is the reference: here it is asked for the same in one batch
        def result(metric, y_true, y_pred, weight):
            metric.update_state(y_true, y_pred, weight)
            return number(metric.result())
    else:

        def result(metric, *batch):
            return cases.result_after_two_batches(metric, number, *tensors(*batch))

    for batch, expected in zip(cases.batches(case), expected_of(case), strict=True):
        got = result(made(case), *batch)
        assert got.shape == expected.shape
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("i", FIRST, ids=[IDS[i] for i in FIRST])
def test_compiled_update_is_the_eager_one(backend, i):
    if backend == "numpy":
        pytest.skip("numpy compiles nothing")
    case = cases.CASES[i]
    metric = made(case)
    batch = tensors(*next(cases.batches(case))[:2])
    metric.update_state(*batch)  # metrics that learn the number of columns declare their state here
    expected = number(metric.result())
    metric.reset_state()
    update = transforms.jit(metric.update_state)
    update(*batch)
    np.testing.assert_allclose(number(metric.result()), expected, rtol=1e-4, atol=1e-5)
    metric.reset_state()
    assert all(not variable.numpy().any() for variable in metric.variables)


@pytest.mark.parametrize("i", FIRST, ids=[IDS[i] for i in FIRST])
def test_update_records_with_unknown_batch(i):
    with registry.scope("numpy"):
        case = cases.CASES[i]
        metric = made(case)
        y_true, y_pred = case[2]
        metric.update_state(y_true, y_pred)
        specs = [KerasTensor((None, *array.shape[1:]), str(array.dtype)) for array in (y_true, y_pred)]
        with StatelessScope([(v, KerasTensor(v.shape, v.dtype)) for v in metric.variables]) as scope:
            metric.update_state(*specs)
            metric.result()
        for variable in metric.variables:
            value = scope.get_current_value(variable)
            assert isinstance(value, KerasTensor)
            assert value.shape == variable.shape
            assert value.dtype == variable.dtype


def test_state_stays_on_the_engine(backend):
    metric = SparseCategoricalAccuracy()
    assert not any(variable.placed for variable in metric.variables)
    metric.update_state(np.array([1, 0]), np.array([[0.1, 0.9], [0.2, 0.8]], "float32"))
    assert {variable.backend for variable in metric.variables} == {backend}
    assert registry.backend_of(metric.result()) in (registry.get(backend), None)
    assert float(metric.result()) == 0.5


def test_stateless_calls_are_pure(backend):
    metric = Mean()
    metric.update_state([2.0])
    state = metric.stateless_update_state([10.0, 1.0], [4.0, 6.0])
    assert [float(value) for value in state] == [20.0, 3.0]
    assert float(metric.stateless_result(state)) == pytest.approx(20 / 3)
    assert [float(value) for value in metric.stateless_reset_state()] == [0.0, 0.0]
    assert float(metric.result()) == 2.0
    with pytest.raises(StateError, match="has 2 variables, but 1 values"):
        metric.stateless_update_state([1.0], [2.0])


def test_update_under_the_engines_own_compiler(backend):
    metric, arrays = BinaryAccuracy(), (np.array([1, 0, 1]), np.array([0.9, 0.8, 0.7], "float32"))
    start = tensors(np.float32(0), np.float32(0))
    if backend == "jax":
        import jax

        total, count = jax.jit(metric.stateless_update_state)(start, *arrays)
    elif backend == "tensorflow":
        import tensorflow as tf

        signature = [tf.TensorSpec([None], "int64"), tf.TensorSpec([None], "float32")]
        total, count = tf.function(lambda y, p: metric.stateless_update_state(start, y, p), signature)(*arrays)
    else:
        total, count = metric.stateless_update_state(start, *arrays)
    assert (float(total), float(count)) == (2.0, 3.0)


class Pair(Metric):
    """A metric that holds others, and gives a dictionary."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.calls = self.add_weight(name="calls", dtype="int32")
        self.inner = {"mean": Mean(), "sums": [Sum()]}

    def update_state(self, values, sample_weight=None):
        self.calls.assign_add(1)
        self.inner["mean"].update_state(values)
        self.inner["sums"][0].update_state(values)

    def result(self):
        return {"calls": self.calls.value, "mean": self.inner["mean"].result(), "sum": self.inner["sums"][0].result()}


def test_metrics_hold_metrics(backend):
    metric = Pair(name="pair")
    metric([1.0, 3.0])
    result = {key: float(value) for key, value in metric([5.0]).items()}
    assert result == {"calls": 2.0, "mean": 3.0, "sum": 9.0}
    assert [variable.path for variable in metric.variables] == ["pair/calls", "mean/total", "mean/count", "sum/total"]
    metric.reset_state()
    assert {key: float(value) for key, value in metric.result().items()} == {"calls": 0.0, "mean": 0.0, "sum": 0.0}


def test_nothing_seen_is_zero(backend):
    for metric in (Mean(), AUC(), Precision(), Recall(), AUC(multi_label=True), R2Score()):
        assert float(metric.result()) == 0.0


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: lookup.get("acuracy"), ConfigError, "'acuracy'.*Did you mean 'accuracy'"),
        (lambda: lookup.get("sparse_categorical_acc"), ConfigError, "'sparse_categorical_accuracy'"),
        (lambda: lookup.get(5), ConfigError, "Could not interpret metric identifier: 5"),
        (lambda: BinaryAccuracy(threshold=2.0), ConfigError, "between 0 and 1, got 2.0"),
        (lambda: Precision(thresholds=[0.5, 3]), ConfigError, "between 0 and 1"),
        (lambda: AUC(curve="XY"), ConfigError, "curve must be one of"),
        (lambda: Mean().update_state([1.0, 2.0], [1.0, 2.0, 3.0]), ShapeError, r"\(3,\), which does not fit .* \(2,\)"),
        (lambda: Precision().update_state([[1, 0]], [0.3, 0.4, 0.5]), ShapeError, "should have the same shape"),
        (lambda: R2Score().update_state([1.0], [2.0]), ShapeError, r"shape \(samples, columns\)"),
    ],
)
def test_bad_input_is_refused(make, error, message):
    with registry.scope("numpy"), pytest.raises(error, match=message):
        make()


def test_forgotten_super_init_is_named():
    class Bare(Metric):
        def __init__(self):
            self.total = self.add_variable((), "zeros")

    with pytest.raises(StateError, match=r"Bare .*super\(\).__init__"):
        Bare()


def test_lookup_and_configs():
    assert lookup.get(None) is None
    assert lookup.get(AUC).name.startswith("auc")
    assert lookup.get("mse").name == "mean_squared_error"
    metric = MeanMetricWrapper(lookup.get("binary_accuracy")._fn, name="w", threshold=0.3)
    again = lookup.deserialize(lookup.serialize(metric))
    assert (again.name, again._fn, again._fn_kwargs) == ("w", metric._fn, {"threshold": 0.3})
    with registry.scope("numpy"):
        assert float(again([1.0], [0.4])) == 1.0


def test_a_mask_on_predictions_counts_as_weights(backend):
    scores = ops.convert_to_tensor(np.array([[0.9, 0.2], [0.8, 0.9]], "float32"))
    set_mask(scores, ops.convert_to_tensor(np.array([[True, False], [True, True]])))
    metric = BinaryAccuracy()
    metric.update_state(np.ones((2, 2)), scores)
    assert float(metric.result()) == 1.0
    metric.update_state(np.zeros((2, 2)), scores, sample_weight=np.array([3.0, 0.0]))
    assert float(metric.result()) == pytest.approx(1.5 / 3)
