"""A packed dataset of procedural faces and a run that was really trained on it for a few steps."""

from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

from auva.dataset.schema import SCHEMA, SCHEMA_VERSION
from auva.gan.experiments import expand
from auva.gan.training import train
from auva.units import AU_NAMES, SETS, VA_NAMES


def write_packed(path: Path, faces: dict[str, int], size: int = 28, without: str = "") -> None:
    """Write faces whose stripes tell the AUs; `without` has no positive in the test set."""
    generator = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        file.attrs.update(
            {
                "schema": SCHEMA,
                "schema_version": SCHEMA_VERSION,
                "size": size,
                "au_names": list(AU_NAMES),
                "va_names": list(VA_NAMES),
                "protocol": "identity",
            }
        )
        for name in SETS:
            n = faces[name]
            au = (generator.random((n, 8)) < 0.4).astype("u1")
            if name == "test" and without:
                au[:, AU_NAMES.index(without)] = 0
            image = generator.integers(0, 40, (n, size, size, 3)).astype("u1")
            for i in range(8):
                image[:, 3 * i : 3 * i + 3] += (120 * au[:, i]).astype("u1")[:, None, None, None]
            person = np.arange(n) % 3
            group = file.create_group(name)
            group["image"], group["au"], group["au_mask"] = image, au, np.ones((n, 8), bool)
            group["va"] = np.c_[au[:, 0] - 0.5, au[:, 1] - 0.5].astype("f4")
            group["va_mask"] = np.ones((n, 2), bool)
            group["video"] = np.array([f"{name}-{number}" for number in person], dtype="S32")
            group["identity"] = np.array([f"{name}-{number}" for number in person], dtype="S32")
            group["frame"] = np.arange(1, n + 1, dtype="i4")


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
