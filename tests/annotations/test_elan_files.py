"""ELAN's files as annotators make them: names, values, media, people, dependent tiers, times."""

from pathlib import Path

import numpy as np
import pytest
from span_files import eaf, spans, tier

from auva.annotations import (
    Context,
    Timeline,
    left_out,
    read_action_units,
    read_valence_arousal,
    write_valence_arousal,
)
from auva.annotations.tables import ActionUnits, Comment, ValenceArousal
from auva.errors import InputError
from auva.sheet import Scale
from auva.units import THESIS_NAMES

FRAMES = 300
"""Ten seconds: a millisecond is 0.03 frames."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "annotation.eaf"


def units(path: Path, **context) -> ActionUnits:
    return read_action_units(path, "elan", Context(Timeline(FRAMES), **context))


def affect(path: Path, **context) -> ValenceArousal:
    return read_valence_arousal(path, "elan", Context(Timeline(FRAMES), **context))


def refusal(path: Path, read=units, **context) -> str:
    with pytest.raises(InputError) as caught:
        read(path, **context)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def test_names_and_values_mean_their_units(path):
    eaf(
        path,
        tier("AU6+12", (1000, 2000, "3"), (3000, 4000, "")),
        tier("AU1", (1000, 2000, "AU1+2"), (5000, 6000, "")),
        tier("AU12L", (7000, 8000, "")),
        tier("AU25", (0, 1000, "?"), (2000, 3000, "AU25 0"), (4000, 5000, "AU25: E")),
    )
    table = units(path)
    assert spans(table, "AU6") == [(31, 60, 3), (91, 120, 1)]
    assert spans(table, "AU12") == [(31, 60, 3), (91, 120, 1), (211, 240, 1)]
    assert spans(table, "AU1") == [(31, 60, 1), (151, 180, 1)]
    assert spans(table, "AU25") == [(1, 30, -1), (121, 150, 5)]
    # AU2 was looked for where AU1 is: elsewhere nothing is known of it.
    assert spans(table, "AU2") == [(1, 30, -1), (31, 60, 1), (61, 300, -1)]
    assert not table.mask[:, [2, 5, 6]].any()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("", None, 1),
        ("", "0", 1),
        ("", "?", 1),
        ("0", "0", 0),
        ("0", "?", -1),
        ("?", "C", 3),
        ("B", "D", 4),
    ],
)
def test_present_on_either_side_is_present(path, left, right, expected):
    notes = [] if right is None else [(1000, 2000, right)]
    eaf(path, tier("AU12 left", (1000, 2000, left)), tier("AU12_R", *notes))
    assert spans(units(path), "AU12") == ([(31, 60, expected)] if expected else [])


def test_one_side_alone_is_told(path):
    eaf(path, tier("AU12L", (1000, 2000, "")), tier("AU4 R"), tier("AU4"))
    table = units(path)
    assert spans(table, "AU12") == [(31, 60, 1)]
    assert table.read_as == ("AU12, of the left side alone: absent where nothing is said",)


def test_names_that_deny_say_nothing_of_other_times(path):
    eaf(path, tier("AU12 absent", (1000, 2000, "")), tier("AU4 not visible", (0, 1000, "")))
    table = units(path)
    assert spans(table, "AU12") == [(1, 30, -1), (61, 300, -1)]
    assert not table.mask[:, THESIS_NAMES.index("AU4")].any()
    eaf(path, tier("AU12 not visible", (1000, 2000, "")), tier("AU12", (3000, 4000, "")))
    assert spans(units(path), "AU12") == [(31, 60, -1), (91, 120, 1)]


def test_the_own_number_is_no_intensity_unless_intensities_are_given(path):
    eaf(
        path,
        tier("AU2", (1000, 2000, "2")),
        tier("AU4", (1000, 2000, "4")),
        tier("AU12", (1000, 2000, "12")),
    )
    table = units(path)
    for name in ("AU2", "AU4", "AU12"):
        assert spans(table, name) == [(31, 60, 1)]
    assert table.read_as == (
        "the value 2 of AU2: present, no intensity",
        "the value 4 of AU4: present, no intensity",
    )
    eaf(path, tier("AU4", (1000, 2000, "4"), (3000, 4000, "2")))
    assert not units(path).read_as
    assert spans(units(path), "AU4") == [(31, 60, 4), (91, 120, 2)]


def test_what_is_left_out_is_listed(path):
    eaf(
        path,
        tier("AU12", (1000, 2000, "AU12+26")),
        tier("AU7", (0, 1000, ""), (2000, 3000, "whatever")),
        tier("AU45 blink", (0, 500, "")),
        tier("speech", (0, 1000, "hello"), (1000, 2000, "AU12 starts now")),
        tier("AU12 comment", (0, 1000, "sure?")),
        tier("valence", (0, 1000, "0.5")),
    )
    assert units(path).left_out == (
        "AU7 (2 spans)",
        "AU26 (1 span)",
        "AU45 (1 span)",
        "tier 'speech' (2 annotations)",
        "tier 'valence' (1 annotation)",
    )
    assert left_out(path, "au", "elan") == ["AU7", "AU45 blink", "speech", "valence"]
    coding = units(path).coding
    assert coding is not None
    assert coding.comments == (Comment(THESIS_NAMES.index("AU12"), 1, 30, "sure?"),)


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        ([tier("AU 4 or 7")], ", line 8: the tier 'AU 4 or 7' is about Action Units, but 'or' is"),
        ([tier("AU12_1")], ", line 8: the tier 'AU12_1' is about Action Units, but '1' may be"),
        ([tier("12")], ", line 8: the tier '12' is about Action Units, but a number alone may be"),
        (
            [tier("AU12", (1000, 2000, "ja"))],
            ", line 11: 'ja' says neither an intensity (0 to 5, A to E) nor present, absent or",
        ),
        ([tier("AU12", (1000, 2000, "AU6"))], ", line 11: 'AU6' says neither an intensity"),
        ([tier("AU12"), tier("au 12 (smile)")], ", line 10: a second tier for AU12, 'au 12 (smil"),
        ([tier("AU6+12"), tier("AU12, 6")], ", line 10: a second tier for AU12 and AU6, 'AU12, 6'"),
        (
            [tier("AU4"), tier("upper face", (0, 1000, "AU1+2"), (1000, 2000, "AU4 C"))],
            ", line 15: the tier 'upper face' holds Action Units ('AU1+2') and is not named after",
        ),
        (
            [tier("AU4"), tier("AU", (0, 1000, "12"), (1000, 2000, "1+2"))],
            ", line 15: the tier 'AU' holds Action Units ('12') and is not named after them",
        ),
        ([tier("AU7", (0, 1000, "AU7 or 12")), tier("AU4")], ", line 11: 'AU7 or 12' says neither"),
        (
            [tier("AU12", PARENT_REF="x")],
            ", line 8: the tier 'AU12' depends on 'x', which is missing",
        ),
        (
            [tier("AU12", PARENT_REF="AU4"), tier("AU4", PARENT_REF="AU12")],
            ", line 8: the tier 'AU12' depends on itself",
        ),
    ],
)
def test_what_is_not_understood_is_refused_by_its_line(path, tiers, expected):
    assert refusal(eaf(path, *tiers)).startswith(expected)


def medium(name: str, origin: str | None = None, kind: str = "video/mp4") -> dict[str, str]:
    told = {"MEDIA_URL": name, "MIME_TYPE": kind}
    return told if origin is None else told | {"TIME_ORIGIN": origin}


SOUND, CAMERA = medium("file:///x/v.wav", None, "audio/x-wav"), medium("file:///x/v.mp4", "5000")


@pytest.mark.parametrize(
    ("media", "video", "start"),
    [
        ([SOUND, CAMERA], "v.mp4", 6),
        ([medium("file:///v.wav", "5000"), medium("file:///v.mp4")], "v.mp4", 1),
        ([medium("file:///other.mp4"), medium("file:///v.mp4", "500")], "v.mp4", 1.5),
        ([medium("file:///C:/My%20films/V%C3%A9ra.MP4", "500"), SOUND], "v\u00e9ra.mp4", 1.5),
        ([medium("file:///V\u00e9ra.mp4", "500"), SOUND], "Ve\u0301ra.mp4", 1.5),
        ([medium(r"C:\films\clip.mp4", "500"), medium("b.mp4")], "clip.mp4", 1.5),
        ([medium("file:///clip.mov", "500"), medium("file:///b.mov")], "clip.mp4", 1.5),
        ([SOUND, medium("file:///v.mpg", "500")], "v.mp4", 1.5),
        ([medium("file:///sound.wav", "0"), medium("file:///v.mp4", "0")], "renamed.mp4", 1),
        ([medium("file:///anything.mp4", "500")], "renamed.mp4", 1.5),
        ([medium("file:///anything.mp4", "500")], "", 1.5),
        ([], "v.mp4", 1),
        ([CAMERA, medium("file:///backup/v.mp4", "5000")], "v.mp4", 6),
    ],
)
def test_the_medium_that_is_the_video_tells_the_clock(path, media, video, start):
    eaf(path, tier("AU12", (1000, 2000, "")), media=media)
    first = round(start * 30) + 1
    table = units(path, medium=video)
    assert spans(table, "AU12") == [(first, first + 29, 1)]
    assert bool(table.read_as) == (video == "renamed.mp4")


@pytest.mark.parametrize(
    ("media", "video", "expected"),
    [
        (
            [SOUND, CAMERA],
            "other.mp4",
            ": the media have several TIME_ORIGINs ('v.wav': 0 ms, 'v.mp4': 5000 ms) and none can "
            "be identified as the video 'other.mp4'",
        ),
        ([SOUND, CAMERA], "", ": the media have several TIME_ORIGINs"),
        ([CAMERA, medium("b/v.mp4", "10")], "v.mp4", ": the media have several TIME_ORIGINs"),
        ([medium("v.mp4", "--5")], "v.mp4", ": TIME_ORIGIN is '--5', not a time in ms"),
    ],
)
def test_media_that_cannot_be_told_apart_are_an_error(path, media, video, expected):
    eaf(path, tier("AU12", (1000, 2000, "")), media=media)
    assert refusal(path, medium=video).startswith(expected)


def test_two_people_are_an_error_or_a_choice(path):
    eaf(
        path,
        tier("AU12 mother", (1000, 2000, ""), PARTICIPANT="mother"),
        tier("AU4_child", (3000, 4000, ""), PARTICIPANT="child"),
        tier("AU12@child", (5000, 6000, "")),
        tier("speech", (0, 1000, "oh"), PARTICIPANT="father"),
    )
    cause = (
        ": labels of several people ('child', 'mother'); choose one in the sheet's column subject"
    )
    assert refusal(path) == cause
    assert refusal(path, subject="father").startswith(": there are no labels of 'father', only of")
    table = units(path, subject="Mother ")
    assert spans(table, "AU12") == [(31, 60, 1)]
    assert not table.mask[:, THESIS_NAMES.index("AU4")].any()
    assert table.left_out == (
        "tier 'AU4_child' (1 annotation of 'child')",
        "tier 'AU12@child' (1 annotation of 'child')",
        "tier 'speech' (1 annotation of 'father')",
    )
    table = units(path, subject="child")
    assert (spans(table, "AU12"), spans(table, "AU4")) == ([(151, 180, 1)], [(91, 120, 1)])
    eaf(path, tier("AU12", (1000, 2000, ""), PARTICIPANT="mother"), tier("AU4"))
    assert "('no focal subject', 'mother')" in refusal(path)
    assert spans(units(path, subject="mother"), "AU12") == [(31, 60, 1)]


def test_the_names_of_a_person_and_an_annotator_are_no_part_of_a_tiers_name(path):
    eaf(
        path,
        tier("P1-AU12", (1000, 2000, ""), PARTICIPANT="P1", ANNOTATOR="kim"),
        tier("AU4 (kim)", (1000, 2000, ""), PARTICIPANT="p1", ANNOTATOR="kim"),
        tier("AU 1", (1000, 2000, ""), PARTICIPANT="P1", ANNOTATOR="1"),
    )
    table = units(path)
    for name in ("AU1", "AU4", "AU12"):
        assert spans(table, name) == [(31, 60, 1)]


def test_a_dependent_tier_belongs_to_its_parent(path):
    for child in ("AU12 intensity", "intensity", "level AU12"):
        eaf(
            path,
            tier("AU12", (1000, 2000, ""), (3000, 4000, "")),
            tier(child, (1000, 1500, "C"), (1500, 2000, "E"), PARENT_REF="AU12"),
            tier("remark", (1000, 2000, "0"), PARENT_REF="AU12"),
        )
        table = units(path)
        assert spans(table, "AU12") == [(31, 45, 3), (46, 60, 5), (91, 120, 1)]
        assert table.left_out == ("tier 'remark' (1 annotation)",)
    eaf(
        path,
        tier("AU12", (1000, 2000, "")),
        tier("AU12 intensity", (1000, 2000, "0"), PARENT_REF="AU12"),
    )
    assert "'0' in the tier 'AU12 intensity' says that a unit is absent" in refusal(path)


def test_a_unit_that_depends_on_other_times_is_known_there_alone(path):
    eaf(
        path,
        tier("codable", (1000, 3000, "yes"), (5000, 6000, "yes")),
        tier("AU12", (2000, 3000, "C"), PARENT_REF="codable"),
    )
    table = units(path)
    assert spans(table, "AU12") == [(1, 30, -1), (61, 90, 3), (91, 150, -1), (181, 300, -1)]


REFERRING = """<TIER TIER_ID="intensity" PARENT_REF="AU12"><ANNOTATION>
<REF_ANNOTATION ANNOTATION_ID="r2" ANNOTATION_REF="a1" PREVIOUS_ANNOTATION="r1">
<ANNOTATION_VALUE>D</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION><ANNOTATION>
<REF_ANNOTATION ANNOTATION_ID="r1" ANNOTATION_REF="a1">
<ANNOTATION_VALUE>B</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>
"""


def test_annotations_that_refer_to_the_parents_share_its_time(path):
    eaf(path, tier("AU12", (1000, 2000, "")))
    text = path.read_text()
    path.write_text(text.replace("<LINGUISTIC", f"{REFERRING}<LINGUISTIC"))
    assert spans(units(path), "AU12") == [(31, 45, 2), (46, 60, 4)]
    lost = REFERRING.replace('"a1"', '"a9"')
    path.write_text(text.replace("<LINGUISTIC", f"{lost}<LINGUISTIC"))
    assert ": there is no annotation 'a9' with a time to refer to" in refusal(path)
    twice = REFERRING.replace(' PREVIOUS_ANNOTATION="r1"', "")
    path.write_text(text.replace("<LINGUISTIC", f"{twice}<LINGUISTIC"))
    assert "the annotations of 'a1' do not follow each other" in refusal(path)


def test_slots_without_a_time_lie_evenly_between_those_of_their_tier(path):
    eaf(
        path,
        tier("AU12", (1000, None, "A"), (None, 2000, "B")),
        tier("AU4", (1200, 1300, "")),
    )
    assert spans(units(path), "AU12") == [(31, 40, 1), (51, 60, 2)]
    eaf(path, tier("AU12", (1000, None, "A"), (None, None, "B"), (None, 2000, "C")))
    assert spans(units(path), "AU12") == [(31, 36, 1), (43, 48, 2), (55, 60, 3)]
    eaf(path, tier("AU12", (1000, None, "A")))
    assert refusal(path) == ", line 11: the time slot 'ts2' has no time"


def test_a_span_of_no_length_ends_when_it_starts(path):
    eaf(path, tier("AU12", (1000, 1000, "")))
    assert refusal(path) == ", line 11: the span ends when it starts (1 s)"


def test_one_file_may_hold_units_and_affect(path):
    eaf(
        path,
        tier("AU12", (1000, 2000, "")),
        tier("Valence_R1", (0, 1000, "0.5")),
        tier("arousal", (0, 1000, "-0.1"), (1000, 2000, "n/a")),
        tier("AU 4 or 7"),
    )
    table = affect(path)
    np.testing.assert_allclose(table.values[:30], [[0.5, -0.1]] * 30)
    assert not table.mask[30:].any()
    assert table.left_out == ("tier 'AU12' (1 annotation)", "tier 'AU 4 or 7' (0 annotations)")
    assert "'AU 4 or 7'" in refusal(path)


def test_two_raters_are_an_error_with_their_names(path):
    eaf(path, tier("Valence_R1", (0, 1000, "0.5")), tier("Valence_R2", (0, 1000, "0.25")))
    assert refusal(path, affect) == (
        ", line 15: two tiers of valence, 'Valence_R1' and 'Valence_R2'; leave those of one "
        "annotator in the file"
    )
    eaf(path, tier("negative valence", (0, 1000, "0.5")))
    assert refusal(path, affect).startswith(
        ", line 10: the tier 'negative valence' is about valence or arousal, but 'negative'"
    )


@pytest.mark.parametrize("step", [20, 10, 25])
def test_spans_shorter_than_a_frame_give_their_mean(path, step):
    times = range(0, 1000, step)
    notes = [(time, time + step, f"{time / 1000 - 0.5:.3f}") for time in times]
    eaf(path, tier("valence", *notes), tier("arousal", (0, 1000, "0.25")))
    table = affect(path)
    # An independent reading: each tenth of a millisecond has the value of its span.
    fine = np.repeat([float(value) for _, _, value in notes], step * 10)
    expected = [fine[round(k * 10000 / 30) : round((k + 1) * 10000 / 30)].mean() for k in range(30)]
    np.testing.assert_allclose(table.values[:30, 0], expected, atol=1e-4)
    np.testing.assert_allclose(table.values[:30, 1], 0.25)
    assert not table.mask[30:].any()


def test_short_spans_leave_longer_ones_as_they_are(path):
    eaf(
        path,
        tier("valence", (0, 100, "0.5"), (100, 110, "-1.0"), (110, 125, "?"), (140, 240, "0.2")),
    )
    values = affect(path).values[:8, 0]
    expected = [0.5] * 3 + [-1.0] + [0.2] * 3 + [np.nan]
    np.testing.assert_allclose(values, expected)
    eaf(path, tier("valence", (0, 100, "0.5"), (50, 150, "0.1")))
    assert refusal(path, affect) == ", line 14: two spans of valence overlap at 0.05 s"


@pytest.mark.parametrize(
    ("values", "scale", "expected"),
    [
        (["5", "-3"], Scale(-10, 10), [0.5, -0.3]),
        (["1", "9"], Scale(1, 9), [-1, 1]),
        (["0", "1"], Scale(-1, 1), [0, 1]),
        (["0", "1"], Scale(0, 1), [-1, 1]),
        (["0.5", "1"], None, [0.5, 1]),
        (["1.0", "-1.0"], None, [1, -1]),
        (["0", "0"], None, [0, 0]),
    ],
)
def test_the_scale_of_values_is_told_or_certain(path, values, scale, expected):
    notes = [(k * 1000, (k + 1) * 1000, value) for k, value in enumerate(values)]
    eaf(path, tier("valence", *notes))
    table = affect(path, va_scale=scale)
    np.testing.assert_allclose(table.values[[0, 30], 0], expected)
    write_valence_arousal(path, table, "elan", Context(va_scale=scale))
    assert affect(path, va_scale=scale).equals(table)


@pytest.mark.parametrize(
    ("values", "scale", "expected"),
    [
        (
            ["1", "-1"],
            None,
            ": whole numbers from -1 to 1 alone may be on several scales; name the",
        ),
        (["5", "-3"], None, ", line 13: valence '5' is outside [-1, 1]; name the scale in the"),
        (["0.5", "-1.5"], None, ", line 14: valence '-1.5' is outside [-1, 1]; name the scale"),
        (["5", "-3"], Scale(1, 9), ", line 14: valence -3 is outside the scale 1:9"),
    ],
)
def test_a_scale_is_not_guessed(path, values, scale, expected):
    notes = [(k * 1000, (k + 1) * 1000, value) for k, value in enumerate(values)]
    eaf(path, tier("valence", *notes))
    assert refusal(path, affect, va_scale=scale).startswith(expected)
