"""Archives, HDF5 and the layout of weights, with small stand-ins for layers and variables."""

import io
import os
import signal
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest

from hornbeam.core.errors import ModelFormatError, StructureError
from hornbeam.core.naming import snake_case
from hornbeam.saving import archive as archives
from hornbeam.saving.archive import Archive, replacing, write_archive
from hornbeam.saving.hdf5 import Reader
from hornbeam.saving.weights import entries, expected_bytes, read_weights, write_weights


class Var:
    """A variable that counts how often it is given a value."""

    def __init__(self, value, path="v"):
        self.array = np.asarray(value)
        self.path, self.shape, self.dtype = path, self.array.shape, self.array.dtype.name
        self.assigned = 0

    def numpy(self):
        return self.array

    def assign(self, value):
        assert np.shape(value) == self.shape
        self.assigned += 1
        self.array = np.asarray(value)


class Thing:
    """A layer, as far as files are concerned."""

    def __init__(self, *values, name="thing", **children):
        self.name = name
        self.own = [Var(value, f"{name}/{i}") for i, value in enumerate(values)]
        self.children = children

    def _own_variables(self):
        return self.own

    def _serialized_children(self):
        return self.children

    def save_own_variables(self, store):
        for index, variable in enumerate(self.own):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store):
        for index, variable in enumerate(self.own):
            variable.assign(store[str(index)])


# the stand-in has the package's own way of loading, not one of its own
Thing.load_own_variables.__module__ = "hornbeam.layers.layer"


class Dense(Thing):
    pass


class SeedGenerator:
    def __init__(self, seed):
        self.name, self.state = "seed_generator", Var(np.array([seed, 0], "uint32"))


def dense(n, name="dense"):
    return Dense(np.full((n, 2), n, "float32"), np.zeros((2,), "float32"), name=name)


def model():
    return Thing(np.float32(3), name="m", layers=[dense(1, "a"), dense(2, "b"), [dense(3, "c")]],
                 _hidden=dense(4, "d"), tail=Thing(name="empty", seed_generator=SeedGenerator(7)))  # fmt: skip


def saved(thing):
    file = io.BytesIO()
    write_weights(thing, file)
    file.seek(0)
    return file


def paths(file):
    found = []
    with h5py.File(file, "r") as h5:
        h5.visititems(lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None)
    return sorted(found)


def zero(thing):
    for entry in entries(thing):
        for variable in entry.variables():
            variable.array = np.zeros_like(variable.array)
    return thing


@pytest.mark.parametrize(
    "name, group",
    [
        ("Conv2D", "conv2d"), ("DepthwiseConv2D", "depthwise_conv2d"), ("LSTM", "lstm"), ("LSTMCell", "lstm_cell"),
        ("ReLU", "re_lu"), ("HTTPLayer2XYz", "http_layer2x_yz"), ("ABCDense", "abc_dense"), ("_Priv", "__priv"),
        ("GlobalAveragePooling1D", "global_average_pooling1d"), ("MyLSTMCell3D", "my_lstm_cell3d"),
    ],
)  # fmt: skip
def test_groups_are_named_after_classes_as_keras_does(name, group):
    assert snake_case(name) == group


def test_layout():
    assert paths(saved(model())) == [
        "_hidden/vars/0", "_hidden/vars/1", "layers/container/dense/vars/0", "layers/container/dense/vars/1",
        "layers/dense/vars/0", "layers/dense/vars/1", "layers/dense_1/vars/0", "layers/dense_1/vars/1",
        "tail/seed_generator/vars/0", "vars/0",
    ]  # fmt: skip


def test_a_layer_seen_before_is_counted_but_not_written_again():
    shared = dense(1)
    thing = Thing(again=shared, layers=[shared, dense(2), dense(3)])
    assert paths(saved(thing)) == [
        "again/vars/0", "again/vars/1", "layers/dense_1/vars/0", "layers/dense_1/vars/1",
        "layers/dense_2/vars/0", "layers/dense_2/vars/1",
    ]  # fmt: skip


