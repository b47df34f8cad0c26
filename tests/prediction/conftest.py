"""A run of four steps with a hand-made choice, and the files of a short video."""

import json
from types import SimpleNamespace

import h5py
import numpy as np
import pandas as pd
import pytest

from auva.dataset.schema import SCHEMA, SCHEMA_VERSION
from auva.gan.experiments import expand
from auva.gan.training import train
from auva.units import AU_NAMES, SETS, VA_NAMES


def write_packed(path, n):
    """Noise faces, all in the training set."""
    generator = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        file.attrs.update(schema=SCHEMA, schema_version=SCHEMA_VERSION, size=28)
        file.attrs.update(au_names=AU_NAMES, va_names=VA_NAMES, protocol="identity")
        for name in SETS:
            rows = n if name == "train" else 0
            group = file.create_group(name)
            group["image"] = generator.integers(0, 256, (rows, 28, 28, 3), np.uint8)
            group["au"] = generator.integers(0, 2, (rows, 8), np.uint8)
            group["au_mask"], group["va_mask"] = np.ones((rows, 8), bool), np.ones((rows, 2), bool)
            group["va"] = generator.uniform(-1, 1, (rows, 2)).astype("f4")
            group["video"] = group["identity"] = np.full(rows, "someone", "S7")
            group["frame"] = np.arange(rows, dtype="i4")


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Joint run whose iteration 2 is the held-out one, with thresholds near its probabilities."""
    folder = tmp_path_factory.mktemp("prediction")
    packed = folder / "faces_28.h5"
    write_packed(packed, 20)
    training = {
        "iterations": 4,
        "checkpoint_interval": 2,
        "batch_size": 4,
        "tensorboard": False,
    }
    runs = {}
    for name, entry in {
        "vaau_mse": {"kind": "vaau", "va_loss": "mse"},
        "va_mse": {"kind": "va", "va_loss": "mse"},
    }.items():
        ((key, run),) = expand({name: entry}, training).items()
        runs[name] = folder / key[0] / key[1]
        train(run, packed, runs[name])
        rows = [("threshold", au, 0.48 + number / 100) for number, au in enumerate(AU_NAMES)]
        rows = rows if entry["kind"] == "vaau" else []
        table = pd.DataFrame([*rows, ("people", "all", 3)], columns=["metric", "target", "value"])
        table.insert(0, "iteration", 2)
        table.to_csv(runs[name] / "held_out.csv", index=False)
    return SimpleNamespace(joint=runs["vaau_mse"], affect=runs["va_mse"])


@pytest.fixture
def video(tmp_path):
    """Crops, track and manifest of nine frames; frames 4 and 9 have no face."""
    frames, size = 9, 40
    kept = np.array([1, 2, 3, 5, 6, 7, 8])
    generator = np.random.default_rng(1)
    image = generator.integers(0, 256, (len(kept), size, size, 3), np.uint8)
    with h5py.File(tmp_path / "crops.h5", "w") as file:
        file["image"], file["frame"] = image, kept
    face = np.isin(np.arange(1, frames + 1), kept)
    track = pd.DataFrame(
        {
            "frame": np.arange(1, frames + 1),
            "status": np.where(face, "face", "none"),
            "reason": np.where(face, "only candidate", "no detection"),
        }
    )
    for number, side in enumerate(("left", "top", "right", "bottom")):
        track[side] = np.where(face, 10 + 5 * number, np.nan)
    track.to_csv(tmp_path / "track.csv", index=False)
    manifest = pd.DataFrame({"frame": np.arange(1, frames + 1), "time": np.arange(frames) / 30})
    manifest["source_frame"] = np.arange(frames) * 24 // 30
    manifest["source_time"] = manifest["source_frame"] / 24
    manifest.to_csv(tmp_path / "v.frames.csv", index=False, float_format="%.6f")
    source = pd.DataFrame({"source_frame": np.arange(8), "source_time": np.arange(8) / 24})
    source.to_csv(tmp_path / "v.source.csv", index=False, float_format="%.6f")
    files = (tmp_path / "crops.h5", tmp_path / "track.csv", tmp_path / "v.frames.csv")
    return SimpleNamespace(
        files=files, image=image, kept=kept, face=face, timestamps=tmp_path / "v.source.csv"
    )


@pytest.fixture
def damage(tmp_path):
    """Write text over a file."""

    def over(path, text):
        path.write_text(text if isinstance(text, str) else json.dumps(text))

    return over
