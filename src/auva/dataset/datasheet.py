"""A datasheet of the dataset, made from the run (Gebru et al., "Datasheets for datasets", 2021)."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from auva.dataset import description
from auva.dataset.croissant import responsible, write_croissant
from auva.dataset.description import NOT_STATED, Facts
from auva.dataset.read import sizes as set_sizes
from auva.dataset.schema import selection
from auva.dataset_settings import DatasheetSettings
from auva.errors import InputError
from auva.files import write_text
from auva.markup import plain, table_line
from auva.records.certificate import IN_A_SET
from auva.sheet import Recording
from auva.units import SETS, describe

_STYLE = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 52rem; padding: 0 1rem; }
h2 { border-bottom: 1px solid #8886; padding-bottom: .2rem; margin-top: 2rem; }
dt { font-weight: 600; margin-top: .8rem; }
dd { margin: .1rem 0 0; }
dd.open { opacity: .65; font-style: italic; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin-top: .6rem; }
th, td { padding: .2rem .8rem; text-align: right; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { border-bottom: 2px solid; }"""

Table = list[list[str]]
Section = tuple[str, list[tuple[str, str | Table]]]


def describe_dataset(
    samples: Sequence[Recording],
    labels: Mapping[str, str | Path],
    packed: Sequence[str | Path],
    split_csv: str | Path,
    certificate_json: str | Path,
    croissant: str | Path,
    markdown: str | Path,
    html: str | Path,
    cfg: Mapping[str, Any],
    licence: str,
    fps: float,
    keep_frames_without_au: bool = False,
) -> None:
    """Write the Croissant metadata and the datasheet of a packed dataset.

    Parameters
    ----------
    samples : sequence of Recording
        The videos and who they show.
    labels : mapping of str to path
        Video id -> its label table.
    packed : sequence of path
        The packed files, one per size.
    split_csv, certificate_json : path
        The split and its certificate.
    croissant, markdown, html : path
        Written; the first beside the packed files.
    cfg : mapping
        The `datasheet` section.
    licence : str
        A URL.
    fps : float
        Frame rate of the converted videos.
    keep_frames_without_au : bool
        How frames were selected.

    Raises
    ------
    InputError
        For an unknown setting or a file that does not fit.
    """
    if not packed:
        raise InputError("no packed file to describe")
    said = DatasheetSettings.read(cfg)
    facts = description.gather_facts(samples, labels, split_csv, certificate_json)
    selected = selection(keep_frames_without_au)
    sides = sorted(int(Path(path).stem.split("_")[1]) for path in packed)
    made = description.preprocessing(sides, selected, fps)
    write_croissant(croissant, packed, split_csv, facts, said, licence, made)
    page = sections(facts, said, licence, made, packed)
    write_text(markdown, as_markdown(said.name, page))
    write_text(html, as_html(said.name, page))


def sections(
    facts: Facts,
    said: DatasheetSettings,
    licence: str,
    preprocessing: str,
    packed: Sequence[str | Path],
) -> list[Section]:
    """Return the questions of a datasheet with their answers."""
    fair = responsible(facts, said, preprocessing)
    return [
        (
            "Motivation",
            [
                ("For what purpose was the dataset created?", said.purpose or NOT_STATED),
                ("Who created it?", ", ".join(said.creators) or NOT_STATED),
                ("How is it cited?", said.citation or NOT_STATED),
            ],
        ),
        (
            "Composition",
            [
                ("What do the instances represent?", description.summary(facts)),
                ("How many are there in each set?", _set_table(facts)),
                ("How often is each Action Unit present?", _unit_table(facts)),
                ("Is any information missing?", description.missing(facts)),
                ("Are there recommended splits?", description.split_text(facts)),
                ("Are there errors, biases or imbalance?", description.balance(facts)),
                ("Does it identify people?", fair["personal_sensitive_information"][0]),
            ],
        ),
        (
            "Collection",
            [
                ("How were the data acquired?", fair["data_collection"]),
                ("Who annotated them?", fair["annotator_demographics"][0]),
                ("How many annotations has a video?", fair["annotations_per_item"]),
                ("Did the people consent?", said.consent or NOT_STATED),
            ],
        ),
        (
            "Preprocessing and labelling",
            [
                ("What was done to the data?", preprocessing),
                ("Was anything filled in?", fair["data_imputation_protocol"]),
                ("Was the raw data kept?", "The workflow leaves the original videos as they are."),
            ],
        ),
        (
            "Uses",
            [
                ("What may it be used for?", fair["data_use_cases"][0]),
                ("What should be known before using it?", " ".join(fair["data_limitations"])),
                ("What harm could it do?", fair["data_social_impact"]),
            ],
        ),
        (
            "Distribution and maintenance",
            [
                ("Under which licence?", licence),
                ("Which files are there?", _file_table(packed)),
                ("When was it published?", said.published or NOT_STATED),
                ("Who maintains it?", fair["data_release_maintenance_plan"]),
            ],
        ),
    ]


