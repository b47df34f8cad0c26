"""Bytes that a change of structure must leave as they are: a small corpus, from labels to tables.

The digests are of what is the same on every machine. Text is compared with numbers of nine digits,
and the predictions are made by a formula, because the last bits of sums and of trainings depend on
the processor. Of a trained run the settings and the names and shapes of all tensors are compared.
Pages for people are left out: their words may change.
An intended change is told in the changelog; the digests of this module's `found` replace the old.
"""

import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open

from auva.dataset.pack import pack
from auva.dataset.read import FaceSet, load
from auva.evaluation.checkpoints import evaluate_checkpoints
from auva.evaluation.settings import Settings
from auva.models.predictions import Predictions
from auva.models.run import expand
from auva.models.training import train
from auva.records.bootstrap import write_bootstrap
from auva.records.chosen import write_chosen
from auva.records.cost import COST
from auva.records.crops import write_crops
from auva.records.labels import write_labels
from auva.records.scores import write_held_out, write_scores
from auva.sheet import Recording
from auva.splits.stage import split
from auva.tables.details import write_details
from auva.units import SETS, THESIS_NAMES, VA_NAMES

PEOPLE, FRAMES, SIDE = 9, 30, 28
RUNS = {
    "linear": {"components": 8, "penalties": [1], "cell": 7, "image_size": 28},
    "cnn": {"image_size": 28, "width": 4, "epochs": 1, "batch_size": 16},
    "cnn_gru": {"image_size": 28, "width": 4, "epochs": 1, "batch_size": 16, "window": 8},
    "gan": {"iterations": 1, "batch_size": 4, "samples": 4, "tensorboard": False},
}
GOLDEN = {
    "labels.csv": "49aa28d5583da8bf",
    "split.csv": "b0aa4d779e9778e0",
    "split.json": "f61504c973269f6a",
    "scores.csv": "f4b8209f8a5c072a",
    "chosen.json": "6042fb1ce082c38b",
    "held_out.csv": "0c1e20cfba25f7a1",
    "bootstrap.csv": "45257da95379a330",
    "held_out_au.csv": "b503466cdcc75b7c",
    "faces_28.h5": "58f483f9b38bf64c",
    "linear": "772527780be8f1f2",
    "cnn": "435f8ba5b81287f1",
    "cnn_gru": "6d26f1312b420468",
    "gan": "6724b1a900b61ef3",
}


def pattern(name, *shape):
    """Whole numbers of 0 to 250 that depend on the name and the place alone."""
    place = np.arange(np.prod(shape)) + 31 * sum(ord(letter) for letter in name)
    return (place * place % 7919 % 251).reshape(shape)


def corpus(folder):
    """Write label tables and crops of a video of each person."""
    people, labels, crops = [], {}, {}
    for number in range(PEOPLE):
        name = f"v{number}"
        table = pd.DataFrame({"frame": np.arange(1, FRAMES + 1)})
        present = pattern(name, FRAMES, len(THESIS_NAMES)) % 3 == 0
        for unit, column in enumerate(THESIS_NAMES):
            table[column] = np.where(table["frame"] % 11 == unit, np.nan, present[:, unit])
        for column in VA_NAMES:
            table[column] = pattern(name + column, FRAMES) / 125 - 1
        table["status"] = np.where(table["frame"] % 7 == 0, "none", "face")
        table["reason"] = np.where(table["frame"] % 7 == 0, "no detection", "only candidate")
        table["selected"] = (table["status"] == "face").astype(int)
        labels[name] = folder / f"{name}.csv"
        write_labels(labels[name], table)
        frames = np.flatnonzero(table["selected"]) + 1
        image = pattern(name + "image", len(frames), SIDE, SIDE, 3).astype(np.uint8)
        squares = np.tile(np.array([0, 0, SIDE, SIDE], np.int32), (len(frames), 1))
        crops[name] = folder / f"{name}.crops.h5"
        write_crops(crops[name], name, SIDE, frames, squares, 0.0, image)
        sex = "female" if number % 2 else "male"
        people.append(Recording(name, f"p{number}", sex, group=f"p{number}"))
    return people, labels, crops


def predicted(iteration):
    """A predictor that knows the labels, less so the smaller its iteration is."""

    def predict(faces: FaceSet) -> Predictions:
        noise = pattern(f"au{iteration}", *faces.au.shape) / 250
        au = (faces.au * iteration + noise * 4) / (iteration + 4)
        va = (faces.va * iteration + pattern("va", *faces.va.shape) / 125 - 1) / (iteration + 1)
        return Predictions(au=au * 0.98 + 0.01, va=va.astype(np.float64))

    return predict


def evaluated(packed, folder):
    (run,) = expand({"x": {"model": "cnn", "kind": "vaau"}}, {}).values()
    sets = {name: load(packed, name) for name in SETS}
    settings = Settings(bootstrap=20, after=("none", "median3", "centred"))
    found = evaluate_checkpoints([(n, predicted(n)) for n in (1, 3)], sets, settings)
    files = [folder / n for n in ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv")]
    written = (found.scores, found.chosen, found.held_out, found.samples)
    writers = (write_scores, write_chosen, write_held_out, write_bootstrap)
    for write, path, content in zip(writers, files, written, strict=True):
        write(path, content)
    table = folder / "held_out_au.csv"
    write_details("au", [run.as_dict()], *([file] for file in files[:3]), table)
    return [*files, table]


def structure(folder):
    """What a run leaves, without the numbers that were learnt or measured."""
    left = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.name == "config.json":
            left[name] = path.read_text()
        elif path.suffix == ".safetensors":
            with safe_open(path, "np") as file:
                left[name] = {key: file.get_slice(key).get_shape() for key in sorted(file.keys())}
        elif path.suffix == ".csv":
            left[name] = path.read_text().splitlines()[0]
        elif path.is_file() and path.name != COST:
            left[name] = None
    return json.dumps(left, sort_keys=True).encode()


def rounded(path):
    """A text file with numbers of nine digits."""

    def short(number):
        return f"{float(number[0]):.9g}"

    return re.sub(r"-?\d+\.\d+(e-?\d+)?", short, path.read_text(encoding="utf-8")).encode()


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    people, labels, crops = corpus(folder)
    texts = {"labels.csv": labels["v0"]}
    texts |= {name: folder / name for name in ("split.csv", "split.json")}
    split(people, labels, texts["split.csv"], texts["split.json"], {"folds": 3}, 1)
    packed = folder / "faces_28.h5"
    pack(texts["split.csv"], people, crops, labels, packed, SIDE, {"keep_frames_without_au": True})
    texts |= {path.name: path for path in evaluated(packed, folder)}
    contents = {name: rounded(path) for name, path in texts.items()}
    contents["faces_28.h5"] = packed.read_bytes()
    for model, settings in RUNS.items():
        entry = {"model": model, "kind": "vaau", "training": settings}
        entry |= {"va_loss": "ccc"} if model == "gan" else {}
        (run,) = expand({"x": entry}, {}).values()
        train(run, packed, folder / model, device="cpu")
        contents[model] = structure(folder / model)
    return {name: hashlib.sha256(data).hexdigest()[:16] for name, data in contents.items()}


def test_the_bytes_are_those_of_before(found):
    assert found == GOLDEN
