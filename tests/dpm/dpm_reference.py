"""The plain search: the whole algorithm in numpy and torch, as short as its definition.

It prunes nothing and shares no arithmetic with the fast searches, which are tested against it. It
takes seconds per picture.
"""

import numpy as np

from auva.dpm.boxes import Detection, box_of, find_peaks, suppress
from auva.dpm.model import Model
from auva.dpm.pyramid import INTERVAL, PADDING, cell_count, last_level, level_source


def reference_detect(
    model: Model, picture: np.ndarray, threshold: float, overlap: float = 0.3
) -> list[Detection]:
    """Return the detections above `threshold` in `picture` (uint8 [channels, height, width])."""
    _, height, width = picture.shape
    peaks = []
    for level, scores in reference_scores(model, picture).items():
        peaks.extend(find_peaks(scores, level, threshold, 0, 0))
    boxes = (box_of(peak, height, width) for peak in peaks)
    return suppress((box for box in boxes if box is not None), overlap)


def reference_scores(model: Model, picture: np.ndarray) -> dict[int, np.ndarray]:
    """Return the score map of each root level: float32 [rows, columns], -inf where undefined."""
    last = last_level(*picture.shape[1:])
    features = [reference_hog(*reference_picture(picture, level)) for level in range(last + 1)]
    roots = {z: responses(features[z], model.roots) for z in range(INTERVAL, last + 1)}
    parts = {
        z: responses(features[z], model.parts.reshape(-1, *model.parts.shape[2:]))
        for z in range(last + 1 - INTERVAL)
    }
    return {
        z: mixture_scores(model, roots[z], parts[z - INTERVAL]) for z in range(INTERVAL, last + 1)
    }


