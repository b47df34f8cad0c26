"""A run of four steps with a hand-made choice, and the files of a short video."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from auva.dataset.read import FaceSet
from auva.dataset.write import write_faces
from auva.models.gan.training import train
from auva.models.run import expand
from auva.records.chosen import Chosen, Counts, write_chosen
from auva.records.crops import write_crops
from auva.records.manifest import MANIFEST, TIMESTAMPS
from auva.records.table import write_table
from auva.records.track import track_writer
from auva.units import THESIS_NAMES


def write_packed(path, n):
    """Noise faces, all in the training set."""
    generator = np.random.default_rng(0)
    image = generator.integers(0, 256, (n, 28, 28, 3), np.uint8)
    au = generator.integers(0, 2, (n, 8), np.uint8)
    va = generator.uniform(-1, 1, (n, 2)).astype("f4")
    known = np.ones((n, 8), bool), np.ones((n, 2), bool)
    names, frame = np.full(n, "someone"), np.arange(1, n + 1, dtype="i4")
    faces = FaceSet(image, au, known[0], va, known[1], names, names, frame)
    write_faces(path, {"train": faces})


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
        thresholds = {au: 0.48 + number / 100 for number, au in enumerate(THESIS_NAMES)}
        chosen = Chosen(
            iteration=2,
            thresholds=thresholds if "au" in run.tasks else {},
            remarks={},
            scoring={"statistics": "recalibrated"},
            criterion=None,
            note="",
            fixed_threshold=0.5,
            confidence=0.95,
            counts=Counts(3, 10, 10, 10, 3),
        )
        write_chosen(runs[name] / "chosen.json", chosen)
    return SimpleNamespace(joint=runs["vaau_mse"], affect=runs["va_mse"])


@pytest.fixture
def video(tmp_path):
    """Crops, track and manifest of nine frames; frames 4 and 9 have no face."""
    frames, size = 9, 40
    kept = np.array([1, 2, 3, 5, 6, 7, 8])
    generator = np.random.default_rng(1)
    image = generator.integers(0, 256, (len(kept), size, size, 3), np.uint8)
    squares = np.tile(np.array([10, 15, 20, 25], np.int32), (len(kept), 1))
    write_crops(tmp_path / "crops.h5", "v", size, kept, squares, 0.0, image)
    face = np.isin(np.arange(1, frames + 1), kept)
    with track_writer(tmp_path / "track.csv") as write:
        for kept_here in face:
            if kept_here:
                write("only candidate", 1, 2.0, (10, 15, 20, 25))
            else:
                write("no detection", 0)
    manifest = pd.DataFrame({"frame": np.arange(1, frames + 1), "time": np.arange(frames) / 30})
    manifest["source_frame"] = np.arange(frames) * 24 // 30
    manifest["source_time"] = manifest["source_frame"] / 24
    write_table(tmp_path / "v.frames.csv", list(MANIFEST), manifest, "%.6f")
    source = pd.DataFrame({"source_frame": np.arange(8), "source_time": np.arange(8) / 24})
    source["player_time"] = source["source_time"]
    write_table(tmp_path / "v.source.csv", list(TIMESTAMPS), source, "%.6f")
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
