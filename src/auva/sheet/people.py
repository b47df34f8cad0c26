"""The people of a sheet: one spelling of a name, one sex, and people who share a video file."""

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from auva.errors import InputError
from auva.sheet.video import Video


@dataclass(frozen=True)
class Recording:
    """One video and the person in it, as the stages that count, split and describe need it.

    Attributes
    ----------
    id, identity, sex : str
        As in the sample sheet.
    group : str
        The people that a split must keep together: those who share a video file (`bound_people`).
    batch : str
        Annotation batch; "" where the sheet names none.
    annotators : tuple of int
        Number of annotations of Action Units and of affect.
    annotated : bool
        Whether the sheet names an annotation of either kind.
    """

    id: str
    identity: str
    sex: str
    group: str
    batch: str = ""
    annotators: tuple[int, int] = (0, 0)
    annotated: bool = True


def recordings(videos: Iterable[Video]) -> list[Recording]:
    """Return the recordings of a sheet's videos, in their order."""
    videos = list(videos)
    bound = bound_people(videos)
    return [
        Recording(
            id=video.id,
            identity=video.identity,
            sex=video.sex,
            group=bound[video.identity],
            batch=video.batch or "",
            annotators=(len(video.au), len(video.va)),
            annotated=video.annotated,
        )
        for video in videos
    ]


def check_people(path: Path, videos: Iterable[Video]) -> None:
    """Refuse two spellings of one name, and one person as female and male.

    Raises
    ------
    InputError
        With both lines.
    """
    named: dict[str, Video] = {}
    sexed: dict[str, Video] = {}
    for video in videos:
        first = named.setdefault(normalised_name(video.identity), video)
        if first.identity != video.identity:
            raise InputError(
                f"identity '{video.identity}' differs from '{first.identity}' in line "
                f"{first.line} only by case, spaces or the kind of characters: give one person "
                "one spelling, and two people names that differ in more",
                path,
                video.line,
            )
        if video.sex == "unknown":
            continue
        first = sexed.setdefault(video.identity, video)
        if first.sex != video.sex:
            raise InputError(
                f"person '{video.identity}' is {video.sex}, but {first.sex} in line {first.line}",
                path,
                video.line,
            )


def bound_people(videos: Iterable[Video]) -> dict[str, str]:
    """Return the group of each identity: people who share a video file are in one group.

    Their faces are in the same pictures, so a split must not separate them. A group is named after
    its first identity; a person who shares no video file is a group of one.
    """
    leader: dict[str, str] = {}
    shown: dict[str, str] = {}

    def group(person: str) -> str:
        while leader.setdefault(person, person) != person:
            person = leader[person]
        return person

    for video in videos:
        other = shown.setdefault(os.path.realpath(video.path), video.identity)
        first, second = sorted((group(video.identity), group(other)))
        leader[second] = first
    return {person: group(person) for person in leader}


def same_people(people: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return those of some people, sorted, whose names are among others (see `normalised_name`)."""
    known = set(map(normalised_name, others))
    return sorted(person for person in set(people) if normalised_name(person) in known)


def normalised_name(name: str) -> str:
    """Return a name without case, spaces at its ends and invisible characters."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", " ".join(text.split()))