def test_values_come_back():
    twin = zero(model())
    read_weights(twin, saved(model()), "m.h5")
    for entry, other in zip(entries(twin), entries(model()), strict=True):
        for a, b in zip(entry.variables(), other.variables(), strict=True):
            assert a.assigned == 1
            np.testing.assert_array_equal(a.array, b.array)


def test_bfloat16_values_come_back():
    import ml_dtypes

    values = np.array([[1.5, -2.0]], ml_dtypes.bfloat16)
    thing, twin = Thing(values), Thing(np.zeros_like(values))
    file = saved(thing)
    with h5py.File(file, "r") as h5:
        assert h5["vars/0"].dtype == "V2" and h5["vars/0"].attrs["dtype"] == "bfloat16"
    read_weights(twin, file, "m.h5")
    assert twin.own[0].array.dtype == ml_dtypes.bfloat16
    np.testing.assert_array_equal(twin.own[0].array, values)


def test_seeds_may_be_missing():
    file = saved(model())
    with h5py.File(file, "r+") as h5:
        del h5["tail/seed_generator"]
    read_weights(zero(model()), file, "m.h5")


def test_what_does_not_fit_is_listed_whole_and_nothing_changes():
    file = saved(model())
    with h5py.File(file, "r+") as h5:
        del h5["layers/dense/vars/1"]
        del h5["vars/0"]
        del h5["_hidden/vars/0"]
        h5["_hidden/vars/0"] = np.zeros((9, 9), "float32")
        del h5["layers/dense_1/vars/0"]
        h5["layers/dense_1/vars/0"] = np.zeros((2, 2), "int32")
        h5["layers/other/vars/0"] = np.zeros(3, "float32")
        h5.create_group("layers/dropout/vars")
    twin = model()
    with pytest.raises(StructureError) as caught:
        read_weights(twin, file, "m.h5")
    text = str(caught.value)
    assert "m.h5" in text and "'m'" in text
    for part in ("missing: layers/dense/vars/1", "missing: vars/0", "shape or dtype: _hidden/vars/0 (9, 9)",
                 "shape or dtype: layers/dense_1/vars/0 (2, 2) int32", "not in the model: layers/other"):  # fmt: skip
        assert part in text
    assert "dropout" not in text
    assert all(variable.assigned == 0 for entry in entries(twin) for variable in entry.variables())


def test_skip_mismatch_loads_the_rest():
    file = saved(model())
    with h5py.File(file, "r+") as h5:
        del h5["layers/dense/vars/0"]
    twin = zero(model())
    with pytest.warns(UserWarning, match="layers/dense"):
        read_weights(twin, file, "m.h5", skip_mismatch=True)
    first, second = twin.children["layers"][:2]
    assert not first.own[0].array.any() and second.own[0].array.all()


def test_an_error_while_assigning_gives_the_model_back_what_it_had():
    twin = model()
    before = [v.array.copy() for entry in entries(twin) for v in entry.variables()]
    last = twin.children["layers"][1]

    def fails(store):
        raise RuntimeError("out of memory")

    last.load_own_variables = fails
    other = saved(zero(model()))
    with pytest.raises(RuntimeError, match="out of memory"):
        read_weights(twin, other, "m.h5")
    after = [v.array for entry in entries(twin) for v in entry.variables()]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)


def test_expected_bytes():
    assert expected_bytes(Thing(np.zeros((3, 4), "float32"), a=Thing(np.zeros(5, "float16")))) == 48 + 10


# HDF5 features that weights do not need


def refused(build, match):
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        build(h5)
    file.seek(0)
    thing = Thing(np.zeros((2, 3), "float32"))
    with pytest.raises(ModelFormatError, match=match):
        read_weights(thing, file, "bad.h5")
    assert thing.own[0].assigned == 0


def test_soft_links_are_refused():
    def build(h5):
        h5["real"] = np.zeros((2, 3), "float32")
        h5.create_group("vars")["0"] = h5py.SoftLink("/real")

    refused(build, r"vars/0 is reached by a SoftLink")


