"""The tables of `auva.tables.corpus` as pages: groups side by side, thesis beside ours."""

import pandas as pd

from auva.statistics.published import Published, misprints
from auva.tables.corpus import ALL, OURS, TEST, THESIS, TRAINING
from auva.tables.page import Cell, Page, Row
from auva.units import describe

_MISPRINTS = (
    "The numbers of the thesis are as printed; if a percentage does not follow from its own "
    "counts, a note says so (most such columns were made to sum to 100)."
)


def video_page(table: pd.DataFrame, published: Published) -> Page:
    """Return Table 3.1 as a page."""
    rows = [
        Row(
            (str(row["batch"]), str(row["source"])),
            [
                _count(row["videos"]),
                _count(row["frames"]),
                _count(row["frames_with_au"], row["frames_with_au_percent"], 1),
                _count(row["aus_annotated"]),
                _count(row["selected"], row["selected_percent"], 1),
            ],
            str(row["source"]),
        )
        for _, row in _by_group(table, "batch").iterrows()
    ]
    caption = (
        "General statistics on the annotated videos (Table 3.1 of the thesis), by annotation batch "
        "(the column batch of the sample sheet). Selected frames are those that go into the "
        f"dataset. {_MISPRINTS}"
    )
    heads = ("videos", "frames", "frames with an AU", "AUs annotated", "selected frames")
    notes = _notes(published, "Table 3.1")
    return Page("Table 3.1: annotated videos", caption, ("batch", "source"), heads, rows, notes)


def action_unit_page(table: pd.DataFrame, published: Published) -> Page:
    """Return Table 3.2 as a page."""
    caption = (
        "Frames with each Action Unit (Table 3.2 of the thesis), with or without a kept face, "
        f"and its share of all Action Units annotated. {_MISPRINTS}"
    )
    notes = _notes(published, "Table 3.2")
    return _wide(table, "batch", "Table 3.2: Action Units annotated", caption, notes, 1)


def people_page(table: pd.DataFrame, published: Published) -> Page:
    """Return Table 3.3 as a page."""
    columns = ("male", "female", "unknown", "people", "videos")
    rows = [
        Row(
            (str(row["set"]), str(row["source"])),
            [
                *(_count(row[name]) for name in columns),
                _count(row["frames"], row["frames_percent"], 1),
            ],
            str(row["source"]),
        )
        for _, row in _by_group(table, "set").iterrows()
    ]
    caption = (
        "People, videos and frames of each set of the dataset (Table 3.3 and section 3.1.4 of the "
        "thesis). No person is in two sets. training: train and validation together, the thesis' "
        f"training set. {_MISPRINTS}"
    )
    notes = _notes(published, "section 3.1.4")
    return Page(
        "Table 3.3: people of each set",
        caption,
        ("set", "source"),
        [*columns, "frames"],
        rows,
        notes,
    )


def share_page(table: pd.DataFrame, published: Published) -> Page:
    """Return Table 3.4 as a page, with the largest and the smallest gap in the caption."""
    told = []
    for source in (THESIS, OURS):
        gap = table[(table["source"] == source) & (table["set"] == TEST)].set_index("au")["gap"]
        gap = gap.dropna()
        if len(gap):
            told.append(
                f"{source}: largest gap {gap.max():.2f} ({gap.idxmax()}), smallest {gap.min():.2f} "
                f"({gap.idxmin()})"
            )
    caption = (
        "Selected frames with each Action Unit and its share of all Action Units of the set (Table "
        "3.4 of the thesis). training: train and validation together. gap: difference between the "
        f"shares of {TRAINING} and {TEST}, in percentage points; {'; '.join(told)}. {_MISPRINTS}"
    )
    notes = _notes(published, "Table 3.4")
    return _wide(table, "set", "Table 3.4: Action Units of each set", caption, notes, 2)


def reason_page(table: pd.DataFrame) -> Page:
    """Return a page of the frames by reason, summed over the videos."""
    whole = table["frames"].sum()
    grouped = table.groupby(["selected", "reason"], sort=False)["frames"].agg(["sum", "count"])
    ordered = grouped.sort_values("sum", ascending=False).sort_index(
        level="selected", ascending=False, sort_remaining=False, kind="stable"
    )
    words = {1: "selected", 0: "left out"}
    rows = [
        Row(
            (words[int(kept)], str(reason)),
            [_count(row["sum"], 100 * row["sum"] / whole, 1), _count(row["count"])],
        )
        for (kept, reason), row in ordered.iterrows()  # type: ignore[misc]
    ]
    for kept in (1, 0):
        part = table[table["selected"] == kept]
        share = 100 * part["frames"].sum() / max(whole, 1)
        cells = [_count(part["frames"].sum(), share, 1), _count(part["video"].nunique())]
        rows.append(Row(("together", words[kept]), cells, "floor"))
    cells = [_count(whole, 100.0, 1), _count(table["video"].nunique())]
    rows.append(Row(("together", "frames of the corpus"), cells, "floor"))
    caption = (
        "Every frame of every video: whether it was selected, and the reason. The CSV has one row "
        "per video and reason; its frames add up to those of the corpus."
    )
    heads = ("frames", "videos")
    return Page("Frames by reason", caption, ("frame", "reason"), heads, rows)


def _wide(
    table: pd.DataFrame, group: str, title: str, caption: str, notes: list[str], digits: int
) -> Page:
    """Return a table of Action Units with the groups side by side and a row of totals."""
    names = _groups(table[group])
    known = {(row["source"], row[group], row["au"]): row for row in table.to_dict("records")}
    gaps = "gap" in table.columns
    rows = []
    sources = [source for source in (THESIS, OURS) if (table["source"] == source).any()]
    for au in dict.fromkeys(table["au"]):
        for source in sources:
            cells = []
            for name in names:
                row = known.get((source, name, au))
                cells.append(_count(row["count"], row["percent"], digits) if row else Cell(""))
            if gaps:
                gap = known[source, TEST, au]["gap"]
                cells.append(Cell("" if pd.isna(gap) else f"{gap:.{digits}f}"))
            rows.append(Row((f"{au}, {describe(au)}", source), cells, source))
    for source in sources:
        part = table[table["source"] == source].groupby(group)["count"].sum()
        cells = [_count(part[name]) if name in part else Cell("") for name in names]
        rows.append(Row(("all", source), [*cells, *[Cell("")] * gaps], source))
    heads = [*names, "gap"] if gaps else names
    return Page(title, caption, ("Action Unit", "source"), heads, rows, notes)


def _groups(column: pd.Series) -> list[str]:
    """Return the groups in the order of the page: parts before their totals."""
    last = [name for name in (TRAINING, TEST, ALL) if (column == name).any()]
    return [name for name in dict.fromkeys(column) if name not in last] + last


def _by_group(table: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return the rows sorted by group, so that the thesis' and our rows of a group are adjacent."""
    order = {name: place for place, name in enumerate(_groups(table[group]))}
    return table.sort_values(group, key=lambda names: names.map(order), kind="stable")


def _notes(published: Published, where: str) -> list[str]:
    return [note for note in misprints(published) if note.startswith(where)]


def _count(number: float, share: float | None = None, digits: int = 1) -> Cell:
    """Return the cell of a count, with its share (%) below."""
    if pd.isna(number):
        return Cell("")
    small = () if share is None or pd.isna(share) else (f"{share:.{digits}f} %",)
    return Cell(f"{int(number):,}", small)