def reference_picture(picture: np.ndarray, level: int) -> tuple[np.ndarray, int]:
    """Return the scaled picture of a level and the side of its cells in pixels."""
    source = level_source(level)
    factor = 2 ** (-source.scale / INTERVAL)
    if source.scale:
        rows, row_weights = _places(picture.shape[1], factor)
        columns, column_weights = _places(picture.shape[2], factor)
        lines = picture[:, rows[0]] * (1 - row_weights)[:, None]
        lines = lines + picture[:, rows[1]] * row_weights[:, None]
        scaled = lines[..., columns[0]] * (1 - column_weights)
        scaled = scaled + lines[..., columns[1]] * column_weights
        picture = (scaled + 0.5).astype(np.uint8)
    for _ in range(source.halvings):
        even = np.pad(picture, ((0, 0), *((0, side % 2) for side in picture.shape[1:])), "edge")
        even = even.astype(np.int64)
        total = even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]
        picture = ((total + 2) // 4).astype(np.uint8)
    return picture, source.cell


def _places(size: int, factor: float) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    place = (np.arange(int(np.ceil(size * factor))) + 0.5) / factor - 0.5
    place = place.clip(0, size - 1)
    lower = np.floor(place).astype(int)
    return (lower, np.minimum(lower + 1, size - 1)), place - lower


def reference_hog(picture: np.ndarray, cell: int) -> np.ndarray:
    """Return the padded HOG features, float64 [rows + 12, columns + 12, 32]."""
    _, height, width = picture.shape
    rows, columns = cell_count(height, cell), cell_count(width, cell)
    edge = np.pad(picture.astype(float), ((0, 0), (1, 1), (1, 1)), "edge")
    dx = edge[:, 1:-1, 2:] - edge[:, 1:-1, :-2]
    dy = edge[:, 2:, 1:-1] - edge[:, :-2, 1:-1]
    best = np.argmax(dx**2 + dy**2, axis=0)[None]
    dx, dy = np.take_along_axis(dx, best, 0)[0], np.take_along_axis(dy, best, 0)[0]
    magnitude = np.hypot(dx, dy) / 255
    angle = (np.arctan2(dy, dx) * 9 / np.pi + 18) % 18
    y, x = np.mgrid[:height, :width]
    v, u = (y + 0.5) / cell - 0.5, (x + 0.5) / cell - 0.5
    # One ring of cells around the content takes part in the normalisation.
    histogram = np.zeros((rows + 2, columns + 2, 18))
    for row, row_share in _split(v):
        for column, column_share in _split(u):
            for bin_, bin_share in _split(angle):
                share = magnitude * row_share * column_share * bin_share
                np.add.at(histogram, (row + 1, column + 1, bin_ % 18), share)
    unsigned = histogram[..., :9] + histogram[..., 9:]
    energy = (unsigned**2).sum(-1)
    block = energy[:-1, :-1] + energy[1:, :-1] + energy[:-1, 1:] + energy[1:, 1:]
    norm = 1 / np.sqrt(block + np.finfo(np.float32).eps)
    norms = np.stack([norm[:-1, :-1], norm[:-1, 1:], norm[1:, :-1], norm[1:, 1:]], -1)[..., None, :]
    signed = np.minimum(histogram[1:-1, 1:-1, :, None] * norms, 0.2)
    unsigned = np.minimum(unsigned[1:-1, 1:-1, :, None] * norms, 0.2)
    features = np.zeros((rows + 2 * PADDING, columns + 2 * PADDING, 32))
    features[..., 31] = 1
    features[PADDING:-PADDING, PADDING:-PADDING] = np.concatenate(
        [
            0.5 * signed.sum(-1),
            0.5 * unsigned.sum(-1),
            0.2357 * signed.sum(-2),
            norm[:-1, :-1, None] * 0,
        ],
        axis=-1,
    )
    return features


def _split(place: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the two nodes around each place and their linear weights."""
    lower = np.floor(place).astype(int)
    return [(lower, 1 - (place - lower)), (lower + 1, place - lower)]


def responses(features: np.ndarray, filters: np.ndarray) -> np.ndarray:
    """Return the valid cross-correlations, float64 [filters, rows, columns]."""
    import torch

    maps = torch.from_numpy(features).permute(2, 0, 1)[None].double()
    weights = torch.from_numpy(filters).permute(0, 3, 1, 2).double()
    if min(features.shape[:2]) < filters.shape[1]:
        return np.empty((len(filters), 0, 0))
    return torch.nn.functional.conv2d(maps, weights)[0].numpy()


def mixture_scores(model: Model, roots: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Return the best score of all mixtures at each root position of one level."""
    rows, columns = roots.shape[1:]
    scores = np.full((len(roots), rows, columns), -np.inf)
    y, x = np.mgrid[:rows, :columns]
    for mixture, root in enumerate(roots):
        total = root + model.biases[mixture]
        inside = np.ones((rows, columns), bool)
        for part, (row, column) in enumerate(model.anchors[mixture]):
            placed = best_placements(
                parts[mixture * len(model.anchors[0]) + part], model.deformations[mixture, part]
            )
            v, u = 2 * y - PADDING + row, 2 * x - PADDING + column
            valid = (v >= 0) & (u >= 0) & (v < placed.shape[0]) & (u < placed.shape[1])
            total = total + np.where(valid, placed[np.where(valid, v, 0), np.where(valid, u, 0)], 0)
            inside &= valid
        scores[mixture][inside] = total[inside]
    return scores.max(0).astype(np.float32)


def best_placements(part: np.ndarray, deformation: np.ndarray) -> np.ndarray:
    """Return, for each anchor, the best response minus its deformation over all placements."""
    d0, d1, d2, d3 = deformation.astype(float)
    rows, columns = part.shape
    shift = np.arange(columns)[:, None] - np.arange(columns)
    along = (part[:, None, :] + d0 * shift**2 + d1 * shift).max(-1)
    shift = np.arange(rows)[:, None] - np.arange(rows)
    return (along.T[:, None, :] + d2 * shift**2 + d3 * shift).max(-1).T
