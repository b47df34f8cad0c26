"""HDF5 files: sealed when written, looked at from all sides when read."""

import errno
import resource
import signal
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from auva.errors import InputError
from auva.records import hdf5


def write(path, rows=40):
    with hdf5.create(path) as file:
        hdf5.set_attribute(file, "name", "faces")
        hdf5.set_attribute(file, "names", ["a", "b"])
        hdf5.set_attribute(file, "size", 3)
        group = file.create_group("train")
        data = np.arange(3 * rows, dtype="u1").reshape(rows, 3)
        group.create_dataset("image", data=data, chunks=(8, 3), compression="gzip")
        group.create_dataset("frame", data=np.arange(rows, dtype="i4"))
        file.check()
    return path


def read(path):
    with hdf5.open_file(path) as file:
        group = hdf5.group(file, "train", path)
        image = hdf5.dataset(group, "image", "u1", (None, 3), path)
        return hdf5.values(image, slice(None), path)


def test_a_written_file_comes_back_and_any_program_reads_it(tmp_path):
    path = write(tmp_path / "x.h5")
    assert read(path).shape == (40, 3)
    with h5py.File(path) as file:
        assert file.userblock_size == 512
        assert file["train/frame"][-1] == 39
    assert write(tmp_path / "y.h5").read_bytes() == path.read_bytes()
    assert hdf5.digest(path) == hdf5.digest(tmp_path / "y.h5")
    assert len(hdf5.digest(path)) == 64


@pytest.mark.parametrize("place", [0, 5, 12, 40, 76, 77, 300, 511, 512, 520, 600, 1500, -1])
def test_a_changed_byte_anywhere_is_seen_before_the_library_opens_the_file(tmp_path, place):
    path = write(tmp_path / "x.h5")
    data = bytearray(path.read_bytes())
    data[place] ^= 0x41
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"x.h5: (damaged|is not an HDF5)"):
        hdf5.open_file(path)


def test_a_cut_file_is_refused_wherever_it_is_cut(tmp_path):
    path = write(tmp_path / "x.h5")
    data = path.read_bytes()
    for length in (0, 1, 11, 100, 511, 512, 513, 600, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(InputError, match=r"x.h5"):
            hdf5.open_file(path)
    path.write_bytes(data + b"\0")
    with pytest.raises(InputError, match="damaged"):
        hdf5.open_file(path)


def test_a_file_that_was_changed_on_purpose_can_be_sealed_again(tmp_path):
    path = write(tmp_path / "x.h5")
    with h5py.File(path, "r+") as file:
        file["train/image"][0] = 7
    with pytest.raises(InputError, match="damaged, or changed since it was written"):
        hdf5.open_file(path)
    hdf5.seal(path)
    assert read(path)[0].tolist() == [7, 7, 7]


def test_missing_files_and_other_kinds_of_files(tmp_path):
    for path, cause in ((tmp_path / "x.h5", "no such file"), (tmp_path, "no such file")):
        with pytest.raises(InputError, match=cause):
            hdf5.open_file(path)
    (tmp_path / "x.h5").write_text("text")
    with pytest.raises(InputError, match="is not an HDF5 file"):
        hdf5.open_file(tmp_path / "x.h5")


class Elsewhere:
    """A file that h5py alone wrote, with one thing changed."""

    def __init__(self, folder):
        self.path = folder / "x.h5"
        self.other = folder / "other.h5"
        with h5py.File(self.other, "w") as file:
            file["train/image"] = np.ones((4, 3), "u1")
        (folder / "raw").write_bytes(bytes(12))
        self.raw = folder / "raw"

    def external_link(self, group):
        group["image"] = h5py.ExternalLink(self.other, "/train/image")

    def soft_link(self, group):
        group["real"] = np.ones((4, 3), "u1")
        group["image"] = h5py.SoftLink("/train/real")

    def dangling_link(self, group):
        group["image"] = h5py.SoftLink("/nowhere")

    def external_storage(self, group):
        external = [(str(self.raw), 0, h5py.h5f.UNLIMITED)]
        group.create_dataset("image", (4, 3), "u1", external=external)

    def virtual(self, group):
        layout = h5py.VirtualLayout((4, 3), "u1")
        layout[:] = h5py.VirtualSource(self.other, "train/image", (4, 3))
        group.create_virtual_dataset("image", layout)

    def a_group(self, group):
        group.create_group("image")

    def a_named_type(self, group):
        group["image"] = np.dtype("u1")

    def nothing(self, group):
        pass

    def floats(self, group):
        group["image"] = np.ones((4, 3))

    def signed(self, group):
        group["image"] = np.ones((4, 3), "i1")

    def texts(self, group):
        group["image"] = [["a", "b", "c"]]

    def compound(self, group):
        group["image"] = np.zeros((4, 3), [("a", "u1")])

    def one_axis(self, group):
        group["image"] = np.ones(12, "u1")

    def too_wide(self, group):
        group["image"] = np.ones((4, 4), "u1")

    def a_scalar(self, group):
        group["image"] = np.uint8(1)

    def an_empty_space(self, group):
        group["image"] = h5py.Empty("u1")

    def never_written(self, group):
        group.create_dataset("image", (10**9, 3), "u1", chunks=(1000, 3))

    def partly_written(self, group):
        image = group.create_dataset("image", (40, 3), "u1", chunks=(8, 3))
        image[:8] = 1

    def contiguous_and_never_written(self, group):
        group.create_dataset("image", (10**12, 3), "u1")


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ("external_link", "'image' is a link to elsewhere"),
        ("soft_link", "'image' is a link to elsewhere"),
        ("dangling_link", "'image' is a link to elsewhere"),
        ("external_storage", "the values of '/train/image' lie in another file"),
        ("virtual", "the values of '/train/image' lie in another file"),
        ("a_group", "no dataset '/train/image'"),
        ("a_named_type", "no dataset '/train/image'"),
        ("nothing", "no dataset '/train/image'"),
        ("floats", "holds float64, not uint8"),
        ("signed", "holds int8, not uint8"),
        ("texts", "holds object, not uint8"),
        ("compound", "not uint8"),
        ("one_axis", r"has the shape \(12,\)"),
        ("too_wide", r"has the shape \(4, 4\)"),
        ("a_scalar", r"has the shape \(\)"),
        ("an_empty_space", "'/train/image'"),
        ("never_written", "is not whole: values were never written"),
        ("partly_written", "is not whole: values were never written"),
        ("contiguous_and_never_written", "is not whole: values were never written"),
    ],
)
def test_datasets_from_elsewhere_that_are_refused(tmp_path, what, cause):
    made = Elsewhere(tmp_path)
    with h5py.File(made.path, "w") as file:
        getattr(made, what)(file.create_group("train"))
    with pytest.raises(InputError, match=cause):
        read(made.path)


