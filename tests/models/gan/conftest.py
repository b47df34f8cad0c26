"""A small packed dataset and quick settings for the tests of the GANs."""

import numpy as np
import pytest

from auva.dataset.read import FaceSet
from auva.dataset.write import write_faces

QUICK = {
    "iterations": 12,
    "checkpoint_interval": 5,
    "batch_size": 4,
    "history_interval": 3,
    "samples": 4,
    "recalibration_images": 16,
    "tensorboard": False,
}


def faces(rng, count, size=28):
    """Pictures in which each Action Unit lights its own patch, and affect the background."""
    au = (rng.random((count, 8)) < 0.4).astype(np.uint8)
    va = rng.uniform(-1, 1, (count, 2)).astype(np.float32)
    image = rng.integers(0, 40, (count, size, size, 3), np.uint8)
    image[..., 0] += np.uint8(60 * (va[:, :1, None] + 1))
    image[..., 1] += np.uint8(60 * (va[:, 1:, None] + 1))
    for unit in range(8):
        row, column = divmod(unit, 3)
        patch = (slice(2 + 9 * row, 8 + 9 * row), slice(2 + 9 * column, 8 + 9 * column))
        image[:, *patch, :] += np.uint8(120) * au[:, unit, None, None, None]
    return image, au, va


def write_packed(path, counts, size=28, seed=0):
    rng = np.random.default_rng(seed)
    sets = {}
    for part, count in counts.items():
        image, au, va = faces(rng, count, size)
        known = np.full(au.shape, part != "unlabelled"), np.full(va.shape, part != "unlabelled")
        names = np.full(count, part)
        frame = np.arange(1, count + 1, dtype=np.int32)
        sets[part] = FaceSet(image, au, known[0], va, known[1], names, names, frame)
    write_faces(path, sets)
    return path


@pytest.fixture(scope="session")
def faces_h5(tmp_path_factory):
    """Packed faces: 40 to train, 8 to validate, 12 to test."""
    path = tmp_path_factory.mktemp("gan") / "faces_28.h5"
    return write_packed(path, {"train": 40, "validation": 8, "test": 12})


@pytest.fixture(scope="session")
def half_labelled_h5(tmp_path_factory):
    """The same faces, and 20 without labels."""
    path = tmp_path_factory.mktemp("gan") / "faces_28.h5"
    return write_packed(path, {"train": 40, "validation": 8, "test": 12, "unlabelled": 20})


@pytest.fixture(scope="session")
def large_faces_h5(tmp_path_factory):
    """Packed faces of 64 pixels."""
    path = tmp_path_factory.mktemp("gan") / "faces_64.h5"
    return write_packed(path, {"train": 20, "validation": 4, "test": 4}, 64)


@pytest.fixture(scope="session")
def make_run():
    """Build the settings of one run: `make_run("vaau", va_loss="ccc", alpha=1, iterations=3)`."""
    from auva.models.run import expand

    def make(kind, *, va_loss=None, training=None, **axes):
        entry = {"kind": kind, "grid": [{axis: [value] for axis, value in axes.items()}]}
        if va_loss:
            entry["va_loss"] = va_loss
        entry["training"] = {**QUICK, **(training or {})}
        (run,) = expand({kind: entry}, {}).values()
        return run

    return make
