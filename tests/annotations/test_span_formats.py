"""ELAN and BORIS as their users write them: which frames a span covers, what is refused."""

from pathlib import Path

import numpy as np
import pytest

from auva.annotations import (
    ActionUnits,
    Context,
    Timeline,
    read_action_units,
    read_valence_arousal,
    recognise_action_units,
    write_action_units,
)
from auva.annotations.spans import Span, frames_of
from auva.errors import InputError
from auva.units import THESIS_NAMES

# As ELAN 6 saves a file: an offset of the media, slots shared by nothing, other tiers.
ELAN = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2024-05-01T10:00:00+01:00" FORMAT="3.0" VERSION="3.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
        <MEDIA_DESCRIPTOR MEDIA_URL="file:///v.mp4" MIME_TYPE="video/mp4"{origin}/>
        <PROPERTY NAME="lastUsedAnnotationId">3</PROPERTY>
    </HEADER>
    <TIME_ORDER>
        <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="100"/>
        <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="200"/>
        <TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="210"/>
        <TIME_SLOT TIME_SLOT_ID="ts4"/>
    </TIME_ORDER>
    <TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="{tier}">
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="{first}" TIME_SLOT_REF2="ts2">
                <ANNOTATION_VALUE>{value}</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
    </TIER>
    <TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="AU4"/>
    <TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID="speech">
        <ANNOTATION>
            <ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts4">
                <ANNOTATION_VALUE>hello</ANNOTATION_VALUE>
            </ALIGNABLE_ANNOTATION>
        </ANNOTATION>
    </TIER>