@pytest.mark.parametrize("what", ["external_link", "soft_link"])
def test_groups_from_elsewhere_that_are_refused(tmp_path, what):
    made = Elsewhere(tmp_path)
    with h5py.File(made.path, "w") as file:
        file["real/image"] = np.ones((4, 3), "u1")
        links = {
            "external_link": h5py.ExternalLink(made.other, "/train"),
            "soft_link": h5py.SoftLink("/real"),
        }
        file["train"] = links[what]
    with pytest.raises(InputError, match="'train' is a link to elsewhere"):
        read(made.path)


def test_a_filter_that_auva_does_not_use_is_refused(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("train")
        group.create_dataset("image", data=np.ones((4, 3), "u1"), chunks=(4, 3), scaleoffset=1)
    with pytest.raises(InputError, match="packed by a filter"):
        read(path)


def test_a_file_from_elsewhere_is_read_where_all_is_right(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["train/image"] = np.arange(12, dtype="u1").reshape(4, 3)
    assert read(path)[-1].tolist() == [9, 10, 11]
    assert len(hdf5.digest(path)) == 64


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("none", str, None),
        ("size", int, "3"),
        ("size", int, 3.0),
        ("size", int, [3, 4]),
        ("size", int, True),
        ("name", str, 3),
        ("name", str, "of variable length"),
        ("names", tuple, ["of", "variable", "length"]),
        ("name", str, [b"\xff"]),
        ("name", str, np.bytes_(b"\xff\xfe")),
        ("names", tuple, "a"),
        ("names", tuple, [1, 2]),
        ("names", tuple, [["a"]]),
        ("name", str, h5py.Empty("S1")),
    ],
)
def test_attributes_of_another_kind(tmp_path, name, kind, value):
    path = write(tmp_path / "x.h5")
    with h5py.File(path, "r+") as file:
        if value is not None:
            file.attrs[name] = value
    hdf5.seal(path)
    with hdf5.open_file(path) as file, pytest.raises(InputError, match=rf"attribute '{name}'"):
        hdf5.attribute(file, name, kind, path)


FULL = """
import sys
from pathlib import Path
import numpy as np
from auva.records import hdf5
path = Path(sys.argv[1])
try:
    with hdf5.create(path) as file:
        image = file.create_dataset("image", (4000, 64, 64), "u1", chunks=(4, 64, 64))
        rng = np.random.default_rng(0)
        for start in range(0, 4000, 100):
            image[start : start + 100] = rng.integers(0, 256, (100, 64, 64), "u1")
            file.check()
except OSError as error:
    print(error.errno, sorted(path.parent.iterdir()))
"""


@pytest.mark.parametrize("limit", [0, 100, 4096, 100_000, 3_000_000, 16_000_000])
def test_a_disk_that_takes_no_more_is_an_error_and_not_the_end_of_the_process(tmp_path, limit):
    """The limit of the size of a file stands for a full disk, at any moment of the writing."""

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "x.h5")],
        preexec_fn=limited,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{errno.EFBIG} []\n"


def test_an_error_of_the_writer_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), hdf5.create(tmp_path / "x.h5") as file:
        file["a"] = np.ones(1000) / (1 // 0)
    assert list(Path(tmp_path).iterdir()) == []
