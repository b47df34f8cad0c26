"""The files between stages, small ones: how they are written, and read as the next stage reads."""

import dataclasses
import itertools
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from auva.agreement.table import COLUMNS as AGREEMENT
from auva.agreement.table import read_agreement
from auva.alignment.timing import timeline
from auva.dataset.read import FaceSet, check_people, load
from auva.dataset.write import write_faces
from auva.errors import InputError
from auva.models.gan.digits import load_digits, write_digits
from auva.models.run import Run, expand
from auva.records.bootstrap import Samples, read_bootstrap, write_bootstrap
from auva.records.certificate import IN_A_SET, read_certificate
from auva.records.checkpoints import checkpoint_name, read_checkpoints, write_checkpoints
from auva.records.chosen import Chosen, Counts, read_chosen, write_chosen
from auva.records.cost import Cost, read_cost, write_cost
from auva.records.crops import Crops, write_crops
from auva.records.detections import detections_writer, read_boxes
from auva.records.history import read_history, write_history
from auva.records.labels import read_labels, write_labels
from auva.records.manifest import MANIFEST, TIMESTAMPS, read_manifest, read_timestamps
from auva.records.predictions import prediction_columns, read_predictions, write_predictions
from auva.records.quality import QUALITY, read_quality, write_quality
from auva.records.report import read_report, write_report
from auva.records.run import read_run, write_run
from auva.records.scores import read_held_out, read_scores, write_held_out, write_scores
from auva.records.split import Place, read_split, write_split
from auva.records.table import write_table
from auva.records.track import read_track, track_writer
from auva.units import SETS, THESIS_NAMES

if TYPE_CHECKING:
    from auva.models.gan.training import Training

FRAMES = 6
SIZE = 8


@dataclass(frozen=True)
class StageFile:
    """A file between stages.

    Attributes
    ----------
    name : str
        Its place below the folder of the test.
    write : callable
        Writes it, and what belongs to it, into a folder.
    read : callable
        Reads it in a folder as the next stage does, to the last value.
    """

    name: str
    write: Callable[[Path], object]
    read: Callable[[Path], object]

    def known(self, folder: Path) -> object:
        """Write the file, and return what it says."""
        self.write(folder)
        return flat(self.read(folder))

    def outcome(self, folder: Path, data: bytes, known: object) -> str:
        """Give the file other bytes and tell what becomes of it.

        Returns
        -------
        str
            "refused" in one line that begins with the path of the
            file or of one beside it, "same" as the `known` content, or
            "different". Any other exception is raised.
        """
        path = folder / self.name
        path.write_bytes(data)
        # Another time for each content: sealed files are verified once.
        os.utime(path, ns=(next(_TIMES), next(_TIMES)))
        try:
            found = flat(self.read(folder))
        except InputError as error:
            line = str(error)
            # What belongs to the file may be what no longer fits it.
            if line.startswith(str(folder)) and "\n" not in line:
                return "refused"
            raise AssertionError(f"names another file than {path}: {line}") from error
        return "same" if found == known else "different"


_TIMES = itertools.count(10**18)


