"""A small made-up corpus on disk: label tables and crops, as the earlier stages write them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from auva.records import labels as records
from auva.records.crops import write_crops
from auva.records.split import Place, write_split
from auva.sheet import Recording
from auva.units import THESIS_NAMES


@dataclass(frozen=True)
class Corpus:
    samples: list[Recording]
    labels: dict[str, Path]
    crops: dict[str, Path]
    folder: Path

    def split(self, rows: list[tuple[str, str, str, int]]) -> Path:
        path = self.folder / "split.csv"
        write_split(path, {video: Place(*place) for video, *place in rows})
        return path

    @property
    def people(self) -> list[Recording]:
        return self.samples


def write_labels(path: Path, rng: np.random.Generator, frames: int, with_face: float) -> np.ndarray:
    """Write a label table with missing values and return the frames with a face."""
    face = rng.random(frames) < with_face
    table: dict[str, object] = {"frame": np.arange(1, frames + 1)}
    present = rng.random((frames, 8)) < 0.2
    known = rng.random((frames, 8)) < 0.9
    for column, name in enumerate(THESIS_NAMES):
        cells = np.where(present[:, column], "1", "0")
        table[name] = np.where(known[:, column], cells, "")
    for name in ("valence", "arousal"):
        cells = np.char.mod("%.4f", rng.uniform(-1, 1, frames))
        table[name] = np.where(rng.random(frames) < 0.9, cells, "")
    table["status"] = np.where(face, "face", "none")
    table["reason"] = np.where(face, "only candidate", "no detection")
    table["selected"] = (face & (present & known).any(1)).astype(int)
    grades = np.random.default_rng(frames)
    for name in THESIS_NAMES:
        cells = np.char.mod("%.2f", grades.uniform(0, 5, frames))
        table[f"{name}_intensity"] = np.where(grades.random(frames) < 0.5, cells, "")
    records.write_labels(path, pd.DataFrame(table))
    return np.flatnonzero(face) + 1


@pytest.fixture
def make_corpus(tmp_path: Path) -> Callable[..., Corpus]:
    """Return a maker of corpora: videos, people, frames per video, size of the crops."""

    def make(videos: int = 6, people: int = 5, frames: int = 40, size: int = 32) -> Corpus:
        rng = np.random.default_rng(7)
        samples, labels, crops = [], {}, {}
        for number in range(videos):
            name = f"video{number:02d}"
            person = f"Zoë {number % people}"
            sex = "female" if number % people % 2 else "male"
            samples.append(Recording(name, person, sex, group=person, annotators=(1, 1)))
            labels[name] = tmp_path / f"{name}.csv"
            crops[name] = tmp_path / f"{name}.crops.h5"
            faces = write_labels(labels[name], rng, frames, 0.8)
            image = rng.integers(0, 256, (len(faces), size, size, 3), np.uint8)
            squares = np.tile(np.array([0, 0, size, size], np.int32), (len(faces), 1))
            write_crops(crops[name], name, size, faces.astype(np.int64), squares, 0.1, image)
        return Corpus(samples, labels, crops, tmp_path)

    return make
