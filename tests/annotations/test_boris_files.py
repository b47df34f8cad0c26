"""BORIS' exports as its versions write them: names, modifiers, media, offsets, people."""

from pathlib import Path

import pytest
from span_files import boris, spans, state

from auva.annotations import Context, Timeline, left_out, read_action_units
from auva.annotations.tables import ActionUnits
from auva.errors import InputError
from auva.units import THESIS_NAMES

FRAMES = 300
"""Ten seconds at 30 fps."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.tsv"


def units(path: Path, frames: int | None = FRAMES, **context) -> ActionUnits:
    return read_action_units(path, None, Context(Timeline(frames), **context))


def refusal(path: Path, **context) -> str:
    with pytest.raises(InputError) as caught:
        units(path, **context)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def test_behaviours_mean_their_units(path):
    boris(
        path,
        *state("AU12", 1, 2),
        *state("AU6+12", 3, 4),
        *state("AU12L", 5, 6),
        *state("AU4B", 7, 8),
        *state("AU25 not visible", 8, 9),
    )
    table = units(path)
    assert spans(table, "AU12") == [(31, 60, 1), (91, 120, 1), (151, 180, 1)]
    assert spans(table, "AU6") == [(91, 120, 1)]
    assert spans(table, "AU4") == [(211, 240, 2)]
    assert not table.mask[:, THESIS_NAMES.index("AU25")].any()
    assert not table.mask[:, THESIS_NAMES.index("AU1")].any()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"modifier": "None"}, 1),
        ({"modifier": "NA"}, 1),
        ({"modifier": "3"}, 3),
        ({"modifier": "AU12 0"}, 0),
        ({"modifier": "None", "second": "4"}, 4),
        ({"modifier": "left", "second": "C"}, 3),
        ({"modifier": "None|C"}, 3),
        ({"modifier": "?"}, -1),
        ({"modifier": "left|None", "second": "not visible"}, -1),
    ],
)
def test_all_modifiers_count(path, cells, expected):
    boris(path, *state("AU12", 1, 2, **cells))
    assert spans(units(path), "AU12") == ([(31, 60, expected)] if expected else [])


@pytest.mark.parametrize("header", ["Modifier #1", "Modifier 1", "Modifiers", "Modifiers #1"])
def test_modifiers_have_several_names(path, header):
    rows = [row | {header: "D"} for row in state("AU12", 1, 2)]
    assert spans(units(boris(path, *rows)), "AU12") == [(31, 60, 4)]


SEVERAL = {"source": "player #1:v1.mp4;v2.mp4", "length": "1.0;2.0"}


def queued(**cells: str) -> list[dict[str, str]]:
    """Events of two media, one after the other."""
    return [
        *state("AU12", 0.2, 0.6, medium="v1.mp4", **cells),
        *state("AU12", 1.2, 1.5, medium="v2.mp4", **cells),
        *state("talks", 2.5, 2.6, medium="v2.mp4", **cells),
    ]


@pytest.mark.parametrize(
    ("video", "frames", "expected"),
    [("v1.mp4", 30, (7, 18, 1)), ("v2.mp4", 60, (7, 15, 1)), ("V2.MOV", 60, (7, 15, 1))],
)
def test_queued_media_have_their_own_clocks(path, video, frames, expected):
    boris(path, *queued(**SEVERAL))
    table = units(path, frames, medium=video)
    assert spans(table, "AU12") == [expected]
    assert table.left_out == ("'talks' (2 events)", "other media (1 span)")
    # Without the source and with one length a row, the order of the media tells.
    rows = queued(length="1.0")
    boris(path, *rows[:2], *(row | {"Media duration (s)": "2.0"} for row in rows[2:]))
    assert spans(units(path, frames, medium=video), "AU12") == [expected]
    # Version 8 writes folders, and a second player beside the first.
    both = r"player #1:C:\x\v1.mp4;C:\x\v2.mp4|player #2:C:\x\side.mp4"
    boris(path, *queued(source=both, length="1.0;2.0|3.0"))
    assert spans(units(path, frames, medium=video), "AU12") == [expected]


def test_a_medium_of_another_name_is_told(path):
    boris(path, *state("AU12", 1, 2, source="player #1:C:/films/old.mp4", length="10"))
    assert units(path, medium="v.mp4").read_as == ("made on 'old.mp4', taken for 'v.mp4'",)


def test_a_state_that_goes_on_in_the_next_medium_ends_with_its_own(path):
    boris(path, *state("AU12", 0.5, 1.5, **SEVERAL))
    assert spans(units(path, 30, medium="v1.mp4"), "AU12") == [(16, 30, 1)]
    assert spans(units(path, 60, medium="v2.mp4"), "AU12") == [(1, 15, 1)]


@pytest.mark.parametrize(
    ("cells", "video", "expected"),
    [
        (SEVERAL, "x.mp4", ": the observation has several media ('v1.mp4', 'v2.mp4'); none can be"),
        (SEVERAL, "", ": the observation has several media ('v1.mp4', 'v2.mp4'), and the video is"),
        (
            SEVERAL | {"length": "NA"},
            "v2.mp4",
            ": the lengths of the media before 'v2.mp4' are missing",
        ),
        (
            SEVERAL | {"source": "player #1:v1.mp4;v1.mp4"},
            "v1.mp4",
            ": the observation has several media ('v1.mp4', 'v1.mp4'); none can be identified",
        ),
        (
            {"source": "player #1:a.mp4|player #2:v1.mp4", "length": "3|3"},
            "v1.mp4",
            ": 'v1.mp4' was shown beside 'a.mp4', and the table does not give their delay",
        ),
        (SEVERAL | {"length": "9;2"}, "v2.mp4", ", line 4: a row of 'v2.mp4' is at -7.8 s of"),
    ],
)
def test_media_that_cannot_be_told_apart_are_an_error(path, cells, video, expected):
    boris(path, *queued(**cells))
    assert refusal(path, frames=60, medium=video).startswith(expected)


@pytest.mark.parametrize(
    ("cells", "frames", "fine"),
    [
        ({"length": "2.0"}, 60, True),
        ({"length": "2.9"}, 60, True),
        ({"length": "600.0"}, 60, False),
        ({"length": "1.0"}, 70, False),
        ({"length": "100.9"}, 3000, True),
        ({"length": "101.9"}, 3000, True),
        ({"length": "102.1"}, 3000, False),
        ({"length": "NA"}, 60, True),
        ({"source": "player #1:v.mp4", "length": "9.0"}, 60, False),
    ],
)
def test_a_medium_of_another_length_is_not_the_video(path, cells, frames, fine):
    boris(path, *state("AU12", 0.5, 0.9, **cells))
    if fine:
        assert len(units(path, frames, medium="v.mp4")) == frames
        assert not units(path, frames, medium="v.mp4").read_as
    else:
        told = f": the medium lasts {float(cells['length']):.6g} s, the video {frames / 30:.6g} s"
        assert refusal(path, frames=frames, medium="v.mp4").startswith(
            f"{told} (they may differ by"
        )


@pytest.mark.parametrize("offset", ["0", "0.0", "0.00", "0.000", "NA", "", "00:00:00.000"])
def test_an_offset_of_zero_is_none(path, offset):
    boris(path, *state("AU12", 1, 2, offset=offset, length="10.0"))
    assert spans(units(path), "AU12") == [(31, 60, 1)]


@pytest.mark.parametrize(
    ("offset", "start"),
    [("5", 6), ("5.000", 6), ("-0.5", 0.5), ("00:00:05.000", 6), ("3600", 3601)],
)
def test_the_time_offset_is_part_of_all_times(path, offset, start):
    boris(path, *state("AU12", start, start + 1, offset=offset, length="10.0", source="v.mp4"))
    assert spans(units(path, medium="v.mp4"), "AU12") == [(31, 60, 1)]


PREAMBLE = (
    "Observation id\to",
    "",
    "Media file(s)",
    "Player #1\tv.mp4",
    "Time offset (s)\t5.000",
    "",
)


def version_7(start: float, stop: float, total: str, medium: str = "v.mp4") -> list[dict[str, str]]:
    """A state event by version 7: `Status`, `Modifier 1`, `Total length`."""
    return [
        {"Time": str(time), "Media file path": medium, "Total length": total}
        | {"Subject": "", "Behavior": "AU12", "Modifier 1": "3", "Status": kind}
        for kind, time in (("START", start), ("STOP", stop))
    ]


def test_version_7_tells_its_offset_above_the_table(path):
    boris(path, *version_7(6, 7, "10.000"), above=PREAMBLE)
    assert spans(units(path, medium="v.mp4"), "AU12") == [(31, 60, 3)]
    assert refusal(path, frames=30, medium="v.mp4") == (
        ": the medium lasts 10 s, the video 1 s (they may differ by 1 s)"
    )
    # The length is the time of the last event where that is later: it tells nothing then.
    boris(path, *version_7(6, 14, "14.000"), above=PREAMBLE)
    assert spans(units(path, medium="v.mp4"), "AU12") == [(31, 270, 3)]
    other = [row | {"Time offset (s)": "4"} for row in version_7(6, 7, "10.000")]
    boris(path, *other, above=PREAMBLE)
    assert refusal(path).startswith(", line 8: two time offsets (5 and 4 s)")


def test_version_7_tells_the_medium_of_each_event(path):
    above = [*PREAMBLE[:4], "Player #1\tw.mp4", *PREAMBLE[4:]]
    rows = [*version_7(6, 7, "30.000"), *version_7(16, 17, "30.000", "w.mp4")]
    boris(path, *rows, above=above)
    table = units(path, medium="v.mp4")
    assert spans(table, "AU12") == [(31, 60, 3)]
    assert table.left_out == ("other media (1 span)",)
    cause = ": the lengths of the media before 'w.mp4' are missing"
    assert refusal(path, medium="w.mp4") == cause


def test_two_people_are_an_error_or_a_choice(path):
    rows = [
        *state("AU12", 1, 2, subject="mother"),
        *state("AU12", 3, 4, subject="child", modifier="4"),
        *state("talks", 5, 6, subject="father"),
        *state("looks", 7, 8, subject="mother"),
    ]
    boris(path, *rows)
    assert refusal(path) == (
        ": labels of several people ('child', 'mother'); choose one in the sheet's column subject"
    )
    table = units(path, subject="Mother")
    assert spans(table, "AU12") == [(31, 60, 1)]
    assert table.left_out == (
        "'looks' (2 events)",
        "subject 'child' (2 events)",
        "subject 'father' (2 events)",
    )
    assert spans(units(path, subject="child"), "AU12") == [(91, 120, 4)]
    assert refusal(path, subject="aunt").startswith(": there are no labels of 'aunt', only of")
    unnamed = [row | {"Subject": ""} for row in rows[:2]]
    boris(path, *unnamed, *rows[2:])
    assert spans(units(path, subject="No focal subject"), "AU12") == [(31, 60, 1)]


def test_the_observation_that_shows_the_video_is_read(path):
    cells = (
        {"source": "player #1:a.mp4", "length": "10"},
        {"source": "player #1:v.mp4", "length": "10"},
    )
    boris(
        path,
        *state("AU12", 5, 6, observation="one", **cells[0]),
        *state("AU12", 1, 2, observation="two", **cells[1]),
    )
    table = units(path, medium="v.mp4")
    assert spans(table, "AU12") == [(31, 60, 1)]
    assert table.left_out == ("observation 'one' (2 events)",)
    assert refusal(path, medium="x.mp4").startswith(
        ", line 4: events of several observations ('one', 'two'), of which not one alone shows"
    )


def test_what_is_left_out_is_listed(path):
    boris(
        path,
        *state("AU12", 1, 2),
        *state("AU7", 3, 4, modifier="tense"),
        *state("talks", 5, 6),
        {"Observation id": "o", "Behavior": "AU45", "Behavior type": "POINT", "Time": "7"},
    )
    assert units(path).left_out == ("AU7 (1 span)", "'talks' (2 events)", "'AU45' (1 event)")
    assert left_out(path, "au", "boris") == ["AU7", "talks", "AU45"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            state("AU4 or 12", 1, 2),
            ", line 2: the behaviour 'AU4 or 12' is about Action Units, but",
        ),
        (
            state("12", 1, 2),
            ", line 2: the behaviour '12' is about Action Units, but a number alone",
        ),
        (
            state("smile", 1, 2, modifier="AU12 C"),
            ", line 2: the behaviour 'smile' has Action Units as modifiers ('AU12 C') and is not",
        ),
        (
            state("Action Unit", 1, 2, modifier="12"),
            ", line 2: the behaviour 'Action Unit' has Action Units as modifiers ('12') and is not",
        ),
        (
            state("AU12", 1, 2, modifier="3", second="4"),
            ", line 2: '3 4' says neither an intensity",
        ),
        (state("AU12", 1, 2, modifier="ja"), ", line 2: 'ja' says neither an intensity (0 to 5"),
        (state("AU12", -0.5, 1), ", line 2: the time -0.5 s comes before 0 s"),
        (state("AU12", 1, 1), ", line 2: the span ends when it starts (1 s)"),
        (
            [*state("AU12", 2, 3), *state("AU4", 1, 2)],
            ", line 4: the time 1 s comes after 3 s (out of order)",
        ),
        (state("AU12", 1, 2, offset="x"), ", line 2: 'x' is not a number"),
        (state("AU12", 1, 2, length="-3"), ", line 2: the medium's length -3 s is not a video's"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_line(path, rows, expected):
    boris(path, *rows)
    assert refusal(path).startswith(expected)


def test_a_column_that_counts_may_not_be_named_twice(path):
    boris(path, *state("AU12", 1, 2, modifier="3"))
    text = path.read_text()
    path.write_text(text.replace("Observation id", "Modifier #1", 1))
    assert refusal(path) == ", line 1: column 'Modifier #1' is named twice"
    path.write_text(
        text.replace("Observation id", "Comment\tComment", 1).replace("\no\t", "\n\t\t")
    )
    assert spans(units(path), "AU12") == [(31, 60, 3)]
