"""BORIS' aggregated events: a row per event, in the order of behaviours and not of time."""

from pathlib import Path

import pytest

from auva.annotations import (
    ActionUnits,
    Context,
    Timeline,
    read_action_units,
    recognise_action_units,
    write_action_units,
)
from auva.errors import InputError
from auva.units import THESIS_NAMES

HEADER = (
    "Observation id\tObservation date\tDescription\tObservation type\tSource\tTime offset (s)\t"
    "Coding duration\tMedia duration (s)\tFPS (frame/s)\tSubject\t"
    "Observation duration by subject by observation\tBehavior\tBehavioral category\tModifier #1\t"
    "Modifier #2\tBehavior type\tStart (s)\tStop (s)\tDuration (s)\tMedia file name\t"
    "Image index start\tImage index stop\tImage file path start\tImage file path stop\t"
    "Comment start\tComment stop"
)


def event(
    behaviour: str,
    start: str,
    stop: str,
    one: str = "None",
    two: str = "",
    subject: str = "No focal subject",
    kind: str = "STATE",
    media: str = "v.mp4",
    length: str | None = None,
) -> str:
    known = length if length is not None else f"{float(stop) - float(start):.3f}"
    cells = ("o1", "2026-01-01 10:00:00", "", "Media file", f"player #1:{media}", "0", "2.000")
    cells += ("0.400", "30.000", subject, "1.0", behaviour, "Not defined", one, two, kind)
    cells += (start, stop, known, media, "1", "2", "", "", "", "")
    return "\t".join(cells)


def export(folder: Path, *events: str, header: str = HEADER, end: str = "\r\n") -> Path:
    path = folder / "aggregated.tsv"
    path.write_bytes("".join(f"{line}{end}" for line in (header, *events)).encode())
    return path


def frames(table: ActionUnits, name: str) -> list[int]:
    present = table.presence[:, THESIS_NAMES.index(name)] == 1
    return table.frame[present].tolist()


def refusal(path: Path, **context) -> str:
    with pytest.raises(InputError) as caught:
        read_action_units(path, None, Context(Timeline(12), **context))
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(str(path))


def test_events_are_spans_in_any_order(tmp_path):
    path = export(
        tmp_path,
        event("AU12", "0.200", "0.300", "3"),
        event("AU12", "0.000", "0.100", "None", "C"),
        event("AU6+25", "0.100", "0.200"),
        event("AU4", "0.000", "0.400", "0"),
        event("looks away", "0.000", "0.100"),
        event("blink", "0.100", "0.100", kind="POINT", length="NA"),
    )
    assert recognise_action_units(path) == "boris_aggregated"
    table = read_action_units(path, None, Context(Timeline(12), medium="v.mp4"))
    assert table.frames_of == "converted"
    assert frames(table, "AU12") == [1, 2, 3, 7, 8, 9]
    assert table.intensity[[0, 6], 4].tolist() == [3, 3]
    assert frames(table, "AU6") == frames(table, "AU25") == [4, 5, 6]
    assert frames(table, "AU4") == []
    assert table.mask.all(axis=0).tolist() == [False, False, True, True, True, False, False, True]
    assert "looks away" in " ".join(table.left_out)
    assert len(read_action_units(path)) == 12, "without a video the medium's length tells"


def test_commas_and_quotes(tmp_path):
    lines = [HEADER, event("AU12", "0.200", "0.300", "3")]
    cells = [[f'"{cell}"' for cell in line.split("\t")] for line in lines]
    path = tmp_path / "aggregated.csv"
    path.write_text("\n".join(",".join(row) for row in cells) + "\n")
    assert recognise_action_units(path) == "boris_aggregated"
    assert frames(read_action_units(path), "AU12") == [7, 8, 9]


def test_one_of_several_people_is_chosen(tmp_path):
    path = export(
        tmp_path,
        event("AU12", "0.000", "0.100", subject="mother"),
        event("AU12", "0.200", "0.300", subject="child"),
    )
    assert "labels of several people ('child', 'mother')" in refusal(path)
    table = read_action_units(path, None, Context(Timeline(12), subject="mother"))
    assert frames(table, "AU12") == [1, 2, 3]
    assert any("child" in told for told in table.left_out)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (event("AU12", "0.2", "0.2", kind="POINT"), ", line 2: 'AU12' is 'POINT', not STATE"),
        (event("AU12", "0.3", "0.2"), ", line 2: the span ends"),
        (event("AU12", "0.2", "0.2"), ", line 2: the span ends"),
        (event("AU12", "-0.2", "0.2"), ", line 2: "),
        (event("AU12", "NA", "NA", length="NA"), ", line 2: "),
        (event("AU12", "x", "0.2", length="0.2"), ", line 2: 'x' is not a number"),
        (event("AU12", "0,1", "0.2", length="0.1"), ", line 2: '0,1' is not a number"),
        (
            event("AU12", "0.1", "0.2", length="0.3"),
            ", line 2: the duration is 0.3 s, but the",
        ),
        (event("AU12", "0.1", "1e9", length="NA"), ", line 2: the time 1e+09 s is not in a video"),
        (event("AU 4 or 7", "0.1", "0.2"), ", line 2: "),
        (event("AU12", "0.1", "0.2", "strong?!"), ", line 2: "),
        (event("gaze", "0.1", "0.2"), ": no behaviour is named after one of AU1"),
        ("o1\tshort", ", line 2: 2 cells where the header has 26"),
    ],
)
def test_wrong_events_are_refused_by_their_line(tmp_path, row, expected):
    assert refusal(export(tmp_path, row)).startswith(expected)


def test_a_header_alone_and_a_column_twice(tmp_path):
    assert refusal(export(tmp_path)) == ": no events follow the header"
    path = export(tmp_path, "x", header=HEADER.replace("Stop (s)", "Start (s)\tStop (s)"))
    assert ", line 1: column 'Start (s)' is named twice" in refusal(path)


def test_events_that_end_beyond_the_video_need_more_frames_than_it_has(tmp_path):
    path = export(tmp_path, event("AU12", "0.200", "1.000"))
    found = Context(Timeline(12, original=12))
    assert len(read_action_units(path, None, found)) == 30


def test_what_was_read_is_written_and_read_again(tmp_path):
    path = export(tmp_path, event("AU12", "0.200", "0.300", "3"), event("AU1", "0.000", "0.100"))
    table = read_action_units(path, None, Context(Timeline(12)))
    write_action_units(tmp_path / "again.tsv", table, "boris_aggregated")
    again = read_action_units(tmp_path / "again.tsv")
    assert again.equals(table)
    assert (tmp_path / "again.tsv").read_text().count("STATE") == 8
