"""The split as a stage: from label tables to `split.csv` and its certificate."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from auva.errors import InputError
from auva.files import write_text
from auva.records.split import Place, write_split
from auva.sheet import Recording
from auva.splits.certificate import certificate
from auva.splits.divide import divide
from auva.splits.folds import fold_numbers, possible_folds
from auva.splits.people import count_people
from auva.splits.settings import Settings
from auva.statistics.counts import VideoCounts, count_labels


def split(
    samples: Sequence[Recording],
    labels: Mapping[str, str | Path],
    out_csv: str | Path,
    out_json: str | Path,
    cfg: dict,
    seed: int,
) -> None:
    """Divide the videos into train, validation and test, with no person in two of them.

    Parameters
    ----------
    samples : sequence of Recording
        The videos and the people in them.
    labels : mapping of str to path
        Video id -> its label table.
    out_csv : path
        Columns `video, identity, set, fold`, one row per video, sorted by video; `fold` is 0
        without folds.
    out_json : path
        The certificate, recomputed from the written `out_csv`.
    cfg : dict
        The settings, see `auva.splits.settings.Settings`.
    seed : int
        Random seed.

    Raises
    ------
    InputError
        When no split is possible, a setting is unknown, or a label table is wrong.

    Notes
    -----
    Videos without a selected frame follow their person; a person without any goes to train. People
    whose rows name the same video file are in the same pictures and are kept together.
    """
    settings = Settings.read(cfg)
    corpus = count_labels(samples, labels)
    split_counts(corpus, out_csv, out_json, settings, seed)


def split_counts(
    corpus: VideoCounts,
    out_csv: str | Path,
    out_json: str | Path,
    settings: Settings,
    seed: int,
) -> None:
    """Divide a counted corpus; see `split`."""
    people = count_people(corpus)
    if not people.name:
        reasons = Counter(reason for video in corpus.reasons for _, reason in video.elements())
        told = ", ".join(f"{reason} {number}" for reason, number in reasons.most_common(3))
        # A corpus of valence and arousal alone has no face with an Action Unit.
        hint = (
            "no video has an annotation in the sample sheet"
            if corpus.unlabelled == len(corpus.video)
            else "dataset.keep_frames_without_au: true keeps faces without Action Units"
        )
        raise InputError(
            "no video has a selected frame: there is nothing to split "
            f"({corpus.frames.sum()} frames: {told}); {hint}"
        )
    division = divide(people, settings, seed)
    settings = possible_folds(settings, len(people.name))
    nobody = np.zeros(len(people.name), np.int64)
    folds = fold_numbers(people, settings, seed) if settings.folds else nobody
    place = dict(
        zip(people.name, zip(division.set.tolist(), folds.tolist(), strict=True), strict=True)
    )
    without = ("train", 1 if settings.folds else 0)
    rows = {
        video: Place(person, *place.get(group, without))
        for video, person, group in zip(corpus.video, corpus.identity, corpus.group, strict=True)
    }
    write_split(out_csv, rows)
    write_text(out_json, certificate(out_csv, corpus, settings, seed, division.proven))