def test_external_links_are_refused(tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as h5:
        h5["secret"] = np.ones((2, 3), "float32")

    def build(h5):
        h5.create_group("vars")["0"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/secret")

    refused(build, "ExternalLink")


def test_external_storage_is_refused(tmp_path):
    (tmp_path / "secret").write_bytes(b"s" * 24)

    def build(h5):
        h5.create_group("vars").create_dataset(
            "0", (2, 3), "float32", external=[(str(tmp_path / "secret"), 0, h5py.h5f.UNLIMITED)]
        )

    refused(build, "another file")


def test_virtual_datasets_are_refused(tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as h5:
        h5["secret"] = np.ones((2, 3), "float32")

    def build(h5):
        layout = h5py.VirtualLayout((2, 3), "float32")
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "secret", (2, 3))
        h5.create_group("vars").create_virtual_dataset("0", layout)

    refused(build, "virtual")


@pytest.mark.parametrize("values", [np.array([["a"]], "S4"), np.zeros((2, 3), [("x", "f4")])])
def test_only_numbers_are_read(values):
    refused(lambda h5: h5.create_group("vars").create_dataset("0", data=values), "does not hold numbers")


def test_opaque_bytes_are_refused():
    refused(lambda h5: h5.create_group("vars").create_dataset("0", data=np.zeros((2, 3), "V7")), "opaque")


def test_a_group_in_place_of_a_dataset_is_refused():
    refused(lambda h5: h5.create_group("vars/0"), "should be a dataset")


def test_unknown_filters_are_refused():
    def build(h5):
        h5.create_group("vars").create_dataset("0", data=np.zeros((2, 3), "float32"), scaleoffset=2)

    refused(build, "unknown filter")


def test_chunks_far_larger_than_the_values_are_refused():
    def build(h5):
        h5.create_group("vars").create_dataset(
            "0", (2, 3), "float32", chunks=(1 << 14, 1 << 12), maxshape=(None, None), compression="gzip"
        )

    refused(build, "chunks of")


def test_a_bomb_of_another_shape_is_never_read():
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5.create_group("vars").create_dataset("0", (1 << 20, 1 << 20), "float32", chunks=(64, 64), compression="gzip")
    thing = Thing(np.zeros((2, 3), "float32"))
    with pytest.raises(StructureError, match="1048576"):
        read_weights(thing, file, "bomb.h5")


def test_a_compressed_file_of_plain_numbers_loads():
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5.create_group("vars").create_dataset("0", data=np.ones((2, 3), "float32"), compression="gzip", shuffle=True)
    thing = Thing(np.zeros((2, 3), "float32"))
    read_weights(thing, file, "m.h5")
    assert thing.own[0].array.all()


def test_a_custom_reader_gets_no_more_than_a_model_of_its_size_can_need():
    class Own(Thing):
        def load_own_variables(self, store):
            raise AssertionError("the file should not have been read")

    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5.create_group("vars").create_dataset("0", (1 << 20, 1 << 20), "float32", chunks=(64, 64), compression="gzip")
    with pytest.raises(ModelFormatError, match="far more"):
        read_weights(Own(np.zeros(2, "float32")), file, "bomb.h5")


@pytest.mark.parametrize("data", [b"", b"not hdf5", b"\x89HDF\r\n\x1a\n" + b"\0" * 100])
def test_what_is_no_hdf5_file(data):
    with pytest.raises(ModelFormatError, match=r"m\.h5 is not a whole weights file"):
        Reader(io.BytesIO(data), "m.h5")


# archives


def archive(path, members, **kwargs):
    with zipfile.ZipFile(path, "w", **kwargs) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def test_members_come_back(tmp_path):
    path = tmp_path / "m.keras"
    write_archive(path, [("a", b"one"), ("b", io.BytesIO(b"two" * 1000))])
    with zipfile.ZipFile(path) as file:
        assert [info.compress_type for info in file.infolist()] == [zipfile.ZIP_STORED] * 2
    with Archive(path, ("a", "b")) as opened:
        assert opened.read("a", 100) == b"one"
        assert opened.open("b", 10_000).read() == b"two" * 1000
        with pytest.raises(ModelFormatError, match="more than 100 bytes"):
            opened.read("b", 100)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "members, match",
    [
        ([("a", b"1"), ("a", b"2")], "twice"),
        ([("a", b"1"), ("../a", b"2")], "unexpected member"),
        ([("a", b"1"), ("/etc/passwd", b"2")], "unexpected member"),
        ([("a", b"1"), ("a/", b"")], "unexpected member"),
    ],
)
def test_members_that_do_not_belong_there(tmp_path, members, match):
    with pytest.raises(ModelFormatError, match=match):
        Archive(archive(tmp_path / "m.keras", members), ("a",))


def test_encrypted_members_are_refused(tmp_path):
    path = archive(tmp_path / "m.keras", [("a", b"1")])
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ModelFormatError, match="encrypted"):
        Archive(path, ("a",))


