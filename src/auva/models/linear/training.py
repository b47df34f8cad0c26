"""Principal components of features, logistic regression for each unit, ridge for affect.

The result is one linear map for each penalty, which combines components, scales and coefficients.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from auva.dataset.read import Faces, FaceSet
from auva.errors import InputError
from auva.landmarks.task import LANDMARKS, read_network
from auva.models.linear.features import Features, features_of
from auva.models.linear.settings import BY_LANDMARKS, NETWORK
from auva.models.run import Run
from auva.progress import progress
from auva.records.checkpoints import checkpoint_name, write_checkpoints
from auva.records.history import write_history
from auva.records.run import write_run
from auva.records.tensors import write_tensors
from auva.units import VA_NAMES

Float = NDArray[np.float64]
_LOG = logging.getLogger("auva")
_BLOCK = 1024
_ITERATIONS = 300
_DEVIATION = {"hog": 3.0, "landmarks": 10.0, "registered_hog": 3.0}
"""Standard deviation of the first component after scaling, such that penalties of 1 to 100 fit the
features. The first component of landmarks is the rotation of the head, which is far larger than the
movements of the face."""


def train(run: Run, dataset_h5: Path, folder: Path, threads: int) -> None:
    """Train a run and write its folder: a checkpoint for each penalty, from the largest.

    Raises
    ------
    InputError
        No labelled training face, or none with features; an unusable file of landmark networks.
    """
    from threadpoolctl import threadpool_limits

    settings = run.settings
    with threadpool_limits(threads):
        network = _network(run)
        faces, features = _read(run, dataset_h5, features_of(settings, network))
        deviation = _DEVIATION[settings["features"]]
        mean, basis, inputs = _components(
            features, settings["components"], settings["seed"], deviation
        )
        del features
        folder.mkdir(parents=True, exist_ok=True)
        write_run(folder, run)
        rows = []
        penalties = sorted(settings["penalties"], reverse=True)
        for number, penalty in enumerate(penalties, start=1):
            weights, bias, error = _fit(run, inputs, faces, penalty)
            tensors = {
                "weights": torch.from_numpy((basis.T @ weights).astype(np.float32)),
                "bias": torch.from_numpy((bias - mean @ basis.T @ weights).astype(np.float32)),
            }
            if network is not None:
                tensors[NETWORK] = torch.frombuffer(bytearray(network), dtype=torch.uint8)
            notes = {"iteration": number, "penalty": penalty}
            write_tensors(folder / checkpoint_name(number), tensors, notes)
            rows.append((number, *error))
    write_history(folder / "history.csv", ("au_loss", "va_loss"), rows)
    write_checkpoints(folder, range(1, len(penalties) + 1))


def _network(run: Run) -> bytes | None:
    """Return the landmark network, which the checkpoints store; None if it is not needed."""
    if run.settings["features"] not in BY_LANDMARKS:
        return None
    return read_network(run.file("landmarker"), run.settings["landmarker_sha256"], LANDMARKS)


def _read(run: Run, dataset_h5: Path, features: Features) -> tuple[FaceSet, NDArray[np.float32]]:
    """Return labels and features of the training faces, followed by those of the mirror images.

    Faces without features are left out.
    """
    settings = run.settings
    with Faces(dataset_h5, "train", run.image_size) as stored:
        if not len(stored):
            raise InputError("the training set is empty", dataset_h5)
        count = min(settings["faces"], len(stored))
        rows = np.linspace(0, len(stored) - 1, count).round().astype(np.int64)
        if count < len(stored):
            _LOG.info("training on %d of %d faces (training.faces)", count, len(stored))
        blocks = [rows[at : at + _BLOCK] for at in range(0, count, _BLOCK)]
        label = f"{run.experiment} {run.name}: {settings['features']}"
        parts = [
            features(stored.images(block), settings["mirror"])
            for block in progress(blocks, len(blocks), label, "block")
        ]
        faces = stored.read(rows)
    found = np.concatenate(parts, axis=1)
    known = np.isfinite(found).all(axis=2)
    if not known.any():
        raise InputError("no training face has landmarks", dataset_h5)
    if not known.all():
        _LOG.info("%d of %d faces have no landmarks: left out", (~known).any(0).sum(), count)
    return faces.take(np.tile(np.arange(count), len(found))[known.ravel()]), found[known]


def _components(
    features: NDArray[np.float32], count: int, seed: int, deviation: float
) -> tuple[Float, Float, Float]:
    """Return mean [f], basis [c, f] and the features in that basis [n, c].

    The first component has the given standard deviation.
    """
    from sklearn.decomposition import PCA

    most = min(count, *features.shape)
    found = PCA(most, svd_solver="randomized", random_state=seed)
    inputs = found.fit_transform(features).astype(np.float64)
    scale = max(float(inputs[:, 0].std()), 1e-12) / deviation
    basis = np.asarray(found.components_, np.float64) / scale
    return np.asarray(found.mean_, np.float64), basis, inputs / scale


def _fit(
    run: Run, inputs: Float, faces: FaceSet, penalty: float
) -> tuple[Float, Float, tuple[float, float]]:
    """Return weights [c, outputs], bias [outputs] and the mean losses of both tasks."""
    columns: list[tuple[Float, float]] = []
    error = {"au": np.nan, "va": np.nan}
    if "va" in run.tasks:
        parts = list(_ridges(inputs, faces, penalty))
        columns += [(weights, bias) for weights, bias, _ in parts]
        error["va"] = float(np.mean([loss for *_, loss in parts]))
    if "au" in run.tasks:
        parts = list(_logistics(inputs, faces, penalty))
        columns += [(weights, bias) for weights, bias, _ in parts]
        error["au"] = float(np.mean([loss for *_, loss in parts]))
    weights = np.stack([column for column, _ in columns], axis=1)
    return weights, np.array([bias for _, bias in columns]), (error["au"], error["va"])


def _logistics(
    inputs: Float, faces: FaceSet, penalty: float
) -> Iterator[tuple[Float, float, float]]:
    """Yield weights, bias and cross entropy of each Action Unit.

    A unit that is never or always present in the training faces has weights 0. Its bias is the
    logarithm of its odds, with one positive and one negative face added.
    """
    from sklearn.linear_model import LogisticRegression

    for unit in range(faces.au.shape[1]):
        keep = faces.au_mask[:, unit]
        truth = faces.au[keep, unit]
        if len(np.unique(truth)) < 2:
            present = int(truth.sum())
            odds = np.log((present + 1) / (len(truth) - present + 1))
            yield np.zeros(inputs.shape[1]), float(odds), 0.0
            continue
        model = LogisticRegression(C=1 / penalty, max_iter=_ITERATIONS).fit(inputs[keep], truth)
        scores = model.decision_function(inputs[keep])
        loss = np.logaddexp(0, np.where(truth == 1, -scores, scores)).mean()
        yield model.coef_[0], float(model.intercept_[0]), float(loss)


def _ridges(inputs: Float, faces: FaceSet, penalty: float) -> Iterator[tuple[Float, float, float]]:
    """Yield weights, bias and squared error of valence and of arousal."""
    from sklearn.linear_model import Ridge

    for dimension in range(len(VA_NAMES)):
        keep = faces.va_mask[:, dimension]
        truth = faces.va[keep, dimension].astype(np.float64)
        if not len(truth):
            yield np.zeros(inputs.shape[1]), 0.0, 0.0
            continue
        model = Ridge(alpha=penalty).fit(inputs[keep], truth)
        loss = float(((model.predict(inputs[keep]) - truth) ** 2).mean())
        yield np.asarray(model.coef_), float(model.intercept_), loss
