"""Tables 3.1 to 3.4 of the thesis and the frames by reason, from counts per video.

Each table is in long form: one count per row, with the `source` "thesis" (printed there) or "ours".
Counts of Action Units are compared with the thesis only for the same list of Action Units.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.errors import InputError
from auva.statistics.counts import VideoCounts
from auva.statistics.published import BATCHES, SETS_OF_THESIS, Published, percent
from auva.units import THESIS_NAMES, is_thesis

THESIS = "thesis"
OURS = "ours"
ALL = "all"
TRAINING = "training"
"""Train and validation together: the thesis' training set."""

TEST = "test"

Groups = dict[str, NDArray[np.bool_]]


def batches(counts: VideoCounts) -> Groups:
    """Return which videos belong to each annotation batch, and all; as bool arrays [v]."""
    batch = np.array(counts.batch, dtype=object)
    names = sorted({name for name in counts.batch if name})
    groups = {name: batch == name for name in names}
    if names and (batch == "").any():
        groups["no batch"] = batch == ""
    return {**groups, ALL: np.ones(len(batch), bool)}


def sets(counts: VideoCounts, split: Mapping[str, str]) -> Groups:
    """Return which videos belong to each set, to train and validation together, and to any.

    Parameters
    ----------
    counts : VideoCounts
    split : mapping of str to str
        Video -> its set.

    Raises
    ------
    InputError
        For a video that the split does not name.
    """
    missing = [video for video in counts.video if video not in split]
    if missing:
        raise InputError(f"video '{missing[0]}' is in no set of the split")
    name = np.array([split[video] for video in counts.video], dtype=object)
    groups = {TRAINING: name != TEST, TEST: name == TEST, ALL: np.ones(len(name), bool)}
    if (name == "validation").any():
        groups = {"train": name == "train", "validation": name == "validation", **groups}
    return groups


def video_table(counts: VideoCounts, published: Published) -> pd.DataFrame:
    """Return Table 3.1: videos, frames, frames with an Action Unit and Action Units per batch.

    Columns `source, batch, videos, frames, frames_with_au, frames_with_au_percent, aus_annotated,
    selected, selected_percent`; the last two (the frames of the dataset) are not in the thesis'
    table.
    """
    rows = []
    thesis = published["annotated_videos"] if is_thesis(counts.au_names) else {}
    for batch, page in thesis.items():
        name = ALL if batch == "total" else batch.replace("_", " ")
        rows.append({"source": THESIS, "batch": name, **page})
    for name, group in batches(counts).items():
        frames, with_au = counts.frames[group].sum(), counts.frames_with_au[group].sum()
        kept = counts.kept[group].sum()
        rows.append(
            {
                "source": OURS,
                "batch": name,
                "videos": int(group.sum()),
                "frames": int(frames),
                "frames_with_au": int(with_au),
                "frames_with_au_percent": percent(with_au, frames),
                "aus_annotated": int(counts.au_annotated[group].sum()),
                "selected": int(kept),
                "selected_percent": percent(kept, frames),
            }
        )
    return pd.DataFrame(rows).astype({"selected": "Int64"})


def action_unit_table(counts: VideoCounts, published: Published) -> pd.DataFrame:
    """Return Table 3.2: frames with each Action Unit and its share of all Action Units, per batch.

    Columns `source, batch, au, count, percent`. All annotated frames are counted, with or without a
    kept face.
    """
    page = published["au_counts"]
    rows = [
        (THESIS, batch, au, page["count"][au][place], page["percent"][au][place])
        for place, batch in enumerate(BATCHES)
        for au in THESIS_NAMES
        if is_thesis(counts.au_names)
    ]
    for name, group in batches(counts).items():
        number = counts.au_annotated[group].sum(0)
        rows += [(OURS, name, *row) for row in shares(counts.au_names, number)]
    return pd.DataFrame(rows, columns=["source", "batch", "au", "count", "percent"])


