"""Documentation pages that are generated from the code, so that both always agree.

`config/README.md` comes from the configuration's schema, the table of formats in
`docs/reference/annotations.md` from the list of annotation formats, that of metrics in
`docs/explanation/evaluation.md` from the list of metrics.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from auva.annotations import FORMATS
from auva.evaluation.catalogue import METRICS
from auva.files import write_text
from auva.models.base import Model
from auva.models.registry import MODELS, get_model
from auva.models.run import DEFAULT_MODEL
from auva.workflow.configuration import SCHEMA, read_schema

PAGE = "config/README.md"
ANNOTATIONS = "docs/reference/annotations.md"
FORMATS_HEAD = "| format | of | content | frames |"
EVALUATION = "docs/explanation/evaluation.md"
METRICS_HEAD = "| metric | of | definition | floor | undefined (empty) |"

_HEAD = """# Configuration

Every setting, its meaning, its allowed values and its default. `make docs` writes this page from
`workflow/schemas/config.schema.yaml` and from the settings of the stages and models.

Write your settings into a file of your own (an overlay) and name it by `--configfile my.yaml`. An
overlay replaces the keys that it names; lists (the grids) are replaced whole.

- `config.yaml` is the configuration of the demo and the base of every run.
- `thesis.yaml` is an overlay with the published set-up.
- `abaw12.yaml` is an overlay with a second list of Action Units, the twelve of ABAW.
- `compare.yaml` is an overlay with one experiment per family of models
  (docs/how-to/compare.md).
- `gpu-check.yaml` is an overlay with one short training, for `make gpu-check`.
- `videos.tsv` is the demo's sample sheet; docs/reference/sample-sheet.md explains its columns.
  Another corpus needs no file here: `--config videos=DIR/videos.tsv results=OUT`.
- `face_overrides.tsv` is the manual check of the faces as data: `video`, `first` and `last` frame,
  `action` (`drop`, or `choose` the box nearest to `x`, `y`). `auva review` writes it.

An unknown key or a value out of range is an error that names the key. Threads, memory and run times
are not settings; they belong in a profile (docs/how-to/cluster.md).
"""


def page(schema: Mapping[str, Any]) -> str:
    """Return the page for a configuration schema as Markdown."""
    sections, plain = [], []
    for name, part in schema["properties"].items():
        if part.get("properties"):
            sections.append(_section(name, part))
        else:
            plain.append(_row(name, part))
    sections += [_model(name) for name in MODELS if name != DEFAULT_MODEL]
    text = "\n".join([_HEAD, *_table(plain), "", *sections]).rstrip() + "\n"
    return re.sub(r"docs/[\w/-]+\.md", r"[\g<0>](../\g<0>)", text)


def _model(name: str) -> str:
    """Return the settings of one of auva's models, and the axes of its grid."""
    model = get_model(name, "the list of models")
    axes = [f"`{axis}` (default `{each.default}`)" for axis, each in model.axes("vaau").items()]
    words = (model.__doc__ or "").splitlines()[0]
    grid = f" Axes of its grid: {', '.join(axes)}." if axes else ""
    presets = ""
    if type(model).preset is not Model.preset:
        first, *others = (f"`{preset}`" for preset in model.presets)
        presets = f" Presets: {', '.join([f'{first} (default)', *others])}."
    settings = {key: setting.as_schema() for key, setting in model.settings.items()}
    rows = [_row(key, value) for key, value in settings.items()]
    return "\n".join([f"## models.{name}", "", f"{words}{grid}{presets}", "", *_table(rows), ""])


def _section(name: str, part: Mapping[str, Any]) -> str:
    rows = [_row(key, value) for key, value in part["properties"].items()]
    return "\n".join([f"## {name}", "", part["description"], "", *_table(rows), ""])


def _table(rows: list[str]) -> list[str]:
    return ["| key | meaning | allowed values | default |", "| --- | --- | --- | --- |", *rows]


def _row(key: str, part: Mapping[str, Any]) -> str:
    cells = (
        f"`{key}`",
        part["description"],
        ", ".join(_allowed(part)),
        _shown(part.get("default")),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _allowed(part: Mapping[str, Any]) -> Iterator[str]:
    if "enum" in part:
        yield from (_shown(value) for value in part["enum"])
        return
    kinds = part["type"] if isinstance(part["type"], list) else [part["type"]]
    yield " or ".join(kinds)
    for key, words in (
        ("minimum", "at least"),
        ("exclusiveMinimum", "above"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "below"),
    ):
        if key in part:
            yield f"{words} {part[key]}"


def _shown(value: object) -> str:
    if value is None:
        return "`null`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict):
        return "`{" + ", ".join(f"{k}: {_number(v)}" for k, v in value.items()) + "}`"
    return f"`{_number(value)}`"


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def with_formats(page: str) -> str:
    """Return the page on annotations with a new table of formats."""
    rows = [
        f"| `{entry.name}` | {entry.kind.upper()} | {entry.content} | {entry.frames} |"
        for entry in sorted(FORMATS, key=lambda entry: entry.name)
    ]
    return _with_table(page, FORMATS_HEAD, rows)


def with_metrics(page: str) -> str:
    """Return the page on evaluation with a new table of metrics."""
    rows = [
        f"| `{metric.name}` | {metric.task.upper()} | {metric.text} | "
        f"{f'`{metric.floor}`' if metric.floor else ''} | {metric.undefined} |"
        for metric in METRICS
    ]
    return _with_table(page, METRICS_HEAD, rows)


def _with_table(page: str, head: str, rows: Iterable[str]) -> str:
    """Return a page with new rows in the table with this head; an empty line ends a table."""
    lines = page.splitlines()
    first = lines.index(head)
    last = next(k for k in range(first, len(lines) + 1) if not lines[k : k + 1] or not lines[k])
    rule = "|" + " --- |" * (head.count("|") - 1)
    return "\n".join([*lines[:first], head, rule, *rows, *lines[last:], ""])


if __name__ == "__main__":
    write_text(ANNOTATIONS, with_formats(Path(ANNOTATIONS).read_text(encoding="utf-8")))
    write_text(EVALUATION, with_metrics(Path(EVALUATION).read_text(encoding="utf-8")))
    write_text(PAGE, page(read_schema(SCHEMA)))