def flat(value: object) -> object:
    """Return what was read as a value that compares by `==`."""
    if isinstance(value, pd.DataFrame):
        return [(name, flat(value[name].to_numpy())) for name in value]
    if isinstance(value, np.ndarray):
        return (
            str(value.dtype),
            value.shape,
            value.tolist() if value.dtype == object else (value.tobytes()),
        )
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [flat(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return [(key, flat(entry)) for key, entry in value.items()]
    if isinstance(value, list | tuple):
        return [flat(entry) for entry in value]
    return value if isinstance(value, str) else repr(value)


def _boxes(folder: Path) -> None:
    with detections_writer(folder / "v.detections.csv") as write:
        for frame in range(1, FRAMES + 1):
            boxes = [(5.0 - k, 10 * k, 2, 10 * k + 9, 12) for k in range(frame % 3)]
            write(frame, "whole", boxes)


def _track(folder: Path) -> None:
    with track_writer(folder / "v.track.csv") as write:
        for frame in range(1, FRAMES + 1):
            if frame == 3:
                write("no detection", 0)
            else:
                write("only candidate", 1, 4.5, (1, 2, 11, 12), "jump+small" * (frame == 5))


def _times(folder: Path) -> None:
    frame = np.arange(1, FRAMES + 1)
    source = (frame - 1) // 2 * 2
    manifest = {"frame": frame, "time": (frame - 1) / 30, "source_frame": source}
    manifest["source_time"] = source / 60
    number = np.arange(FRAMES)
    stamps = {"source_frame": number, "source_time": number / 60, "player_time": number / 60 + 0.1}
    write_table(folder / "v.frames.csv", tuple(MANIFEST), pd.DataFrame(manifest))
    write_table(folder / "v.source.csv", tuple(TIMESTAMPS), pd.DataFrame(stamps))


def _timing(folder: Path) -> object:
    manifest = read_manifest(folder / "v.frames.csv")
    stamps = read_timestamps(folder / "v.source.csv", manifest)
    return manifest, stamps, timeline(manifest, stamps)


def _labels(folder: Path) -> None:
    rng = np.random.default_rng(1)
    table: dict[str, Any] = {"frame": np.arange(1, FRAMES + 1)}
    for name in THESIS_NAMES:
        table[name] = pd.array(rng.integers(0, 2, FRAMES), "Int64")
        table[name][2] = pd.NA
    table |= {"valence": rng.uniform(-1, 1, FRAMES), "arousal": np.full(FRAMES, np.nan)}
    table |= {"status": ["face"] * 5 + ["none"], "reason": ["only candidate"] * 5 + ["no box, no"]}
    write_labels(folder / "v.csv", pd.DataFrame({**table, "selected": [1] * 5 + [0]}))


def _report(folder: Path) -> None:
    entry = {"file": "a.txt", "frames_of": "original", "rows": 9, "extended": 1, "cropped": 0}
    entry |= {"left_out": ["'speech'"], "other_units": {"AU7": 2}, "read_as": []}
    page = {"video": "v", "source_frames": 6, "converted_frames": 6, "start": 0.1}
    page |= {"largest_time_error_ms": 1.5, "missing_pictures": 0, "longest_frozen_run": 2}
    write_report(folder / "v.json", {**page, "au": [entry], "va": [entry, entry]})


_PLACES = {f"v{k}": Place(f"p{k}", SETS[k % 3], k % 2) for k in range(5)}


def _certificate(folder: Path) -> None:
    counts = dict.fromkeys(IN_A_SET, 3)
    page = {
        "people_in_two_sets": 0,
        "sets": {name: {**counts, "au": dict.fromkeys(THESIS_NAMES, 2)} for name in SETS},
        "test_against_rest": {"largest_au_gap": 0.125},
        "folds": [],
    }
    (folder / "split.json").write_text(json.dumps(page, indent=2) + "\n")


def _scores(folder: Path) -> None:
    value = [0.5, np.nan, 0.25]
    table = {"iteration": [0, 0, 5], "set": ["validation", "test", "test"], "metric": "f1"}
    table |= {"target": ["AU1", "AU2", "AU2"], "value": value, "note": ["", "no positive", ""]}
    write_scores(folder / "scores.csv", pd.DataFrame(table))
    edges = {"low": [0.4, np.nan, 0.2], "high": [0.6, np.nan, 0.3]}
    held = {**table, **edges, "iteration": 5, "target": ["AU1", "AU2", "AU4"]}
    write_held_out(folder / "held_out.csv", pd.DataFrame(held))


def _chosen(folder: Path) -> None:
    chosen = Chosen(
        iteration=5,
        thresholds={"AU1": 0.25, "AU2": 0.5},
        remarks={"AU2": "not tuned"},
        scoring={"statistics": "recalibrated"},
        criterion=0.5,
        note="",
        fixed_threshold=0.5,
        confidence=0.95,
        counts=Counts(2, 3, 4, 4, 2),
    )
    write_chosen(folder / "chosen.json", chosen)


def _cost(folder: Path) -> None:
    write_cost(folder / "cost.json", Cost(1.5, 7))


def _bootstrap(folder: Path) -> None:
    scores = {"f1_mean": np.array([0.5, np.nan, 0.25]), "auc_mean": np.array([0.75, 0.5, 0.5])}
    write_bootstrap(folder / "bootstrap.csv", Samples("0f3a", scores))


def _predictions(folder: Path) -> None:
    table: dict[str, Any] = dict.fromkeys(prediction_columns(()), 0.5)
    table |= {"frame": np.arange(1, FRAMES + 1), "time": np.arange(FRAMES) / 30, "valence": np.nan}
    table |= {"status": "face", "reason": "only candidate"}
    write_predictions(folder / "predictions.csv", pd.DataFrame(table))


def _quality(folder: Path) -> None:
    rows = {**{key: [0.5, 0.25] for key in QUALITY}, "iteration": [0, 5], "collapsed": [0, 1]}
    write_quality(folder / "quality.csv", pd.DataFrame({**rows, "images": [4, 4]}))


def _agreement(folder: Path) -> None:
    rows = {**{key: [0.5, np.nan] for key in AGREEMENT}, "video": ["v", "all videos"]}
    rows |= {"target": ["AU1", "AU1"], "annotators": [2, 3], "frames": [6, 0]}
    write_table(folder / "agreement.csv", tuple(AGREEMENT), pd.DataFrame(rows))


def _crops(folder: Path) -> None:
    frames = np.array([1, 2, 4, 5], np.int64)
    squares = np.tile(np.array([0, 0, 9, 9], np.int32), (4, 1))
    image = np.random.default_rng(2).integers(0, 256, (4, SIZE, SIZE, 3), np.uint8)
    write_crops(folder / "v.crops.h5", "v", SIZE, frames, squares, 0.0, image)


def _cropped(folder: Path) -> object:
    with Crops(folder / "v.crops.h5", FRAMES) as crops:
        return crops.video, crops.size, crops.frame, crops.faces(0, len(crops))


def face_set(name: str, rows: int = 5, size: int = SIZE) -> FaceSet:
    """Faces of two people, each in a video of their own."""
    rng = np.random.default_rng(len(name))
    who = np.repeat([f"{name}-a", f"{name}-b"], [rows - 2, 2])
    frame = np.array([*range(1, rows - 1), 1, 2], np.int32)
    return FaceSet(
        image=rng.integers(0, 256, (rows, size, size, 3), np.uint8),
        au=rng.integers(0, 2, (rows, 8), np.uint8),
        au_mask=np.ones((rows, 8), bool),
        va=rng.uniform(-1, 1, (rows, 2)).astype(np.float32),
        va_mask=rng.random((rows, 2)) < 0.8,
        video=who,
        identity=who,
        frame=frame,
    )


def _faces(folder: Path) -> None:
    write_faces(folder / "faces.h5", {name: face_set(name) for name in SETS}, bound_people=[["x"]])


def _packed(folder: Path) -> object:
    path = folder / "faces.h5"
    check_people(path)
    return [load(path, name, SIZE) for name in SETS]


def _digits(folder: Path) -> None:
    rng = np.random.default_rng(3)
    pictures = rng.integers(0, 256, (6, SIZE, SIZE, 1), np.uint8), rng.integers(0, 10, 6, np.uint8)
    write_digits(folder / "mnist.h5", "mnist", {"train": pictures, "test": pictures})


def _digits_read(folder: Path) -> object:
    return [load_digits(folder / "mnist.h5", part, SIZE) for part in ("train", "test")]


def small_run() -> Run:
    """Return the settings of a run of a few steps with small networks."""
    training = {
        "iterations": 4,
        "checkpoint_interval": 4,
        "batch_size": 2,
        "history_interval": 2,
        "samples": 2,
        "recalibration_images": 4,
        "discriminator_average": 0.5,
        "tensorboard": False,
        "keep_state": True,
    }
    (run,) = expand({"au": {"kind": "au", "grid": [{}]}}, training).values()
    return run


@cache
def trained() -> dict[str, bytes]:
    """Return the files of a run that was really trained, by name; and the faces behind it."""
    from auva.models.gan.training import train

    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        faces = {name: face_set(name, size=small_run().image_size) for name in SETS}
        write_faces(folder / "faces.h5", faces)
        train(small_run(), folder / "faces.h5", folder, device="cpu")
        names = [checkpoint_name(4), "state.safetensors", "config.json", "faces.h5"]
        return {name: (folder / name).read_bytes() for name in names}


def _run(folder: Path) -> None:
    for name, data in trained().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    write_checkpoints(folder, [4])


def _checkpoint(folder: Path) -> object:
    from auva.models.gan.scoring import load_discriminator, load_generator

    generator = load_generator(folder, 4)
    discriminator = load_discriminator(folder, 4)
    return [
        {name: tensor.numpy() for name, tensor in network.state_dict().items()}
        for network in (generator, discriminator.network)
    ]


def _state(folder: Path) -> object:
    from auva.models.state import load_state

    training = _training(folder / "faces.h5")
    path = folder / "state.safetensors"
    found = load_state(path, training.digest, training.settings["iterations"])
    if found is None:  # told in the log; the training begins anew
        raise InputError("belongs to other settings", path)
    training.take(*found, path)
    both = training.networks.generator, training.networks.discriminator
    weights = [{name: value.numpy() for name, value in each.state_dict().items()} for each in both]
    return weights, training.step, training.sampler.position, training.history.rows


@cache
def _training(faces: Path) -> "Training":
    import torch

    from auva.models.gan.training import Training

    return Training(small_run(), faces, faces.parent, torch.device("cpu"))


STAGE_FILES = [
    StageFile("v.frames.csv", _times, _timing),
    StageFile("v.source.csv", _times, _timing),
    StageFile("v.detections.csv", _boxes, lambda f: read_boxes(f / "v.detections.csv", FRAMES)),
    StageFile("v.track.csv", _track, lambda f: read_track(f / "v.track.csv", FRAMES)),
    StageFile("v.csv", _labels, lambda f: read_labels(f / "v.csv")),
    StageFile("v.json", _report, lambda f: read_report(f / "v.json")),
    StageFile(
        "split.csv",
        lambda f: write_split(f / "split.csv", _PLACES),
        lambda f: read_split(f / "split.csv", _PLACES),
    ),
    StageFile("split.json", _certificate, lambda f: read_certificate(f / "split.json")),
    StageFile(
        "history.csv",
        lambda f: write_history(f / "history.csv", ("a", "b"), [(2, 0.5, np.nan), (4, 1e9, 0)]),
        lambda f: read_history(f / "history.csv"),
    ),
    StageFile("scores.csv", _scores, lambda f: read_scores(f / "scores.csv")),
    StageFile("held_out.csv", _scores, lambda f: read_held_out(f / "held_out.csv")),
    StageFile("chosen.json", _chosen, lambda f: read_chosen(f / "chosen.json")),
    StageFile("cost.json", _cost, lambda f: read_cost(f / "cost.json")),
    StageFile("bootstrap.csv", _bootstrap, lambda f: read_bootstrap(f / "bootstrap.csv")),
    StageFile("quality.csv", _quality, lambda f: read_quality(f / "quality.csv")),
    StageFile("predictions.csv", _predictions, lambda f: read_predictions(f / "predictions.csv")),
    StageFile("agreement.csv", _agreement, lambda f: read_agreement(f / "agreement.csv")),
    StageFile("config.json", lambda f: write_run(f, small_run()), read_run),
    StageFile("checkpoints.csv", _run, read_checkpoints),
    StageFile(checkpoint_name(4), _run, _checkpoint),
    StageFile("state.safetensors", _run, _state),
    StageFile("v.crops.h5", _crops, _cropped),
    StageFile("faces.h5", _faces, _packed),
    StageFile("mnist.h5", _digits, _digits_read),
]
"""One of each kind."""
