"""The table of image quality: every measured checkpoint of every run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from auva.models.gan.datasets import DIGITS
from auva.models.run import Run
from auva.records.quality import QUALITY, read_quality
from auva.tables.page import Cell, Page, Row, write_page

_HEADS = ("KID", "floor (real to real)", "diversity", "collapsed")
_CAPTION = (
    "Kernel distance (x 1000) of generated images to those of the test people, over features of a "
    "network that the workflow trains on the training set; lower is better. The floor is the same "
    "distance of real training images, because people differ too. A difference smaller than the "
    "standard deviation over random subsets (small print) is not meaningful. Diversity: of the "
    "images of a generator, as a share of that of real images. In bold: the best run of each "
    "dataset and image size, grey and coloured images apart; never a collapsed one."
)


def write_quality(
    runs: Sequence[Mapping[str, Any]],
    measured: Sequence[str | Path],
    csv: str | Path,
    markdown_path: str | Path,
    html_path: str | Path,
) -> None:
    """Write the table of all runs.

    Parameters
    ----------
    runs : sequence of mapping
        The runs, as `auva.models.run.Run.as_dict` gives them.
    measured : sequence of path
        Their quality.csv, in the same order.
    csv, markdown_path, html_path : path
        Written; the CSV has a row per measured checkpoint, the pages each run's last one.

    Raises
    ------
    InputError
        A quality.csv that is missing or damaged.
    """
    shown = [Run.from_dict(run) for run in runs]
    parts = []
    for run, path in zip(shown, measured, strict=True):
        part = read_quality(path)
        names = {"experiment": run.experiment, "run": run.name, "dataset": run.dataset}
        for place, (name, value) in enumerate(names.items()):
            part.insert(place, name, value)
        parts.append(part)
    empty = pd.DataFrame(columns=["experiment", "run", "dataset", *QUALITY])
    table = pd.concat(parts, ignore_index=True) if parts else empty
    last = table.groupby(["experiment", "run"], sort=False).tail(1)
    best = _best(last, {run.key: run for run in shown})
    rows = [_row(row, place in best) for place, row in last.iterrows()]
    page = Page("Image quality", _CAPTION, ("experiment", "run", "iteration"), _HEADS, rows)
    write_page(table, page, csv, markdown_path, html_path)


def _best(last: "pd.DataFrame", runs: Mapping[tuple[str, str], Run]) -> set[object]:
    """Return the rows with the smallest distance among those that can be compared."""
    sound = last[last["collapsed"] == 0]
    groups = [_comparable(runs[row["experiment"], row["run"]]) for _, row in sound.iterrows()]
    smallest = sound.groupby(groups)["kid"].transform("min") if groups else sound["kid"]
    return set(sound.index[sound["kid"] == smallest])


def _comparable(run: Run) -> str:
    """Return what runs must share for their distances to be compared: pictures and features."""
    name = run.dataset
    grey = run.kind == "vanilla" or (name in DIGITS and DIGITS[name].grey)
    return f"{name} {run.image_size} {'grey' if grey else 'colour'}"


def _row(row: "pd.Series", best: bool) -> Row:
    kid = Cell(f"{1000 * row['kid']:.1f}", (f"± {1000 * row['kid_std']:.1f}",), best)
    floor = Cell(f"{1000 * row['floor']:.1f}", (f"± {1000 * row['floor_std']:.1f}",))
    cells = (kid, floor, Cell(f"{row['diversity']:.2f}"), Cell("yes" if row["collapsed"] else "no"))
    return Row((str(row["experiment"]), str(row["run"]), str(row["iteration"])), cells)