def as_markdown(name: str, page: Sequence[Section]) -> str:
    """Return the datasheet as Markdown."""
    lines = [f"# Datasheet: {plain(name)}", ""]
    for title, answers in page:
        lines += [f"## {title}", ""]
        for question, answer in answers:
            if isinstance(answer, str):
                lines += [f"**{question}** {plain(answer)}", ""]
                continue
            head, *rows = answer
            table = [head, ["---"] * len(head), *rows]
            lines += [f"**{question}**", "", *map(table_line, table), ""]
    return "\n".join(lines)


def as_html(name: str, page: Sequence[Section]) -> str:
    """Return the datasheet as an HTML page that needs nothing else."""
    body = [f"<h1>Datasheet: {escape(name)}</h1>"]
    for title, answers in page:
        body.append(f"<h2>{escape(title)}</h2>\n<dl>")
        for question, answer in answers:
            body.append(f"<dt>{escape(question)}</dt>")
            if isinstance(answer, str):
                kind = " class=open" if answer == NOT_STATED else ""
                body.append(f"<dd{kind}>{escape(answer)}</dd>")
            else:
                body.append(f"<dd>{_html_table(answer)}</dd>")
        body.append("</dl>")
    return (
        "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
        f"<title>Datasheet: {escape(name)}</title>\n<style>\n{_STYLE}\n</style>\n"
        + "\n".join(body)
        + "\n</html>\n"
    )


def _html_table(table: Table) -> str:
    head, *rows = table
    heads = "".join(f"<th scope=col>{escape(cell)}</th>" for cell in head)
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>\n" for line in lines)
    return f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody></table>"


def _set_table(facts: Facts) -> Table:
    shown = [name for name in SETS if facts.sets[name]["videos"]]
    rows = [[name, *(f"{facts.sets[name][column]:,}" for column in IN_A_SET)] for name in shown]
    whole = [f"{sum(facts.sets[name][column] for name in shown):,}" for column in IN_A_SET]
    return [["set", *IN_A_SET], *rows, ["all", *whole]]


def _unit_table(facts: Facts) -> Table:
    shown = [name for name in SETS if facts.sets[name]["videos"]]
    rows = []
    for unit in facts.au_names:
        cells = []
        for name in shown:
            number, frames = facts.sets[name]["au"][unit], facts.sets[name]["frames"]
            cells.append(f"{number:,} ({number / max(frames, 1):.1%})")
        rows.append([f"{unit}, {describe(unit)}", *cells])
    return [["Action Unit", *shown], *rows]


def _file_table(packed: Sequence[str | Path]) -> Table:
    rows, names = [], list(SETS)
    for path in packed:
        held = set_sizes(path)
        names = list(held)
        size = Path(path).stat().st_size / 1e6
        rows.append(
            [Path(path).name, *(f"{number:,}" for number in held.values()), f"{size:,.1f} MB"]
        )
    return [["file", *names, "size"], *rows]
