"""The whole way from videos to labels on real faces, against the truth of how they were made."""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from auva.alignment.labels import align
from auva.faces.detection import detect_faces
from auva.faces.selection import select_faces
from auva.records.manifest import read_manifest
from auva.units import THESIS_NAMES
from auva.video.conversion import convert
from auva.video.reader import FrameReader

VIDEO = {"fps": 30, "crf": 18, "preset": "veryfast"}
DETECTOR = {"name": "dpm", "mode": "pruned", "threshold": 1.0, "overlap": 0.3, "greyscale": True}


class Result(NamedTuple):
    video: str
    path: Path
    frames: int
    manifest: pd.DataFrame
    track: pd.DataFrame
    labels: pd.DataFrame
    truth: pd.DataFrame


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


@pytest.fixture(scope="module")
def results(london: Path, dpm_model: Path, tmp_path_factory) -> list[Result]:
    folder = tmp_path_factory.mktemp("london")
    done = []
    for row in rows(london / "videos.tsv"):
        video = row["video"]
        files = {
            name: folder / f"{video}.{name}"
            for name in ("mp4", "frames.csv", "detections.csv", "track.csv", "csv", "json")
        }
        convert(london / row["path"], files["mp4"], files["frames.csv"], VIDEO)
        detect_faces(files["mp4"], files["detections.csv"], DETECTOR, dpm_model, 1)
        select_faces(files["detections.csv"], files["frames.csv"], files["track.csv"], {})
        tables = files["frames.csv"], files["track.csv"]
        annotations = [london / row["au"]], [london / row["va"]]
        align(video, *tables, *annotations, files["csv"], files["json"], {})
        with FrameReader(files["mp4"]) as reader:
            frames = len(reader)
        truth = pd.read_csv(london / "truth" / f"{video}.csv")
        read = (
            read_manifest(files["frames.csv"]),
            *map(pd.read_csv, (files["track.csv"], files["csv"])),
        )
        done.append(Result(video, files["mp4"], frames, *read, truth))
    return done


@pytest.mark.slow
def test_counts_agree_everywhere(results: list[Result], london: Path) -> None:
    features = {row["video"]: row for row in rows(london / "truth" / "features.tsv")}
    assert len(results) == len(features) == 14
    for one in results:
        assert one.frames == len(one.manifest) == len(one.track) == len(one.labels), one.video
        assert abs(one.frames - len(one.truth)) <= (1 if one.video == "video11" else 0), one.video
        source = int(features[one.video]["frames"])
        assert one.manifest["source_frame"].max() <= source - 1, one.video
        assert one.labels["frame"].tolist() == list(range(1, one.frames + 1))


@pytest.mark.slow
def test_kept_boxes_contain_the_true_centre(results: list[Result]) -> None:
    kept = inside = visible = found = 0
    for one in results:
        count = min(len(one.track), len(one.truth))
        track, truth = one.track[:count], one.truth[:count]
        face = track["status"] == "face"
        centre = track["left"].le(truth["cx"]) & truth["cx"].lt(track["right"])
        centre &= track["top"].le(truth["cy"]) & truth["cy"].lt(track["bottom"])
        kept, inside = kept + face.sum(), inside + (face & centre).sum()
        visible += truth["face_present"].sum()
        found += (face & (truth["face_present"] == 1)).sum()
        corner = track["left"].le(truth["d_cx"]) & truth["d_cx"].lt(track["right"])
        corner &= track["top"].le(truth["d_cy"]) & truth["d_cy"].lt(track["bottom"])
        assert not (face & corner & ~centre).any(), f"{one.video}: the face in the corner"
    assert inside >= 0.99 * kept
    assert found >= 0.98 * visible


@pytest.mark.slow
def test_labels_agree_with_the_truth(results: list[Result]) -> None:
    wrong = total = 0
    for one in results:
        count = min(len(one.labels), len(one.truth))
        labels, truth = one.labels[:count], one.truth[:count]
        assert (labels[list(THESIS_NAMES)] == truth[list(THESIS_NAMES)]).all(axis=None), one.video
        error = (labels[["valence", "arousal"]] - truth[["valence", "arousal"]]).abs()
        wrong += int((~(error <= 0.08)).any(axis=1).sum())
        total += count
    assert wrong <= 0.01 * total


@pytest.mark.slow
def test_selected_frames_are_those_with_a_face_and_an_action_unit(results: list[Result]) -> None:
    for one in results:
        labels = one.labels
        expected = (labels["status"] == "face") & labels[list(THESIS_NAMES)].any(axis=1)
        assert np.array_equal(labels["selected"] == 1, expected), one.video
