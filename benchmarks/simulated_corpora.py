"""Simulated corpora with the thesis' marginals, to compare splits on more than one corpus."""

import numpy as np
from numpy.typing import NDArray

from auva.statistics.counts import VA_BINS, VideoCounts
from auva.units import THESIS_NAMES

THESIS_AU = (41741, 24298, 35758, 44111, 43608, 6700, 8750, 17275)
"""Selected frames with each Action Unit (Table 3.4)."""

THESIS_FRAMES = 130_795
"""Selected frames (section 3.1.4)."""

THESIS_WOMEN = 24 / 59
"""Share of women among the people (Table 3.3)."""

_ROUNDS = 60


def simulate(seed: int, videos: int = 64, people: int = 59) -> VideoCounts:
    """Return the counts of a corpus whose Action Units and frames have the thesis' marginals.

    Videos differ as in the wild: lengths are log-normal, the share of frames with an Action Unit
    is drawn per video from a beta distribution around the thesis' share, valence and arousal lie
    around a mean of the video, arousal mostly above 0 (section 3.1.4).

    Parameters
    ----------
    seed : int
        Entropy.
    videos, people : int
        Size of the corpus; the marginals grow in proportion to `videos`.
    """
    rng = np.random.default_rng([2018, seed])
    scale = videos / 64
    length = rng.lognormal(0, 0.6, videos)
    frames = np.maximum(np.round(length / length.sum() * THESIS_FRAMES * scale), 50)
    target = np.array(THESIS_AU) / THESIS_FRAMES * frames.sum()
    positives = _fit(rng, frames, target)
    person = np.concatenate([np.arange(people), rng.integers(0, people, videos - people)])
    women = rng.permutation(people) < round(THESIS_WOMEN * people)
    kept = frames.astype(np.int64)
    identity = tuple(f"person{number:05d}" for number in person)
    return VideoCounts(
        video=tuple(f"video{number:05d}" for number in range(videos)),
        identity=identity,
        sex=tuple("female" if women[number] else "male" for number in person),
        batch=("",) * videos,
        group=identity,
        frames=kept,
        frames_with_au=kept,
        au_names=THESIS_NAMES,
        au_annotated=positives,
        kept=kept,
        au=positives,
        au_labelled=np.repeat(kept[:, None], len(THESIS_AU), 1),
        va=_affect(rng, kept),
        reasons=(),
    )


def _fit(
    rng: np.random.Generator, frames: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return positives per video and Action Unit whose sums are nearly the target."""
    share = target / frames.sum()
    rate = rng.beta(share * 1.5, (1 - share) * 1.5, (len(frames), len(target)))
    for _ in range(_ROUNDS):
        rate = np.clip(rate * target / (rate * frames[:, None]).sum(0), 0, 1)
    return np.round(rate * frames[:, None]).astype(np.int64)


def _affect(rng: np.random.Generator, frames: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return histograms of valence and arousal per video, as an int64 array [v, 2, VA_BINS]."""
    centres = (np.arange(VA_BINS) + 0.5) * (2 / VA_BINS) - 1
    means = np.stack([rng.normal(0.1, 0.4, len(frames)), rng.normal(0.3, 0.25, len(frames))], 1)
    width = rng.uniform(0.1, 0.35, (len(frames), 2))
    density = np.exp(-(((centres - means[..., None]) / width[..., None]) ** 2) / 2)
    share = density / density.sum(-1, keepdims=True)
    return np.floor(share * frames[:, None, None]).astype(np.int64)
