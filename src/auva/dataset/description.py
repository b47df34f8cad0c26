"""What a dataset made by a run is, in words and numbers: the source of Croissant and datasheet.

Numbers come from the run; what only its makers know (purpose, consent, …) from the `datasheet`
section of the config, and is "not stated" otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auva import wording
from auva.records.certificate import read_certificate
from auva.records.split import read_split
from auva.sheet import Recording
from auva.statistics.counts import VideoCounts, count_labels, told_unlabelled
from auva.units import SETS, describe

NOT_STATED = "Not stated by the makers of this dataset."


@dataclass(frozen=True)
class Facts:
    """Numbers of a run.

    Attributes
    ----------
    au_names : tuple of str
        The Action Units.
    videos, people, frames, converted : int
        With selected frames; the selected frames; all frames of all videos.
    sets : dict of str to dict
        Set -> videos, people, female, male, frames and Action Units, from the certificate.
    largest_gap : float
        Largest gap of an Action Unit's share between test and the rest (percentage points).
    people_in_two_sets : int
        From the certificate: 0.
    unlabelled : dict of str to int
        Selected frames in which an Action Unit ("AU1", …) or "valence and arousal" is missing.
    reasons : dict of str to int
        Frames that were left out, by reason.
    unlabelled_videos : str
        How many videos have no annotation, in words; empty where all have one.
    annotators : (int, int)
        The most annotation files of one video, for Action Units and for valence and arousal.
    """

    au_names: tuple[str, ...]
    videos: int
    people: int
    frames: int
    converted: int
    sets: dict[str, dict[str, Any]]
    largest_gap: float
    people_in_two_sets: int
    unlabelled: dict[str, int]
    reasons: dict[str, int]
    unlabelled_videos: str
    annotators: tuple[int, int]


def gather_facts(
    samples: Sequence[Recording],
    labels: Mapping[str, str | Path],
    split_csv: str | Path,
    certificate_json: str | Path,
) -> Facts:
    """Collect the numbers of a run from its label tables, split and certificate.

    Raises
    ------
    InputError
        For a file that cannot be read, or a video without labels or a set.
    """
    counts = count_labels(samples, labels)
    read_split(split_csv, counts.video)
    certificate = read_certificate(certificate_json)
    kept = counts.kept > 0
    return Facts(
        au_names=counts.au_names,
        videos=int(kept.sum()),
        people=len({p for p, inside in zip(counts.identity, kept, strict=True) if inside}),
        frames=int(counts.kept.sum()),
        converted=int(counts.frames.sum()),
        sets=certificate.sets,
        largest_gap=100 * certificate.largest_gap,
        people_in_two_sets=certificate.people_in_two_sets,
        unlabelled=_unlabelled(counts),
        reasons=_left_out(counts),
        unlabelled_videos=(
            told_unlabelled(counts.unlabelled, len(counts.video)) if counts.unlabelled else ""
        ),
        annotators=(
            max((each.annotators[0] for each in samples), default=0),
            max((each.annotators[1] for each in samples), default=0),
        ),
    )


def _unlabelled(counts: VideoCounts) -> dict[str, int]:
    whole = counts.kept.sum()
    units = dict(zip(counts.au_names, (whole - counts.au_labelled.sum(0)).tolist(), strict=True))
    affect = int(whole - counts.va.sum((0, 2)).min())
    return {name: n for name, n in {**units, "valence or arousal": affect}.items() if n}


def _left_out(counts: VideoCounts) -> dict[str, int]:
    found: dict[str, int] = {}
    for video in counts.reasons:
        for (kept, reason), number in video.items():
            if not kept:
                found[reason] = found.get(reason, 0) + number
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def summary(facts: Facts) -> str:
    """Return the dataset in one paragraph."""
    parts = [
        f"{facts.sets[name]['frames']:,} {name} ({wording.people(facts.sets[name]['people'])})"
        for name in SETS
        if facts.sets[name]["videos"]
    ]
    return (
        f"{facts.frames:,} face crops from {facts.videos:,} videos of "
        f"{wording.people(facts.people)}, with the presence of Action Units "
        f"{', '.join(name[2:] for name in facts.au_names)} (FACS) and "
        "with valence and arousal in [-1, 1]. The sets share no person: "
        f"{', '.join(parts)}. Missing labels are masks, never numbers."
    )


def balance(facts: Facts) -> str:
    """Return how evenly Action Units and sexes are spread."""
    units = {name: sum(facts.sets[part]["au"][name] for part in SETS) for name in facts.au_names}
    whole = max(facts.frames, 1)
    rare, common = min(units, key=units.__getitem__), max(units, key=units.__getitem__)
    women = sum(facts.sets[part]["female"] for part in SETS)
    men = sum(facts.sets[part]["male"] for part in SETS)
    return (
        f"Action Units are unbalanced: {common} ({describe(common)}) is present in "
        f"{units[common] / whole:.1%} of the faces, {rare} ({describe(rare)}) in "
        f"{units[rare] / whole:.1%}. {women} women, {men} men and {facts.people - women - men} "
        "people of unknown sex are shown; age, skin colour and origin are not recorded, so "
        "imbalance in them cannot be ruled out."
    )


def missing(facts: Facts) -> str:
    """Return what is not labelled and which frames were left out."""
    gaps = ", ".join(f"{name} in {n:,}" for name, n in facts.unlabelled.items())
    left = ", ".join(f"{reason} {n:,}" for reason, n in facts.reasons.items())
    out = facts.converted - facts.frames
    more = f" {facts.unlabelled_videos}." if facts.unlabelled_videos else ""
    return (
        f"Not labelled: {gaps} of the faces. " if gaps else "Every face has every label. "
    ) + f"Of {facts.converted:,} frames {out:,} were left out: {left or 'none'}.{more}"


def preprocessing(size: Sequence[int], selection: str, fps: float) -> str:
    """Return how the faces were made from the videos."""
    return (
        f"Videos were converted to {fps:g} frames/s by presentation timestamps; one face per "
        "frame was kept (nearest to the previous one, with recorded manual corrections), cut out "
        f"as a square and resized (antialiased) to {', '.join(map(str, size))} pixels. Valence "
        "and arousal were interpolated linearly on time onto these frames, not across longer "
        f"unlabelled stretches. {selection}"
    )


def split_text(facts: Facts) -> str:
    """Return how the sets were divided, with the certificate's numbers."""
    return (
        f"People, not frames, were divided: {facts.people_in_two_sets} people are in two sets "
        "(recomputed from the written split). The largest difference of an Action Unit's share "
        f"between the test set and the rest is {facts.largest_gap:.2f} percentage points."
    )


def agreed(number: int, what: str) -> str:
    """Return how many annotators there were at most."""
    if number == 0:
        return f"no annotation of {what}"
    many = f"up to {number} annotators per video, merged" if number > 1 else "one annotator"
    return f"{what}: {many}"