def test_links_are_refused(tmp_path):
    info = zipfile.ZipInfo("a")
    info.external_attr = 0o120777 << 16
    path = archive(tmp_path / "m.keras", [(info, b"/etc/passwd")])
    with pytest.raises(ModelFormatError, match="regular file"):
        Archive(path, ("a",))


@pytest.mark.parametrize("before, after", [(b"", b"x"), (b"x", b""), (b"", b"PK\x03\x04more")])
def test_bytes_before_or_behind_the_archive_are_refused(tmp_path, before, after):
    path = archive(tmp_path / "m.keras", [("a", b"1")])
    path.write_bytes(before + path.read_bytes() + after)
    with pytest.raises(ModelFormatError):
        Archive(path, ("a",))


def test_a_bomb_stops_early(tmp_path):
    path = archive(tmp_path / "m.keras", [("a", b"\0" * (64 << 20))], compression=zipfile.ZIP_DEFLATED)
    with Archive(path, ("a",)) as opened, pytest.raises(ModelFormatError, match="100 times"):
        opened.read("a", 1 << 30)


def test_a_size_that_lies_does_not_help(tmp_path):
    path = archive(tmp_path / "m.keras", [("a", b"x" * 100_000)], compression=zipfile.ZIP_DEFLATED)
    data = path.read_bytes().replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(data)
    with Archive(path, ("a",)) as opened, pytest.raises(ModelFormatError):
        opened.read("a", 1000)


def test_a_file_cut_short_at_any_place(tmp_path):
    path = tmp_path / "m.keras"
    write_archive(path, [("a", b"one" * 50)])
    data = path.read_bytes()
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(ModelFormatError, match=r"m\.keras is not a whole \.keras file"):
            Archive(path, ("a",))


# writing


def test_an_error_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "m.keras"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), replacing(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["m.keras"]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "m.keras"
    path.write_bytes(b"old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archives.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_archive(path, [("a", b"1")])
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["m.keras"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
def test_a_kill_leaves_the_old_file_and_the_next_save_no_litter(tmp_path):
    path = tmp_path / "m.keras"
    path.write_bytes(b"old")
    code = (
        "import os, signal, sys; from hornbeam.saving.archive import replacing\n"
        "with replacing(sys.argv[1]) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], env={**os.environ, "PYTHONPATH": os.getcwd()})
    assert run.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    assert len(os.listdir(tmp_path)) == 2
    write_archive(path, [("a", b"new")])
    assert os.listdir(tmp_path) == ["m.keras"]


def test_the_mode_of_the_old_file_is_kept(tmp_path):
    path = tmp_path / "m.keras"
    path.write_bytes(b"old")
    os.chmod(path, 0o640)
    write_archive(path, [("a", b"1")])
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_missing_folder_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="folder"):
        write_archive(tmp_path / "no" / "m.keras", [])