</ANNOTATION_DOCUMENT>
"""
BORIS_8 = "\t".join(
    (
        *("Observation id", "Observation date", "Description", "Observation duration"),
        *("Observation type", "Source", "Time offset (s)", "Media duration (s)", "FPS", "Subject"),
        *("Behavior", "Behavioral category", "Modifier #1", "Behavior type", "Time"),
        *("Media file name", "Image index", "Image file path", "Comment"),
    )
)


def elan(folder: Path, tier="AU12", value="", origin="", first="ts1") -> Path:
    path = folder / "annotation"
    path.write_text(ELAN.format(tier=tier, value=value, origin=origin, first=first))
    return path


def event(behaviour: str, kind: str, time: str, modifier="None", subject="", offset="0.0") -> str:
    before = (
        f"one\t2024-05-01 10:00:00\t\t0.2\tMedia file(s)\tplayer #1:v.mp4\t{offset}\t0.400\t25.0"
    )
    return f"{before}\t{subject}\t{behaviour}\tface\t{modifier}\t{kind}\t{time}\tv.mp4\t3\tNA\t"


def boris(folder: Path, *events: str, header=BORIS_8) -> Path:
    path = folder / "annotation"
    path.write_text("\n".join([header, *events, ""]))
    return path


def refusal(path: Path, read=read_action_units, **kwargs) -> str:
    with pytest.raises(InputError) as caught:
        read(path, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def frames(table: ActionUnits, name: str) -> list[int]:
    return table.frame[table.presence[:, THESIS_NAMES.index(name)] == 1].tolist()


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (0, 1 / 30, (0, 1)),
        (0.033, 0.067, (1, 2)),
        (0.016, 0.051, (0, 2)),
        (0.017, 0.05, (1, 1)),  # the middle of frame 2 lies at 50 ms, on the open end
        (0.1, 0.101, (3, 4)),  # shorter than half a frame: the frame in which it starts
        (1.02, 1.03, (30, 31)),
    ],
)
def test_a_span_covers_the_frames_whose_middle_it_holds(start, stop, expected):
    found = frames_of(Span(start, stop, ""), Timeline())
    first, last = expected if expected[0] < expected[1] else (int(start * 30), int(start * 30) + 1)
    assert (found.start, found.stop) == (first, last)


@pytest.mark.parametrize(
    ("timeline", "expected"),
    [
        (Timeline(rate=25), (25, 37)),
        (Timeline(rate=30), (30, 45)),
        (Timeline(rate=60), (60, 90)),
        (Timeline(start=0.8), (6, 21)),
        (Timeline(start=1.2), (0, 9)),
        (Timeline(start=1.5), (0, 0)),  # over before the first picture
    ],
)
def test_a_span_from_1000_to_1500_ms_at_other_rates_and_starts(timeline, expected):
    found = frames_of(Span(1.0, 1.5, ""), timeline)
    assert (found.start, found.stop) == expected


@pytest.mark.parametrize("name", ["elan", "boris"])
@pytest.mark.parametrize("rate", [25, 60])
def test_spans_of_another_rate_and_start_come_back(tmp_path, name, rate):
    timeline = Timeline(rate=rate, start=0.8)
    presence = np.zeros((2 * rate, len(THESIS_NAMES)), np.uint8)
    presence[10:17, 4] = 1
    mask = np.ones_like(presence, bool)
    table = ActionUnits(np.arange(1, 2 * rate + 1), presence, mask, frames_of="converted")
    write_action_units(tmp_path / "au", table, name, Context(timeline))
    assert read_action_units(tmp_path / "au", name, Context(timeline)).equals(table)
    written = read_action_units(tmp_path / "au", name, Context(Timeline(3 * rate, rate)))
    assert frames(written, "AU12")[0] == 11 + round(0.8 * rate)


def test_an_elan_tier_is_a_unit_and_other_tiers_are_left_alone(tmp_path):
    path = elan(tmp_path)
    assert recognise_action_units(path) == "elan"
    table = read_action_units(path, context=Context(Timeline(9)))
    assert table.frames_of == "converted"
    assert len(table) == 9
    assert frames(table, "AU12") == [4, 5, 6]
    assert [
        name for name, known in zip(THESIS_NAMES, table.mask.T, strict=True) if known.all()
    ] == [
        "AU4",
        "AU12",
    ]
    assert not table.mask[:, [0, 1, 3, 5, 6, 7]].any()


def test_the_offset_of_the_media_moves_the_spans(tmp_path):
    table = read_action_units(
        elan(tmp_path, origin=' TIME_ORIGIN="1000"'), context=Context(Timeline(60))
    )
    assert frames(table, "AU12") == [34, 35, 36]


def test_without_a_length_the_table_ends_with_the_last_span(tmp_path):
    assert len(read_action_units(elan(tmp_path))) == 6
    table = read_action_units(elan(tmp_path), context=Context(Timeline(3)))
    assert len(table) == 6, "a span beyond the video must not vanish"


@pytest.mark.parametrize(
    ("value", "presence", "intensity"),
    [
        ("", 1, 1),
        ("AU12", 1, 1),
        ("12", 1, 1),
        ("present", 1, 1),
        ("C", 1, 3),
        ("12b", 1, 2),
        ("AU12E", 1, 5),
        ("2.5", 1, 2.5),
        ("0", 0, 0),
        ("absent 0.5", 0, 0.5),
        ("present 0", 1, 0),
    ],
)
def test_what_a_value_says(tmp_path, value, presence, intensity):
    table = read_action_units(elan(tmp_path, value=value), context=Context(Timeline(9)))
    assert (table.presence[4, 4], table.intensity[4, 4]) == (presence, intensity)
    assert (table.presence[0, 4], table.intensity[0, 4]) == (0, 0)
    assert table.mask[:, 4].all()


def test_a_question_mark_is_not_labelled(tmp_path):
    table = read_action_units(elan(tmp_path, value=" ? "), context=Context(Timeline(9)))
    assert table.mask[:, 4].tolist() == [True] * 3 + [False] * 3 + [True] * 3


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"value": "maybe"}, ", line 17: 'maybe' says neither an intensity"),
        ({"value": "6"}, ", line 17: '6' says neither an intensity"),
        ({"value": "4C"}, ", line 17: '4C' says neither an intensity"),
        ({"tier": "AU4"}, ", line 22: a second tier for AU4"),
        ({"first": "ts2"}, ", line 17: the span ends when it starts (0.2 s)"),
        ({"first": "ts3"}, ", line 17: the span ends (0.2 s) before it starts (0.21 s)"),
        ({"first": "ts4"}, ", line 17: the time slot 'ts4' has no time"),
        ({"first": "ts9"}, ", line 17: there is no time slot 'ts9'"),
        ({"origin": ' TIME_ORIGIN="-500"'}, ", line 17: the time -0.4 s comes before 0 s"),
        ({"origin": ' TIME_ORIGIN="1.5"'}, ": TIME_ORIGIN is '1.5', not a time in ms"),
        ({"value": "</TIER>"}, ", line 18: not well-formed XML: mismatched tag"),
    ],
)
def test_wrong_elan_files_are_refused_by_their_line(tmp_path, change, expected):
    assert refusal(elan(tmp_path, **change), context=Context(Timeline(9))).startswith(expected)


def test_elan_files_without_what_is_asked_for_are_refused(tmp_path):
    path = elan(tmp_path)
    path.write_text(path.read_text().replace('TIER_ID="AU', 'TIER_ID="x'))
    assert refusal(path) == f": no tier is named after one of {', '.join(THESIS_NAMES)}"
    assert refusal(path, read_valence_arousal) == ": no tier is named valence or arousal"
    path.write_text("<html>\n<body/></html><!-- ANNOTATION_DOCUMENT -->")
    assert refusal(path) == ", line 1: no ELAN file (its root is 'html')"
    bomb = '<!DOCTYPE d [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>\n<ANNOTATION_DOCUMENT>&b;'
    path.write_text(bomb)
    assert refusal(path) == ", line 1: the file declares entities, which ELAN does not"


def test_valence_and_arousal_tiers_have_numbers(tmp_path):
    table = read_valence_arousal(
        elan(tmp_path, tier="Valence", value="-0.25"), context=Context(Timeline(9))
    )
    assert table.frames_of == "converted"
    expected = [np.nan] * 3 + [-0.25] * 3 + [np.nan] * 3
    np.testing.assert_array_equal(table.values[:, 0], expected)
    assert not table.mask[:, 1].any()
    wrong = elan(tmp_path, tier="arousal", value="1.5")
    told = refusal(wrong, read_valence_arousal)
    assert told.startswith(", line 17: arousal '1.5' is outside [-1, 1]; name the scale in the")
    for value in ("nan", "inf", "0,5", "1_0", "high", ""):
        wrong = elan(tmp_path, tier="arousal", value=value)
        cause = f", line 17: arousal '{value}' is not a number"
        assert refusal(wrong, read_valence_arousal) == cause


def test_a_boris_export_of_state_events(tmp_path):
    path = boris(
        tmp_path,
        event("AU12", "START", "0.100", "B"),
        event("talks", "POINT", "0.150"),
        event("AU 1 (inner brow)", "START", "0.167"),
        event("AU12", "STOP", "0.200", "B"),
        event("AU 1 (inner brow)", "STOP", "0.300"),
        event("AU7", "START", "0.300"),
        event("AU7", "STOP", "0.400"),
    )
    assert recognise_action_units(path) == "boris"
    table = read_action_units(path)
    assert len(table) == 12  # 0.4 s of media
    assert len(read_action_units(path, context=Context(Timeline(15)))) == 15
    assert frames(table, "AU12") == [4, 5, 6]
    assert frames(table, "AU1") == [6, 7, 8, 9]
    assert table.intensity[3, 4] == 2
    assert table.mask.all(axis=0).tolist() == [True] + [False] * 3 + [True] + [False] * 3


def test_a_boris_7_export_with_lines_above_its_header_and_commas(tmp_path):
    lines = ["Observation id,one", '"Media file(s)",', ",", "Player #1,v.mp4", ""]
    header = (
        "Time,Media file path,Total length,FPS,Subject,Behavior,Behavioral category,Comment,Status"
    )
    events = ['0.1,v.mp4,0.4,25,,AU2,"a, b",,START', "0.2,v.mp4,0.4,25,,AU2,,,STOP"]
    path = tmp_path / "annotation"
    path.write_text("\r\n".join([*lines, header, *events]) + "\r\n")
    table = read_action_units(path)
    assert (len(table), frames(table, "AU2")) == (12, [4, 5, 6])


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([event("AU1", "START", "0.1")], ", line 2: 'AU1' starts and never stops"),
        ([event("AU1", "STOP", "0.1")], ", line 2: 'AU1' stops without a start"),
        ([event("AU1", "START", "0.1")] * 2, ", line 3: 'AU1' starts again before it stops (line"),
        ([event("AU1", "POINT", "0.1")], ", line 2: 'AU1' is 'POINT', not START or STOP"),
        (
            [event("AU1", "START", "0.2"), event("AU1", "STOP", "0.1")],
            ", line 3: the time 0.1 s comes after 0.2 s (out of order)",
        ),
        (
            [event("AU1", "START", "0.1"), event("AU1", "STOP", "0.1")],
            ", line 2: the span ends when it starts (0.1 s)",
        ),
        (
            [event("AU1", "START", "0.1"), event("AU1", "STOP", "1e9")],
            ", line 2: the time 1e+09 s is not in a video",
        ),
        ([event("AU1", "START", "0:01")], ", line 2: '0:01' is not a number"),
        (
            [event("AU1", "START", "0.1", offset="5"), event("AU1", "STOP", "0.2", offset="5")],
            ", line 2: the time -4.9 s comes before 0 s",
        ),
        (
            [event("AU1", "START", "0.1", "ten"), event("AU1", "STOP", "0.2", "ten")],
            ", line 2: 'ten' says neither an intensity",
        ),
        (
            [event("AU1", "START", "0.1"), event("AU2", "START", "0.2", subject="Bo")],
            ": labels of several people ('no focal subject', 'Bo'); choose one in the sheet's",
        ),
        ([event("talks", "POINT", "0.1")], ": no behaviour is named after one of AU1"),
        (["AU1"], ", line 2: 1 cells where the header has 19"),
        ([], ": no events follow the header"),
    ],
)
def test_wrong_boris_exports_are_refused_by_their_line(tmp_path, events, expected):
    assert refusal(boris(tmp_path, *events), format="boris").startswith(expected)


def test_other_tables_are_no_boris_export(tmp_path):
    path = boris(tmp_path, header="Behavior\tStart (s)\tStop (s)")
    assert refusal(path, format="boris").startswith(", line 1: no header with the columns Time,")


def test_an_empty_video_of_spans_needs_its_length(tmp_path):
    path = tmp_path / "au.eaf"
    path.write_text('<ANNOTATION_DOCUMENT><TIER TIER_ID="AU1"/></ANNOTATION_DOCUMENT>')
    assert "nothing is annotated and the file does not tell" in refusal(path)
    table = read_action_units(path, context=Context(Timeline(4)))
    assert table.mask[:, 0].all()
    assert not table.presence.any()


def test_equal_tables_give_equal_files(tmp_path):
    table = ActionUnits(np.arange(1, 4), np.eye(3, 8), np.ones((3, 8), bool))
    for name in ("elan", "boris"):
        write_action_units(tmp_path / "one", table, name)
        write_action_units(tmp_path / "two", table, name)
        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
