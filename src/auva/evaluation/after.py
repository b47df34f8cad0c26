"""What is done to predictions after the model: smoothing over frames, centring per video.

The validation people choose one of the ways that the setting `evaluation.after` lists. A way is a
name: `none`, `median9` (running median over 9 frames), `exponential0.3` (each frame counts 0.3, all
frames before it the rest), `centred` (each video's median subtracted), or `centred+median9`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auva.evaluation.settings import CENTRED, NONE, WAY
from auva.models.predictions import Predictions

Float = NDArray[np.float64]

_EDGE = 1e-9
"""Probabilities are kept this far from 0 and 1, where their logarithm of odds ends."""


def apply(
    name: str, predictions: Predictions, video: NDArray[np.str_], frame: NDArray[np.int32]
) -> Predictions:
    """Return predictions after a way.

    Action Units change as logarithms of their odds, valence and arousal as they are. A frame
    without a face, and a face without a prediction (NaN), has no part in its neighbours.
    Centring leaves valence and arousal alone: their level means something.

    Parameters
    ----------
    name : str
        The way.
    predictions : Predictions
        Of n faces.
    video, frame : arrays [n]
        Their video and frame; the faces of a video follow each other in the order of their frames.
    """
    if name == NONE:
        return predictions
    parts = name.split("+")
    spans = list(_videos(video))
    au, va = predictions.au, predictions.va
    if au is not None:
        inside = np.clip(au, _EDGE, 1 - _EDGE)
        odds = np.log(inside / (1 - inside))
        for part in parts:
            step = _centred if part == CENTRED else _smoothing(part)
            odds = _each(step, odds, frame, spans)
        au = 1 / (1 + np.exp(-odds))
    for part in parts:
        if va is not None and part != CENTRED:
            va = _each(_smoothing(part), va, frame, spans)
    return replace(predictions, au=au, va=va)


def _videos(video: NDArray[np.str_]) -> Iterator[slice]:
    """Yield the rows of each video."""
    if not len(video):
        return
    starts = np.flatnonzero(np.append(True, video[1:] != video[:-1]))
    for start, stop in zip(starts, [*starts[1:], len(video)], strict=True):
        yield slice(int(start), int(stop))


def _each(
    step: Callable[[Float, NDArray], Float],
    values: Float,
    frame: NDArray,
    spans: list[slice],
) -> Float:
    out = values.copy()
    for span in spans:
        known = ~np.isnan(values[span]).any(axis=1)
        rows = np.arange(span.start, span.stop)[known]
        if len(rows):
            out[rows] = step(values[rows], frame[rows])
    return out


def _centred(values: Float, frame: NDArray) -> Float:
    del frame
    return values - np.median(values, axis=0)


def _smoothing(name: str) -> Callable[[Float, NDArray], Float]:
    found = WAY.fullmatch(name)
    assert found is not None
    if found["frames"]:
        half = int(found["frames"]) // 2
        return lambda values, frame: _median(values, frame, half)
    share = float(found["share"])
    return lambda values, frame: _exponential(values, frame, share)


def _median(values: Float, frame: NDArray, half: int) -> Float:
    """Return the median over the faces of the frames at most `half` away."""
    first = np.searchsorted(frame, frame - half, side="left")
    stop = np.searchsorted(frame, frame + half, side="right")
    out = np.empty_like(values)
    # Faces with the same number of neighbours are done together.
    for count in np.unique(stop - first):
        rows = np.flatnonzero(stop - first == count)
        window = first[rows, None] + np.arange(count)
        out[rows] = np.median(values[window], axis=1)
    return out


def _exponential(values: Float, frame: NDArray, share: float) -> Float:
    """Return the exponential mean; after a gap the faces before it count less."""
    out = values.copy()
    kept = (1 - share) ** np.diff(frame).astype(np.float64)
    for row in range(1, len(values)):
        out[row] = kept[row - 1] * out[row - 1] + (1 - kept[row - 1]) * values[row]
    return out
