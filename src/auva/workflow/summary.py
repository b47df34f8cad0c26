"""Summary of a run and of how reliable its scores are: the first page of `report.html`.

It is computed from the existing files of the results folder. Files of an earlier sheet or
configuration are ignored.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auva.files import write_text
from auva.records.certificate import Certificate, read_certificate
from auva.records.chosen import Chosen, read_chosen
from auva.records.report import read_report
from auva.records.scores import read_held_out
from auva.units import number_of

if TYPE_CHECKING:
    import pandas as pd

FEW_PEOPLE = {"train": 20, "validation": 5, "test": 5}
"""Minimum number of people of a set without a warning."""

_STYLE = """\
.. raw:: html

   <style>
   .grow.items-center.h-screen { align-items: flex-start; }
   .prose.max-w-lg { max-width: 44rem; }
   </style>
"""
"""Without it, Snakemake centres the text and cuts off the top of a long text."""

_SCORES = (
    ("mean F1", "f1_mean", "all", "floor_mean"),
    ("CCC valence", "ccc", "valence", "ccc_video_mean"),
    ("CCC arousal", "ccc", "arousal", "ccc_video_mean"),
)
"""Heading, metric, target and chance level of the scores that are shown."""

_CHANCE = {
    "floor_mean": "always answering 'present'",
    "ccc_video_mean": "the mean of each test video, which uses the labels",
}


def write_summary(results: str, videos: str, ids: Collection[str], runs: Collection[str]) -> str:
    """Write the summary to `summary.rst` in the results folder; return its absolute path.

    Parameters are those of `summary`.

    Raises
    ------
    InputError
        For a file of the workflow that is damaged.
    """
    path = Path(results, "summary.rst")
    write_text(path, summary(results, videos, ids, runs))
    return str(path.absolute())


def summary(results: str | Path, videos: str, ids: Collection[str], runs: Collection[str]) -> str:
    """Return the summary of a results folder as reStructuredText.

    Parameters
    ----------
    results : path
        The folder.
    videos : str
        Path of the sample sheet, as it is shown.
    ids : collection of str
        The videos of the sheet.
    runs : collection of str
        The configured runs: `experiment/run`.

    Raises
    ------
    InputError
        For a file of the workflow that is damaged.
    """
    folder = Path(results)
    paths = {video: folder / "labels" / f"{video}.json" for video in sorted(ids)}
    reports = [read_report(path) for path in paths.values() if path.is_file()]
    waiting = [video for video, path in paths.items() if not path.is_file()]
    division = folder / "dataset/split.json"
    split = read_certificate(division) if division.is_file() else None
    places = {name.replace("/", " "): folder / "runs" / name for name in sorted(runs)}
    ended = {
        name: (read_chosen(place / "chosen.json"), read_held_out(place / "held_out.csv"))
        for name, place in places.items()
        if all((place / file).is_file() for file in ("chosen.json", "held_out.csv"))
    }
    scored = {name: run for name, run in ended.items() if any(_known(run[1]))}
    parts = [
        _STYLE,
        *_heading("What happened"),
        *_happened(reports, split, videos),
        *_heading("What to believe"),
        *_believed(scored),
        *_heading("Warnings"),
        *_bullets(list(_warnings(reports, waiting, split, ended))),
        *_heading("Where the rest is"),
        "*Dataset*: contact sheets, counts and figures of the videos. *Results*: all tables. "
        "*Training*: curves, and pictures of the models that generate. Each entry has a caption.",
    ]
    return "\n".join([*parts, ""])


def _heading(text: str) -> list[str]:
    return ["", text, "-" * len(text), ""]


def _happened(
    reports: Sequence[Mapping[str, Any]], split: Certificate | None, videos: str
) -> Iterator[str]:
    reasons: Counter[str] = Counter()
    for report in reports:
        reasons.update(report["frames_by_reason"])
    frames, selected = reasons.total(), sum(report["selected"] for report in reports)
    if not frames:
        yield f"No video of ``{videos}`` has been joined with its annotations yet."
        return
    people = sum(counts["people"] for counts in split.sets.values()) if split else None
    of_people = f" of {_count(people, 'person', 'people')}" if people else ""
    yield f"{_count(len(reports), 'video')}{of_people} (``{videos}``), {frames:,} frames."
    yield f"{selected:,} frames ({selected / frames:.0%}) are in the dataset."
    yield from _table(
        ["reason", "frames", "share"],
        [[reason, f"{n:,}", f"{n / frames:.1%}"] for reason, n in reasons.most_common()],
    )
    if split:
        rows = [
            [name, f"{counts['people']:,}", f"{counts['videos']:,}", f"{counts['frames']:,}"]
            for name, counts in split.sets.items()
        ]
        yield f"People in two sets: {split.people_in_two_sets} (checked in the written file)."
        yield from _table(["set", "people", "videos", "faces"], rows)


def _believed(runs: Mapping[str, tuple[Chosen, "pd.DataFrame"]]) -> Iterator[str]:
    if not runs:
        yield "No model has been scored yet."
        return
    counts = {chosen.counts.people for chosen, _ in runs.values()}
    levels = {f"{chosen.confidence:.0%}" for chosen, _ in runs.values()}
    yield (
        f"Scores on {_test_people(counts)} that the models have not seen. Checkpoint and "
        "thresholds were chosen on the validation people; the test set was read once (*held_out*). "
        f"In brackets: {', '.join(sorted(levels))} interval over the test people. Compare each "
        "score with the chance level in the last row."
    )
    names = [entry for entry in _SCORES if any(entry[0] in _known(t) for _, t in runs.values())]
    rows = [
        [name, *(_score(table, metric, target) for _, metric, target, _ in names)]
        for name, (_, table) in runs.items()
    ]
    floors = [_floor([table for _, table in runs.values()], entry) for entry in names]
    rows.append(["*chance level*", *floors])
    yield from _table(["run", *(entry[0] for entry in names)], rows)
    told = dict.fromkeys(_CHANCE[floor] for *_, floor in names)
    yield f"Chance level: {'; '.join(told)}. Scores of the protocol *best_on_test* in other tables"
    yield "are optimistic, because they are chosen on the test set."


def _known(table: "pd.DataFrame") -> list[str]:
    """Return the headings of a run's scores."""
    return [head for head, metric, target, _ in _SCORES if _score(table, metric, target)]


