"""Sources of batches: arrays, streams, datasets of the engines, and what they refuse."""

import itertools
import threading
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hornbeam.core import config
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError, StructureError
from hornbeam.train.data import (
    ArraySource,
    PyDataset,
    make_source,
    pack_x_y_sample_weight,
    train_validation_split,
    unpack_x_y_sample_weight,
)


def rows(source, epoch=0):
    """The first column of each batch's x."""
    return [np.asarray(x).reshape(len(x), -1)[:, 0].tolist() for x, _, _ in source.epoch(epoch)]


def flat(batches):
    return list(itertools.chain.from_iterable(batches))


# arrays


@given(
    samples=st.integers(1, 70),
    batch_size=st.integers(1, 40),
    shuffle=st.sampled_from([False, True, "batch"]),
    seed=st.integers(0, 2**32),
    epoch=st.integers(0, 5),
)
def test_every_sample_comes_exactly_once_an_epoch(samples, batch_size, shuffle, seed, epoch):
    source = make_source(np.arange(samples), -np.arange(samples), batch_size=batch_size, shuffle=shuffle, seed=seed)
    batches = list(source.epoch(epoch))
    assert sorted(flat(x.tolist() for x, _, _ in batches)) == list(range(samples))
    assert all((y == -x).all() for x, y, _ in batches)
    sizes = [len(x) for x, _, _ in batches]
    assert len(sizes) == source.num_batches
    assert sizes == [batch_size] * (samples // batch_size) + [samples % batch_size] * (samples % batch_size > 0)


@given(samples=st.integers(1, 40), batch_size=st.integers(1, 9), steps=st.integers(1, 12), shuffle=st.booleans())
def test_steps_share_a_pass(samples, batch_size, steps, shuffle):
    source = make_source(np.arange(samples), batch_size=batch_size, steps=steps, shuffle=shuffle, seed=3)
    whole = make_source(np.arange(samples), batch_size=batch_size, shuffle=shuffle, seed=3)
    epochs = -(-(whole.num_batches or 0) // steps)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert flat(rows(source, epoch) for epoch in range(epochs)) == rows(whole, 0)
        assert rows(source, epochs)[0] == rows(whole, 1)[0]


def test_epochs_differ_and_can_be_resumed_bit_for_bit():
    x = np.arange(100)
    first = make_source(x, shuffle=True, seed=1)
    orders = [flat(rows(first, epoch)) for epoch in range(3)]
    assert len({tuple(order) for order in orders}) == 3
    again = make_source(x, shuffle=True, seed=1)
    assert flat(rows(again, 2)) == orders[2] and flat(rows(again, 0)) == orders[0]
    assert flat(rows(make_source(x, shuffle=True, seed=2))) != orders[0]
    assert flat(rows(make_source(x, shuffle=True, seed=(1, 5)))) != orders[0]


def test_the_order_of_a_seed_is_fixed_for_ever():
    assert make_source(np.arange(8), shuffle=True, seed=7).indices(2).tolist() == [1, 3, 5, 4, 7, 2, 0, 6]


def test_seed_of_the_process_counts():
    config.set_seed(11)
    try:
        one, two = (make_source(np.arange(50), shuffle=True) for _ in range(2))
    finally:
        config.reset()
    assert rows(one) == rows(two)
    assert rows(make_source(np.arange(50), shuffle=True)) != rows(make_source(np.arange(50), shuffle=True))


def test_shuffle_batch_keeps_batches_together():
    batches = rows(make_source(np.arange(1000), batch_size=10, shuffle="batch", seed=0))
    assert all(batch == list(range(batch[0], batch[0] + 10)) for batch in batches)
    assert [batch[0] for batch in batches] != sorted(batch[0] for batch in batches)


def test_several_batches_at_once():
    source = make_source(np.arange(10), np.arange(10) * 2, batch_size=3, shuffle=True, seed=5)
    assert isinstance(source, ArraySource)
    indices = source.indices(1)
    x, y, sample_weight = source.take(indices[:6])
    assert x.tolist() == flat(rows(source, 1)[:2]) and y.tolist() == (2 * x).tolist() and sample_weight is None


def test_in_order_copies_nothing():
    x = np.zeros((64, 3), "float32")
    source = make_source(x)
    assert all(np.shares_memory(batch, x) for batch, _, _ in source.epoch(0)) and len(list(source.epoch(0))) == 2


@pytest.mark.parametrize(
    ("given", "expected"),
    [("float64", "float32"), ("float16", "float32"), ("int64", "int64"), ("uint8", "uint8"), ("bool", "bool")],
)
def test_floats_become_floatx_and_the_rest_stays(given, expected):
    x, y, _ = next(make_source(np.ones((4, 3), given), np.ones(4, given)).epoch(0))
    assert x.dtype == y.dtype == expected
    x, _, _ = next(make_source(iter([(np.ones((4, 3), given), np.ones(4))])).epoch(0))
    assert x.dtype == expected


def test_structures_stay_as_they_came():
    x = {"a": np.zeros((5, 2)), "b": [np.ones(5), np.arange(5)]}
    source = make_source(x, [np.zeros(5), None], batch_size=2, shuffle=True)
    (got, y, _) = next(source.epoch(0))
    assert set(got) == {"a", "b"} and got["a"].shape == (2, 2) and isinstance(got["b"], list) and y[1] is None
    assert sorted(flat(batch["b"][1].tolist() for batch, _, _ in source.epoch(0))) == list(range(5))


def test_frames_by_duck_typing():
    class Frame:
        shape = (3, 2)

        def to_numpy(self):
            return np.arange(6.0).reshape(3, 2)

    assert rows(make_source(Frame())) == [[0.0, 2.0, 4.0]]


@pytest.mark.parametrize("engine", ["torch", "tensorflow", "jax"])
def test_tensors_of_engines(engine):
    values = np.arange(10.0)
    if engine == "torch":
        import torch

        x = torch.tensor(values, requires_grad=True)
    elif engine == "tensorflow":
        import tensorflow as tf

        x = tf.constant(values)
    else:
        import jax.numpy as jnp

        x = jnp.asarray(values)
    source = make_source(x, batch_size=4, shuffle=True)
    assert sorted(flat(rows(source))) == values.tolist()
    assert next(source.epoch(0))[0].dtype == "float32"


# splits, packing, weights


@given(samples=st.integers(2, 200), split=st.floats(0.01, 0.99))
def test_split_takes_the_end(samples, split):
    x = np.arange(samples)
    try:
        (train, y, _), (held_out, held_out_y, _) = train_validation_split(x, x * 2, None, split)
    except ShapeError:
        assert int(samples * (1 - split)) in (0, samples)
        return
    assert np.concatenate([train, held_out]).tolist() == x.tolist()
    assert (y == 2 * train).all() and (held_out_y == 2 * held_out).all()
    assert abs(len(held_out) - samples * split) <= 1


def test_split_is_that_of_keras():
    for samples, split, count in ((10, 0.25, 7), (10, 0.01, 9), (10, 0.9, 1), (1000, 0.1, 900)):
        assert len(train_validation_split(np.zeros(samples), None, None, split)[0][0]) == count


def test_split_refuses():
    with pytest.raises(ConfigError, match="between 0 and 1"):
        train_validation_split(np.zeros(4), None, None, 1.5)
    with pytest.raises(ShapeError, match="10 samples, which is not sufficient"):
        train_validation_split(np.zeros(10), None, None, 0.999)
    with pytest.raises(StructureError, match="only supported for arrays and tensors"):
        train_validation_split(iter([]), None, None, 0.5)


def test_pack_and_unpack():
    assert pack_x_y_sample_weight(1) == 1 and pack_x_y_sample_weight([1]) == ([1],)
    assert pack_x_y_sample_weight(1, 2) == (1, 2) and pack_x_y_sample_weight(1, 2, 3) == (1, 2, 3)
    assert unpack_x_y_sample_weight([1]) == (1, None, None) and unpack_x_y_sample_weight({"a": 1})[0] == {"a": 1}
    assert unpack_x_y_sample_weight((1, 2, 3)) == (1, 2, 3)
    with pytest.raises(StructureError, match="tuple of 4 elements"):
        unpack_x_y_sample_weight((1, 2, 3, 4))


@pytest.mark.parametrize(
    "y", [np.array([0, 1, 2, 7]), np.array([[0.0], [1], [2], [7]]), np.eye(8)[[0, 1, 2, 7]]], ids=["n", "n1", "onehot"]
)
def test_class_weight_becomes_sample_weight(y):
    for x in (np.zeros((4, 3)), iter([(np.zeros((4, 3)), y)])):
        source = make_source(x, y if isinstance(x, np.ndarray) else None, class_weight={0: 2.0, 1: 3.0})
        _, _, sample_weight = next(source.epoch(0))
        assert sample_weight.tolist() == [2.0, 3.0, 1.0, 1.0] and sample_weight.dtype == "float32"


# streams


def batches(count):
    for index in itertools.count() if count is None else range(count):
        yield np.full((2, 3), index), np.zeros((2, 1))


def test_generator_without_end():
    source = make_source(batches(None), steps=3)
    assert source.num_batches == 3
    assert [flat(rows(source, epoch))[::2] for epoch in range(2)] == [[0, 1, 2], [3, 4, 5]]


def test_generator_runs_out():
    source = make_source(batches(5), steps=3)
    assert len(rows(source, 0)) == 3
    with pytest.warns(UserWarning, match="ran out of data after 2 of 3 batches"):
        assert len(rows(source, 1)) == 2
    source = make_source(batches(2))
    assert source.num_batches is None and len(rows(source, 0)) == 2
    with pytest.warns(UserWarning, match="ran out of data after 0 batches"):
        assert rows(source, 1) == []


def test_iterables_start_anew():
    class Pairs:
        def __iter__(self):
            return batches(2)

    source = make_source(Pairs())
    assert len(rows(source, 0)) == len(rows(source, 1)) == 2


class Numbered(PyDataset):
    def __init__(self, count=5, **kwargs):
        super().__init__(**kwargs)
        self.count, self.threads, self.events = count, set(), []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if index >= 100:
            raise RuntimeError("no such batch")
        self.threads.add(threading.current_thread().name)
        return np.full((2, 1), index), np.zeros(2)

    def on_epoch_begin(self):
        self.events.append("begin")

    def on_epoch_end(self):
        self.events.append("end")


@settings(deadline=None, max_examples=25)
@given(
    count=st.integers(1, 12),
    workers=st.integers(0, 4),
    queue=st.integers(1, 4),
    shuffle=st.booleans(),
    epoch=st.integers(0, 3),
)
def test_py_dataset_gives_every_batch_once(count, workers, queue, shuffle, epoch):
    dataset = Numbered(count, workers=workers, max_queue_size=queue)
    got = [batch[0] for batch in rows(make_source(dataset, shuffle=shuffle, seed=4), epoch)]
    assert sorted(got) == list(range(count)) and dataset.events == ["begin", "end"]
    assert got == [batch[0] for batch in rows(make_source(Numbered(count), shuffle=shuffle, seed=4), epoch)]
    assert (workers > 1) == any(name.startswith("PyDataset") for name in dataset.threads)


def test_py_dataset_in_processes():
    dataset = Numbered(6, workers=2, use_multiprocessing=True, max_queue_size=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # engines that other tests imported warn about fork
        assert [batch[0] for batch in rows(make_source(dataset))] == list(range(6))


def test_py_dataset_steps_and_no_end():
    source = make_source(Numbered(5), steps=3)
    assert [batch[0] for batch in rows(source, 0)] == [0, 1, 2]
    with pytest.warns(UserWarning, match="after 2 of 3"):
        assert [batch[0] for batch in rows(source, 1)] == [3, 4]
    assert [batch[0] for batch in rows(source, 2)] == [0, 1, 2]

    class Endless(Numbered):
        num_batches = None  # type: ignore[assignment]

    source = make_source(Endless(workers=3), steps=3)
    assert [batch[0] for batch in rows(source, 1)] == [3, 4, 5]
    assert [x[0, 0] for x, _, _ in itertools.islice(make_source(Endless(workers=3)).epoch(0), 7)] == list(range(7))


@pytest.mark.parametrize("workers", [1, 3])
def test_py_dataset_errors_come_through(workers):
    with pytest.raises(RuntimeError, match="no such batch"):
        rows(make_source(Numbered(120, workers=workers)))


def test_py_dataset_says_what_is_missing():
    class Bare(PyDataset):
        def __init__(self):
            pass  # a subclass that does not call super().__init__()

    assert Bare().workers == 1 and Bare().max_queue_size == 10
    with pytest.raises(NotImplementedError, match="__len__"):
        make_source(Bare())
    with pytest.raises(NotImplementedError, match="__getitem__"):
        Bare()[0]
    with pytest.raises(StructureError, match="0 batches"):
        rows(make_source(Numbered(0)))


# the engines' own


def test_torch_data_loader():
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    data = TensorDataset(torch.arange(5, dtype=torch.float64)[:, None], torch.arange(5))
    source = make_source(DataLoader(data, batch_size=2))
    assert source.num_batches == 3 and source.batch_size == 2
    (x, y, sample_weight) = next(source.epoch(0))
    assert type(x) is np.ndarray and x.dtype == "float32" and y.dtype == "int64" and sample_weight is None
    assert rows(source, 0) == rows(source, 1) == [[0, 1], [2, 3], [4]]
    source = make_source(DataLoader(data, batch_size=2), steps=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rows(source, 0) == rows(source, 1) == [[0, 1], [2, 3], [4]]


def test_tf_data():
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices((np.arange(5.0)[:, None], {"a": np.arange(5)})).batch(2)
    source = make_source(dataset, class_weight={0: 2.0})
    assert source.num_batches == 3
    (x, y, sample_weight) = next(source.epoch(0))
    assert type(x) is np.ndarray and x.dtype == "float32" and y["a"].tolist() == [0, 1]
    assert sample_weight.tolist() == [2.0, 1.0]
    assert rows(source, 0) == rows(source, 1) == [[0, 1], [2, 3], [4]]
    endless = make_source(dataset.repeat(), steps=4)
    assert endless.num_batches == 4 and [len(rows(endless, epoch)) for epoch in range(3)] == [4, 4, 4]
    short = make_source(dataset, steps=2)
    assert len(rows(short, 0)) == 2
    with pytest.warns(UserWarning, match="after 1 of 2"):
        assert len(rows(short, 1)) == 1
    assert make_source(dataset.filter(lambda x, y: x[0, 0] >= 0)).num_batches is None


# what is refused

X, Y = np.zeros((4, 3)), np.zeros(4)


def generator():
    yield X, Y


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"x": [X, np.zeros((3, 3))], "y": {"a": Y}}, ShapeError, r"x\[0\]: 4 samples.*\n.*x\[1\]: 3.*\n.*y\['a'\]: 4"),
        ({"x": X, "y": Y, "sample_weight": np.ones(3)}, ShapeError, "sample_weight: 3 samples"),
        ({"x": X, "y": Y, "sample_weight": np.ones((4, 3, 2))}, ShapeError, r"sample_weight.*\(4, 3, 2\).*\(4,\)"),
        ({"x": X[:0], "y": Y[:0]}, ShapeError, r"0 samples \(shape \(0, 3\)\)"),
        ({"x": np.array(1.0)}, ShapeError, "`x` has no sample axis"),
        ({"x": None}, StructureError, "Unrecognized data type: x=None"),
        ({"x": "text"}, StructureError, r"Unrecognized data type: x='text' \(of type str\)"),
        ({"x": 3}, StructureError, "Unrecognized"),
        ({"x": generator}, StructureError, r"call it: `generator\(\)`"),
        ({"x": X, "y": [1, 2, 3, 4]}, StructureError, r"`y\[0\]` is no array.*np.array\(y\)"),
        ({"x": [[1.0, 2.0]]}, StructureError, r"`x\[0\]\[0\]` is no array"),
        ({"x": []}, StructureError, "no data"),
        ({"x": np.array([None, 1])}, DtypeError, "dtype object"),
        ({"x": np.array(["2020-01-01"], "datetime64[D]")}, DtypeError, "datetime64"),
        ({"x": generator(), "y": Y}, StructureError, "`y` cannot be given when `x` is a generator"),
        ({"x": generator(), "sample_weight": Y}, StructureError, "`sample_weight` cannot be given"),
        ({"x": iter([])}, StructureError, "generator given as `x` yielded no batch"),
        ({"x": iter([(X, Y, Y, Y)])}, StructureError, "tuple of 4 elements"),
        ({"x": iter([(X, Y[:3])])}, ShapeError, "y: 3 samples"),
        ({"x": X, "batch_size": 0}, ConfigError, "`batch_size` must be a whole number of at least 1. Received: 0"),
        ({"x": X, "steps": 0}, ConfigError, "`steps`"),
        ({"x": X, "shuffle": "yes"}, ConfigError, "`shuffle`"),
        ({"x": X, "y": Y, "class_weight": {0: 1.0}, "sample_weight": Y}, ConfigError, "at the same time"),
        ({"x": X, "y": [Y, Y], "class_weight": {0: 1.0}}, StructureError, "single output. Received 2 targets"),
        ({"x": X, "class_weight": {0: 1.0}}, StructureError, "Received 0 targets"),
        ({"x": X, "y": Y, "class_weight": [1.0]}, ConfigError, "must be a dict"),
        ({"x": X, "y": Y - 1, "class_weight": {0: 1.0}}, ShapeError, "Received the class -1"),
        ({"x": X, "y": [Y, Y * np.nan], "finite_targets": True}, StructureError, r"`y\[1\]`.*holds 4 NaN.*sample 0"),
        ({"x": iter([(X, Y * np.nan)]), "finite_targets": True}, StructureError, "holds 4 NaN"),
    ],
)
def test_bad_data_is_refused_with_the_reason(arguments, error, text):
    with pytest.raises(error, match=f"(?s){text}"):
        list(make_source(**arguments).epoch(0))


def test_sparse_tensors_are_refused():
    import tensorflow as tf

    with pytest.raises(StructureError, match=r"`x` is a SparseTensor.*to_dense"):
        make_source(tf.sparse.from_dense(np.eye(3)))


def test_symbolic_input_is_refused():
    from hornbeam.core.spec import KerasTensor

    with pytest.raises(StructureError, match="symbolic KerasTensor"):
        make_source(KerasTensor((None, 3)))
