"""Any table of times or frames and named values, whose layout the user states.

CARMA, DARMA, PAGAN, FeelTrace, FaceReader, RECOLA, SEWA and many scripts write such tables, each
with its own names, unit of time and scale. Nothing of these is guessed: the sample sheet or a small
YAML says them (`auva.annotations.layout`).
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from auva.annotations.context import Context, Timeline
from auva.annotations.format import Content, Files, Format, only_file
from auva.annotations.frames import up_to_the_end
from auva.annotations.layout import KEYS, Layout
from auva.annotations.rows import Rows, read_rows
from auva.annotations.sampling import Samples, frames_needed, interpolated, nearest
from auva.annotations.tables import MAX_INTENSITY, ActionUnits, FramesOf, ValenceArousal
from auva.errors import InputError
from auva.sheet.layouts import BESIDE
from auva.sheet.scale import Scale
from auva.units import VA_NAMES, names_of

NAME = "table"
_OnFrames = tuple[np.ndarray, dict[str, np.ndarray]]
Sampler = Callable[[Samples, int, Timeline, float | None], np.ndarray]


def read_action_units(files: Files, context: Context) -> ActionUnits:
    """Read the Action Units of a table whose layout is known.

    Raises
    ------
    InputError
        If the layout lacks something, and for the first thing that is wrong in the file.
    """
    layout = _layout(files, context, "au")
    path = only_file(files, NAME)
    asked = names_of(context.units)
    names = [name for name in asked if name in layout.columns]
    if not names:
        raise InputError(f"{layout.place} names a column of none of {', '.join(asked)}", path)
    _check_values(path, layout)
    rows = read_rows(path, layout, names, context)
    scale = layout.scale or Scale(0, MAX_INTENSITY)
    for name in names:
        _check_units(rows, name, layout, scale)
    frame, values = _on_frames(rows, layout, context, nearest)
    known = np.full((len(frame), len(asked)), np.nan)
    for name in names:
        known[:, asked.index(name)] = values[name]
    presence = known >= (1 if layout.threshold is None else layout.threshold)
    table = ActionUnits(
        frame,
        presence,
        ~np.isnan(known),
        _intensity(known, scale) if layout.values == "intensity" else presence,
        _frames_of(layout),
        (*rows.left_out, *_other_units(layout, asked)),
        _read_as(rows),
        units=context.units,
        stated=np.full(known.shape, layout.values == "intensity"),
    )
    return up_to_the_end(table, _end(layout, context))


def read_valence_arousal(files: Files, context: Context) -> ValenceArousal:
    """Read valence and arousal of a table whose layout is known, or of one table for each.

    Raises
    ------
    InputError
        If the layout lacks something, and for the first thing that is wrong in a file.
    """
    layout = _layout(files, context, "va")
    names = [name for name in VA_NAMES if name in layout.columns]
    if not names:
        raise InputError(f"{layout.place} names no column of valence or arousal", files[0])
    scale = _scale(files[0], layout, context)
    frame, columns, left_out, read_as = np.empty(0, np.int64), {}, (), ()
    for path, wanted in _shares(files, names):
        rows = read_rows(path, layout, wanted, context)
        for name in wanted:
            _check_scale(rows, name, scale)
        found, values = _on_frames(rows, layout, context, interpolated)
        columns |= {name: (found, scale.to_unit(values[name])) for name in wanted}
        frame = np.union1d(frame, found)
        left_out += rows.left_out
        read_as += _read_as(rows)
    table = np.full((len(frame), len(VA_NAMES)), np.nan)
    for name, (found, values) in columns.items():
        table[np.searchsorted(frame, found), VA_NAMES.index(name)] = np.clip(values, -1, 1)
    read = ValenceArousal(
        table, ~np.isnan(table), frame, _frames_of(layout), left_out, tuple(dict.fromkeys(read_as))
    )
    return up_to_the_end(read, _end(layout, context))


def _layout(files: Files, context: Context, kind: str) -> Layout:
    layout = context.layout
    if layout is None:
        cause = f"a table needs a layout: the column {kind}_layout of the sheet, or {files[0].name}"
        raise InputError(f"{cause}{BESIDE} beside it (docs/reference/annotations.md)", files[0])
    if layout.unit is None:
        raise InputError(f"{layout.place} must say the unit: s, ms, clock or frames", files[0])
    counts = layout.unit in ("frames", "converted_frames")
    if not counts and layout.time is None:
        raise InputError(f"{layout.place} must name the column of the time", files[0])
    if counts and layout.time is not None and layout.first is None:
        cause = "must say whether the first frame is 0 or 1 (first)"
        raise InputError(f"{layout.place} {cause}", files[0])
    for key, value in (("first", layout.first), ("gap", layout.gap)):
        if value is not None and counts == (key == "gap"):
            cause = f"'{key}' has no meaning with the unit {layout.unit}"
            raise InputError(f"{layout.place}: {cause}", files[0])
    return layout


def _check_values(path: Path, layout: Layout) -> None:
    if layout.values is None:
        cause = "must say what the Action Units' columns hold (values: presence or intensity)"
        raise InputError(f"{layout.place} {cause}", path)
    if layout.values == "intensity" and layout.threshold is None:
        cause = "must say from which intensity on a unit is present (threshold)"
        raise InputError(f"{layout.place} {cause}", path)
    if layout.values == "intensity" and layout.scale is None:
        raise InputError(f"{layout.place} must say the scale of the intensity, as 0:5", path)
    if layout.values == "presence" and layout.scale and not set(layout.columns) & set(VA_NAMES):
        raise InputError(f"{layout.place}: presence has no scale", path)


def _check_units(rows: Rows, name: str, layout: Layout, scale: Scale) -> None:
    column = rows.values[name]
    if layout.values == "intensity":
        _check_scale(rows, name, scale)
    elif layout.threshold is None:
        wrong = ~(np.isnan(column) | (column == 0) | (column == 1))
        rows.error(wrong, lambda row: f"presence of {name} is {column[row]:.6g}, neither 0 nor 1")


def _check_scale(rows: Rows, name: str, scale: Scale) -> None:
    column = rows.values[name]
    wrong = ~(np.isnan(column) | ((column >= scale.low) & (column <= scale.high)))
    rows.error(wrong, lambda row: f"{name} {column[row]:.6g} is outside the scale {scale}")


def _scale(path: Path, layout: Layout, context: Context) -> Scale:
    scale = layout.scale or context.va_scale
    if scale is None:
        cause = f"{layout.place} must say the scale of valence and arousal, as -1:1 (scale)"
        raise InputError(cause, path)
    if context.va_scale not in (None, scale):
        cause = f"{layout.place} says the scale {scale}, the sheet's va_scale {context.va_scale}"
        raise InputError(cause, path)
    return scale


def _intensity(values: np.ndarray, scale: Scale) -> np.ndarray:
    share = (values - scale.low) / (scale.high - scale.low)
    return np.clip(share * MAX_INTENSITY, 0, MAX_INTENSITY)


def _on_frames(rows: Rows, layout: Layout, context: Context, sample: Sampler) -> _OnFrames:
    """Return the frames that the rows give, and the values there."""
    if layout.unit in ("frames", "converted_frames"):
        return rows.at, rows.values
    line = context.timeline
    frames = frames_needed(rows.text.path, rows.at, line)
    values = {
        name: sample(Samples(rows.at, column), frames, line, layout.gap)
        for name, column in rows.values.items()
    }
    return np.arange(1, frames + 1), values


def _shares(files: Files, names: list[str]) -> list[tuple[Path, list[str]]]:
    """Return which columns are read from which file: all from one, or one from each of two."""
    if len(files) == 1:
        return [(files[0], names)]
    if len(files) != len(names):
        cause = f"{len(files)} files for {len(names)} columns (of valence, of arousal)"
        raise InputError(cause, files[0])
    return [(path, [name]) for path, name in zip(files, names, strict=True)]


def _read_as(rows: Rows) -> tuple[str, ...]:
    """Return from when to when the rows are, by which a wrong unit of time is seen."""
    unit = "s" if rows.at.dtype == float else ""
    return (f"rows from {rows.at[0]:.6g} to {rows.at[-1]:.6g} {unit}".rstrip(),)


def _other_units(layout: Layout, asked: Sequence[str]) -> tuple[str, ...]:
    names = [name for name in layout.columns if name not in (*asked, *VA_NAMES)]
    return (f"columns of {', '.join(names)}",) if names else ()


def _frames_of(layout: Layout) -> FramesOf:
    return "original" if layout.unit == "frames" else "converted"


def _end(layout: Layout, context: Context) -> int | None:
    """Return the frames of the video, up to which those without a row are not labelled.

    A table with a row for each frame has them all: what lacks is found where lengths are compared.
    """
    if layout.time is None:
        return None
    line = context.timeline
    return line.original if layout.unit == "frames" else line.frames


def _recognise(content: Content) -> bool:
    return content.layout is not None and bool(content.layout.columns)


FORMATS = (
    Format(
        name=NAME,
        kind="au",
        recognise=_recognise,
        read=read_action_units,
        write=None,
        content="any table with a column per Action Unit, presence or intensity; the layout says "
        "its columns, unit of time, scale, threshold and missing codes",
        frames="times (s, ms, h:mm:ss) or frames, from 0 or 1, gaps allowed",
        frames_of="converted",
        layout=KEYS,
    ),
    Format(
        name=NAME,
        kind="va",
        recognise=_recognise,
        read=read_valence_arousal,
        write=None,
        content="any table with columns of valence and arousal, or one table for each; the layout "
        "says its columns, unit of time, scale and missing codes",
        frames="times (s, ms, h:mm:ss) or frames, from 0 or 1, gaps allowed",
        frames_of="converted",
        layout=KEYS,
        scaled=True,
    ),
)