def people_table(
    counts: VideoCounts, split: Mapping[str, str], published: Published
) -> pd.DataFrame:
    """Return Table 3.3 with section 3.1.4: people, by sex, and frames of each set.

    Columns `source, set, male, female, unknown, people, videos, frames, frames_percent`. A person
    without a selected frame is not counted.
    """
    rows = [_people_of_thesis(published, place) for place in range(len(SETS_OF_THESIS))]
    whole, sexes = int(counts.kept.sum()), counts.sexes()
    for name, group in sets(counts, split).items():
        shown = group & (counts.kept > 0)
        people = set(np.array(counts.identity)[shown].tolist())
        sex = [sexes[person] for person in people]
        frames = int(counts.kept[group].sum())
        known = {name: sex.count(name) for name in ("male", "female")}
        rows.append(
            {
                "source": OURS,
                "set": name,
                **known,
                "unknown": len(people) - sum(known.values()),
                "people": len(people),
                "videos": int(shown.sum()),
                "frames": frames,
                "frames_percent": percent(frames, whole),
            }
        )
    return pd.DataFrame(rows)


def share_table(
    counts: VideoCounts, split: Mapping[str, str], published: Published
) -> pd.DataFrame:
    """Return Table 3.4: selected frames with each Action Unit and its share, per set.

    Columns `source, set, au, count, percent, gap`; `gap` is filled for the test set: the difference
    from the training set's percentage (percentage points).
    """
    page = published["split"]
    rows = [
        (THESIS, name, au, page["au_counts"][au][place], page["au_percent"][au][place])
        for place, name in enumerate(SETS_OF_THESIS)
        for au in THESIS_NAMES
        if is_thesis(counts.au_names)
    ]
    for name, group in sets(counts, split).items():
        rows += [(OURS, name, *row) for row in shares(counts.au_names, counts.au[group].sum(0))]
    table = pd.DataFrame(rows, columns=["source", "set", "au", "count", "percent"])
    training = table[table["set"] == TRAINING].set_index(["source", "au"])["percent"]
    there = [training[source, au] for source, au in zip(table["source"], table["au"], strict=True)]
    table["gap"] = (table["percent"] - there).abs().where(table["set"] == TEST)
    return table


def reason_table(counts: VideoCounts) -> pd.DataFrame:
    """Return the number of selected and other frames of each video, by reason.

    Columns `video, selected, reason, frames`; the frames sum to those of the corpus.
    """
    rows = [
        (video, int(kept), reason, number)
        for video, found in zip(counts.video, counts.reasons, strict=True)
        for (kept, reason), number in sorted(found.items(), key=lambda item: (-item[0][0], item[0]))
    ]
    return pd.DataFrame(rows, columns=["video", "selected", "reason", "frames"])


def shares(names: Sequence[str], number: NDArray[np.int64]) -> list[tuple[str, int, float]]:
    """Return name, count and share (%) of each Action Unit from counts [u]."""
    whole = int(number.sum())
    return [(au, int(n), percent(n, whole)) for au, n in zip(names, number, strict=True)]


def _people_of_thesis(published: Published, place: int) -> dict[str, object]:
    """Return the thesis' row of one of its sets."""
    page = published["split"]
    there = ("training", "testing") if place == 2 else (("training", "testing")[place],)
    videos = {
        "testing": len(page["testing_videos"]),
        "training": published["annotated_videos"]["total"]["videos"] - len(page["testing_videos"]),
    }
    printed = [page["frames_percent"][name] for name in there] if len(there) == 1 else [100.0]
    return {
        "source": THESIS,
        "set": SETS_OF_THESIS[place],
        **{sex: sum(page["sex"][name][sex] for name in there) for sex in ("male", "female")},
        "unknown": 0,
        "people": sum(page["identities"][name] for name in there),
        "videos": sum(videos[name] for name in there),
        "frames": sum(page[f"{name}_frames"] for name in there),
        "frames_percent": printed[0],
    }
