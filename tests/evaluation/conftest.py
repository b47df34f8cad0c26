"""A packed dataset of procedural faces and a run that was really trained on it for a few steps."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from auva.dataset.read import FaceSet
from auva.dataset.write import write_faces
from auva.models.gan.training import train
from auva.models.run import expand
from auva.units import SETS, THESIS_NAMES


def write_packed(path: Path, faces: dict[str, int], size: int = 28, without: str = "") -> None:
    """Write faces whose stripes tell the AUs; `without` has no positive in the test set."""
    generator = np.random.default_rng(0)
    sets = {}
    for name in SETS:
        n = faces[name]
        au = (generator.random((n, 8)) < 0.4).astype("u1")
        if name == "test" and without:
            au[:, THESIS_NAMES.index(without)] = 0
        image = generator.integers(0, 40, (n, size, size, 3)).astype("u1")
        for i in range(8):
            image[:, 3 * i : 3 * i + 3] += (120 * au[:, i]).astype("u1")[:, None, None, None]
        va = np.c_[au[:, 0] - 0.5, au[:, 1] - 0.5].astype("f4")
        known = np.ones((n, 8), bool), np.ones((n, 2), bool)
        names = np.array([f"{name}-{3 * row // n}" for row in range(n)], dtype=str)
        frame = np.arange(1, n + 1, dtype="i4")
        sets[name] = FaceSet(image, au, known[0], va, known[1], names, names, frame)
    write_faces(path, sets)


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> SimpleNamespace:
    """A joint run of 12 steps with checkpoints at 0, 4, 8 and 12."""
    folder = tmp_path_factory.mktemp("run")
    packed = folder / "faces_28.h5"
    write_packed(packed, {"train": 60, "validation": 30, "test": 45}, without="AU15")
    experiments = {"vaau_mse": {"kind": "vaau", "va_loss": "mse"}}
    training = {
        "iterations": 12,
        "checkpoint_interval": 4,
        "batch_size": 8,
        "history_interval": 4,
        "tensorboard": False,
    }
    ((key, run),) = expand(experiments, training).items()
    run_dir = folder / key[0] / key[1]
    train(run, packed, run_dir)
    return SimpleNamespace(packed=packed, run=run, run_dir=run_dir, write_packed=write_packed)
