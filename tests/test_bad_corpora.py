"""Corpora at the edge go all the way or end in one clear line, with nothing half written."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import auva.dataset
from auva.alignment.labels import align
from auva.dataset.pack import pack
from auva.errors import InputError
from auva.faces.crops import crop_faces
from auva.faces.selection import select_faces
from auva.records.detections import detections_writer
from auva.records.manifest import read_manifest
from auva.sheet import Recording
from auva.splits.stage import split
from auva.video.conversion import convert

CFG = {"max_extension": 2, "max_gap_seconds": 0.2}


@dataclass
class Corpus:
    """Videos taken from the file to their label tables, with a detected face in every frame."""

    folder: Path
    samples: list[Recording]
    labels: dict[str, Path]
    crops: dict[str, Path]

    def add(self, name: str, person: str, frames: int, rows: int, presence: str = "1") -> None:
        """Take one video through conversion, face choice, crops and alignment.

        `rows` annotation rows say `presence` for AU1; 0 rows: no annotation.
        """
        at = self.folder / name
        source = at.with_suffix(".mkv")
        with av.open(str(source), "w") as container:
            stream = container.add_stream("libx264", rate=Fraction(30))
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for number in range(frames):
                picture = np.full((48, 64, 3), 60 + number, np.uint8)
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 30)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        mp4, manifest = at.with_suffix(".mp4"), self.folder / f"{name}.frames.csv"
        convert(source, mp4, manifest, {"fps": 30, "crf": 18, "preset": "ultrafast"})
        detections = self.folder / f"{name}.detections.csv"
        with detections_writer(detections) as write:
            for number in read_manifest(manifest)["frame"]:
                write(number, "full", [(2.0, 10, 5, 40, 35)])
        track = self.folder / f"{name}.track.csv"
        select_faces(detections, manifest, track, {"min_track_frames": 1})
        self.crops[name] = self.folder / f"{name}.crops.h5"
        crop_faces(mp4, track, self.crops[name], self.folder / f"{name}.png", {"size": 28})
        au, va = self.folder / f"{name}.au.txt", self.folder / f"{name}.va.txt"
        line = " ".join([presence, presence, *["0 0"] * 7])
        au.write_text("".join(f"{n} {line}\n" for n in range(1, rows + 1)))
        va.write_text("valence,arousal\n" + "0.5,0.25\n" * rows)
        self.labels[name] = self.folder / f"{name}.labels.csv"
        report = self.folder / f"{name}.labels.json"
        files = ([au], [va]) if rows else ([], [])
        align(name, manifest, track, *files, self.labels[name], report, CFG)
        own = Recording(name, person, "unknown", group=person, annotated=bool(rows))
        self.samples.append(own)

    def split(self, **cfg) -> Path:
        out = self.folder / "split.csv"
        split(self.samples, self.labels, out, self.folder / "split.json", cfg, 1)
        return out


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus(tmp_path, [], {}, {})


def test_videos_of_one_frame_go_all_the_way(corpus: Corpus) -> None:
    for name in ("ann", "bob", "cy"):
        corpus.add(f"{name}-1", name, frames=1, rows=1)
    table = corpus.split(folds=0)
    packed = corpus.folder / "faces.h5"
    pack(table, corpus.samples, corpus.crops, corpus.labels, packed, 28, {})
    assert auva.dataset.sizes(packed) == {"train": 1, "validation": 1, "test": 1}
    (value,) = auva.dataset.load(packed, "test").va
    assert value.tolist() == [0.5, 0.25]


@pytest.mark.parametrize("rows", [7, 13])
def test_an_annotation_of_another_length_names_file_and_both_counts(
    corpus: Corpus, rows: int
) -> None:
    cause = rf"ann-1\.au\.txt: {rows} rows for 10 frames of the converted video"
    with pytest.raises(InputError, match=cause):
        corpus.add("ann-1", "ann", frames=10, rows=rows)
    assert not (corpus.folder / "ann-1.labels.csv").exists()
    assert not (corpus.folder / "ann-1.labels.json").exists()


@pytest.mark.parametrize(
    ("rows", "presence", "reason", "hint"),
    [
        (0, "0", "not labelled 12", "no video has an annotation in the sample sheet"),
        (4, "0", "no Action Unit 12", r"dataset\.keep_frames_without_au: true"),
    ],
)
def test_a_corpus_without_a_selected_frame_cannot_be_split(
    corpus: Corpus, rows: int, presence: str, reason: str, hint: str
) -> None:
    for name in ("ann", "bob", "cy"):
        corpus.add(name, name, frames=4, rows=rows, presence=presence)
    told = rf"nothing to split \(12 frames: {reason}\); {hint}"
    with pytest.raises(InputError, match=told):
        corpus.split()
    assert not (corpus.folder / "split.csv").exists()
    assert not (corpus.folder / "split.json").exists()


def test_one_person_in_all_videos_and_fewer_people_than_folds(
    corpus: Corpus, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        corpus.add(f"v{number}", "ann", frames=2, rows=2)
    with pytest.raises(InputError, match="show 1 person: no split into 3 sets without a person"):
        corpus.split(folds=0)
    corpus.samples = [
        Recording(row.id, name, "unknown", group=name)
        for row, name in zip(corpus.samples, ("ann", "bob", "cy"), strict=True)
    ]
    rows = corpus.split(folds=4).read_text().split()[1:]
    assert sorted(row.rpartition(",")[2] for row in rows) == ["1", "2", "3"]
    told = "auva: splits.folds is 4, but the selected frames show 3 people: 3 folds of one each"
    assert told in caplog.messages