def _row(table: "pd.DataFrame", metric: str, target: str) -> Mapping[Any, Any] | None:
    found = table[(table["metric"] == metric) & (table["target"] == target)]
    found = found[found["value"].notna()]
    return found.to_dict("records")[0] if len(found) else None


def _score(table: "pd.DataFrame", metric: str, target: str) -> str:
    row = _row(table, metric, target)
    if row is None:
        return ""
    bounds = "" if row["low"] != row["low"] else f" [{row['low']:.2f}, {row['high']:.2f}]"
    return f"{row['value']:.2f}{bounds}"


def _floor(tables: Sequence["pd.DataFrame"], entry: tuple[str, str, str, str]) -> str:
    """Return the chance level of a score; several ones if runs have different test sets."""
    _, _, target, metric = entry
    found = (_row(table, metric, target) for table in tables)
    return ", ".join(sorted({f"{row['value']:.2f}" for row in found if row}))


def _warnings(
    reports: Sequence[Mapping[str, Any]],
    waiting: Sequence[str],
    split: Certificate | None,
    runs: Mapping[str, tuple[Chosen, "pd.DataFrame"]],
) -> Iterator[str]:
    if split and split.people_in_two_sets:
        yield (
            f"**{_count(split.people_in_two_sets, 'person', 'people')} in two sets**: scores are "
            "too high (identity leakage)."
        )
    for name, counts in split.sets.items() if split else ():
        if counts["people"] < FEW_PEOPLE[name]:
            meant = {"train": "models learn little", "test": "intervals are wide"}
            yield (
                f"Few people: {counts['people']} in the {name} set. With fewer than "
                f"{FEW_PEOPLE[name]}, {meant.get(name, 'the choice of checkpoint is uncertain')}."
            )
        absent = [unit for unit, n in counts["au"].items() if not n]
        if absent and counts["people"]:
            yield f"Never present in the {name} set: {', '.join(absent)}. Their F1 is undefined."
    others = _other_units(reports)
    if others:
        named = ", ".join(f"{name} ({_count(n, 'frame')})" for name, n in others.items())
        yield (
            f"The annotations have Action Units that ``action_units`` lacks: {named}. No model "
            "learns them."
        )
    missing = [report for report in reports if report["missing_pictures"]]
    if missing:
        named = ", ".join(f"{report['video']} ({report['missing_pictures']})" for report in missing)
        yield f"Pictures are missing in {_count(len(missing), 'video')}: {named}."
    for words, told in (
        ("no labels yet", waiting),
        ("no annotation", [r["video"] for r in reports if not r["au"] and not r["va"]]),
        ("no frame in the dataset", [r["video"] for r in reports if not r["selected"]]),
    ):
        if told:
            yield f"{_count(len(told), 'video')} with {words}: {', '.join(told)}."
    for name, (chosen, _) in runs.items():
        for note in filter(None, (chosen.note, chosen.training_note)):
            yield f"{name}: {note}"


def _other_units(reports: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the frames with Action Units beyond the list: the maximum over the annotators."""
    frames: Counter[str] = Counter()
    for report in reports:
        of_video: Counter[str] = Counter()
        for entry in report["au"]:
            of_video |= Counter(entry["other_units"])
        frames += of_video
    return dict(sorted(frames.items(), key=lambda item: number_of(item[0]) or 0))


def _bullets(texts: Sequence[str]) -> list[str]:
    return [f"- {text}" for text in texts] or ["None."]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return a table of reStructuredText."""
    yield from ("", ".. list-table::", "   :header-rows: 1", "")
    for row in [head, *rows]:
        for place, cell in enumerate(row):
            yield f"   {'*' if place == 0 else ' '} - {cell}".rstrip()
    yield ""


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _test_people(counts: set[int]) -> str:
    low, high = min(counts), max(counts)
    if high == 1:
        return "1 test person"
    return f"{low:,} test people" if low == high else f"{low:,} to {high:,} test people"
