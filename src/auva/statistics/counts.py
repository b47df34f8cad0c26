"""The numbers per video that the split and all dataset tables are made from."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.progress import progress
from auva.records.labels import Labels, read_labels
from auva.sheet import Recording
from auva.units import check_same

log = logging.getLogger("auva")

VA_BINS = 20
"""Bins of the valence and arousal histograms over [-1, 1]: 0.1 each (Figures 3.5 to 3.10)."""


@dataclass(frozen=True)
class VideoCounts:
    """Counts of v videos, in the order of their ids.

    Attributes
    ----------
    video, identity, sex, batch : tuple of str
        From the sample sheet; `batch` is "" where the sheet names none.
    group : tuple of str
        What a split keeps together: the identity, or one name for all people who share a video
        file (`auva.sheet.bound_people`).
    frames : int64 array [v]
        Frames of the 30 fps video.
    frames_with_au : int64 array [v]
        Of these, the frames with at least one Action Unit, whether a face was kept or not.
    au_names : tuple of str
        Names of the u Action Units of the label tables.
    au_annotated : int64 array [v, u]
        Frames with each Action Unit, whether a face was kept or not (Table 3.2).
    kept : int64 array [v]
        Frames that go into the dataset.
    au, au_labelled : int64 arrays [v, u]
        Of the kept frames, those with each Action Unit and those in which it is labelled.
    va : int64 array [v, 2, VA_BINS]
        Histograms of valence and arousal over the kept frames.
    reasons : tuple of Counter
        Frames of each video by (kept or not, reason).
    unlabelled : int
        Videos for which the sheet names no annotation: their frames count, and have no labels.
    """

    video: tuple[str, ...]
    identity: tuple[str, ...]
    sex: tuple[str, ...]
    batch: tuple[str, ...]
    group: tuple[str, ...]
    frames: NDArray[np.int64]
    frames_with_au: NDArray[np.int64]
    au_names: tuple[str, ...]
    au_annotated: NDArray[np.int64]
    kept: NDArray[np.int64]
    au: NDArray[np.int64]
    au_labelled: NDArray[np.int64]
    va: NDArray[np.int64]
    reasons: tuple["Counter[tuple[bool, str]]", ...]
    unlabelled: int = 0

    def sexes(self) -> dict[str, str]:
        """Return the sex of each person, "unknown" where no video tells it.

        Raises
        ------
        InputError
            When one person is given as female in one video and as male in another.
        """
        sexes: dict[str, str] = {}
        for video, person, sex in zip(self.video, self.identity, self.sex, strict=True):
            before = sexes.setdefault(person, sex)
            if before == "unknown":
                sexes[person] = sex
            elif sex not in ("unknown", before):
                raise InputError(
                    f"person '{person}' is {sex} in video '{video}' and {before} in another"
                )
        return sexes


def told_unlabelled(number: int, videos: int) -> str:
    """Return in words how many videos have no annotation."""
    return (
        f"{number:,} of {videos:,} videos have no annotation in the sample sheet: no face of them "
        "is in a set"
    )


def va_histogram(values: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the histograms [2, VA_BINS] of the labelled values [n, 2]; 1 is in the last bin."""
    bins = np.clip((values + 1.0) * (VA_BINS / 2), 0, VA_BINS - 1).astype(np.int64)
    return np.stack(
        [np.bincount(bins[mask[:, d], d], minlength=VA_BINS) for d in range(values.shape[1])]
    )


def count_labels(
    samples: Iterable[Recording],
    labels: Mapping[str, str | Path],
) -> VideoCounts:
    """Count the frames of each video.

    Parameters
    ----------
    samples : iterable of Recording
        The videos and who they show.
    labels : mapping of str to path
        Video id -> its label table.

    Raises
    ------
    InputError
        For a video without a label table, or a label table that cannot be read or has other Action
        Units than that of another video.
    """
    videos = sorted(samples, key=lambda sample: sample.id)
    rows: list[dict] = []
    names: tuple[str, ...] = ()
    for sample in progress(videos, len(videos), "count labels", "video"):
        if sample.id not in labels:
            raise InputError(f"video '{sample.id}' has no label table")
        table = read_labels(labels[sample.id])
        names = names or table.au_names
        check_same(table.au_names, names, f"that of '{videos[0].id}'", labels[sample.id])
        rows.append(_count(table))
    unlabelled = sum(not sample.annotated for sample in videos)
    if unlabelled:
        log.info(told_unlabelled(unlabelled, len(videos)))
    return VideoCounts(
        video=tuple(sample.id for sample in videos),
        identity=tuple(sample.identity for sample in videos),
        sex=tuple(sample.sex for sample in videos),
        batch=tuple(sample.batch for sample in videos),
        group=tuple(sample.group for sample in videos),
        frames=_column(rows, "frames"),
        frames_with_au=_column(rows, "frames_with_au"),
        au_names=names,
        au_annotated=_column(rows, "au_annotated", len(names)),
        kept=_column(rows, "kept"),
        au=_column(rows, "au", len(names)),
        au_labelled=_column(rows, "au_labelled", len(names)),
        va=_column(rows, "va", 2, VA_BINS),
        reasons=tuple(row["reasons"] for row in rows),
        unlabelled=unlabelled,
    )


def _count(labels: Labels) -> dict:
    kept = labels.selected
    return {
        "frames": len(labels.frame),
        "frames_with_au": int(labels.au.any(1).sum()),
        "au_annotated": labels.au.sum(0, dtype=np.int64),
        "kept": int(kept.sum()),
        "au": labels.au[kept].sum(0, dtype=np.int64),
        "au_labelled": labels.au_mask[kept].sum(0, dtype=np.int64),
        "va": va_histogram(labels.va[kept], labels.va_mask[kept]),
        "reasons": Counter(zip(kept.tolist(), labels.reason.tolist(), strict=True)),
    }


def _column(rows: Sequence[dict], name: str, *shape: int) -> NDArray[np.int64]:
    return np.array([row[name] for row in rows], np.int64).reshape(len(rows), *shape)
