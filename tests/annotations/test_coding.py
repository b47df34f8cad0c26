"""What coders say beyond presence and intensity, in the formats that can hold it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from span_files import eaf, tier

from auva.annotations import (
    ActionUnits,
    Context,
    Timeline,
    formats_of,
    left_out,
    read_action_units,
    write_action_units,
)
from auva.annotations.tables import SIDES, Coding, Comment
from auva.units import THESIS_NAMES, THESIS_UNITS

HOLDING = [entry.name for entry in formats_of("au").values() if entry.coding]
FRAMES = 24
RATE = st.sampled_from([Timeline(FRAMES), Timeline(FRAMES, 25.0, 0.48), Timeline(FRAMES, 59.94)])
TEXT = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
).map(lambda text: " ".join(text.split()))


@st.composite
def codings(draw) -> ActionUnits:
    """Return a table with few runs, as coders make them."""
    shape = (FRAMES, len(THESIS_UNITS))
    mask, graded, hidden = (np.zeros(shape, bool) for _ in range(3))
    presence, side = (np.zeros(shape, np.uint8) for _ in range(2))
    intensity = np.zeros(shape, np.float32)
    comments = []
    for unit in range(len(THESIS_UNITS)):
        edges = sorted({0, FRAMES, *draw(st.lists(st.integers(1, FRAMES - 1), max_size=4))})
        for first, last in pairwise(edges):
            place = slice(first, last)
            state = draw(st.sampled_from(["present", "absent", "hidden", "open"]))
            hidden[place, unit] = state == "hidden"
            mask[place, unit] = state in ("present", "absent")
            if state == "present":
                presence[place, unit] = 1
                grade = draw(st.sampled_from([None, 0.5, 1, 2, 3, 4, 5]))
                graded[place, unit] = grade is not None
                intensity[place, unit] = 1 if grade is None else grade
                side[place, unit] = draw(st.integers(0, 3))
            text = draw(st.one_of(st.just(""), TEXT))
            if text:
                comments.append(Comment(unit, first + 1, last, text))
    coding = Coding(graded, hidden, side, tuple(comments))
    frame = np.arange(1, FRAMES + 1)
    return ActionUnits(frame, presence, mask, intensity, "converted", coding=coding)


def remarks(table: ActionUnits) -> list[list[str]]:
    """Return the comment of each unit and frame."""
    said = [[""] * FRAMES for _ in THESIS_UNITS]
    for comment in table.coding.comments if table.coding else ():
        for frame in range(comment.first - 1, comment.last):
            said[comment.unit][frame] = comment.text
    return said


@pytest.mark.parametrize("form", HOLDING)
def test_a_coding_comes_back(tmp_path, form):
    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(codings(), RATE)
    def law(table, timeline):
        path, context = tmp_path / "au", Context(timeline)
        write_action_units(path, table, form, context)
        found = read_action_units(path, None, context)
        assert found.equals(table)
        assert not found.left_out
        assert not left_out(path, "au", form)
        assert np.array_equal(found.coding.graded, table.coding.graded)
        assert np.array_equal(found.coding.hidden, table.coding.hidden)
        assert np.array_equal(found.coding.side, table.coding.side)
        assert remarks(found) == remarks(table)

    law()


@pytest.mark.parametrize(
    ("value", "graded", "hidden", "side"),
    [
        ("", False, False, ""),
        ("present", False, False, ""),
        ("C", True, False, ""),
        ("1", True, False, ""),
        ("12C left", True, False, "left"),
        ("bilateral", False, False, "both"),
        ("R", False, False, "right"),
        ("?", False, False, ""),
        ("not  visible", False, True, ""),
        ("Occluded", False, True, ""),
        ("off_screen", False, True, ""),
        ("not coded", False, False, ""),
        ("absent", False, False, ""),
        ("0", False, False, ""),
        ("absent 0.5", True, False, ""),
    ],
)
def test_values_of_spans_tell_grade_sight_and_side(tmp_path, value, graded, hidden, side):
    eaf(tmp_path / "au.eaf", tier("AU12", (0, 500, value)))
    coding = read_action_units(tmp_path / "au.eaf", None, Context(Timeline(FRAMES))).coding
    unit = THESIS_NAMES.index("AU12")
    assert coding is not None
    assert coding.graded[5, unit] == graded
    assert coding.hidden[5, unit] == hidden
    assert SIDES[coding.side[5, unit]] == side
    assert not coding.graded[20:].any()


def test_sides_of_two_spans_that_overlap_are_both(tmp_path):
    eaf(
        tmp_path / "au.eaf",
        tier("AU12 left", (0, 500, "")),
        tier("AU12 right", (200, 700, "")),
    )
    coding = read_action_units(tmp_path / "au.eaf", None, Context(Timeline(FRAMES))).coding
    assert coding is not None
    said = [SIDES[number] for number in coding.side[:, THESIS_NAMES.index("AU12")]]
    assert said == ["left"] * 6 + ["both"] * 9 + ["right"] * 6 + [""] * 3


def test_an_edit_would_lose_units_that_a_value_names(tmp_path):
    from auva.errors import InputError
    from auva.web.frame_rows import OriginalFrames
    from auva.web.session import Session

    eaf(tmp_path / "au.eaf", tier("AU12", (0, 500, "AU12+26")))
    source = OriginalFrames(np.arange(FRAMES), FRAMES)
    with pytest.raises(InputError, match="it also contains AU26"):
        Session(tmp_path / "au.eaf", tmp_path / "va.txt", (None, None), source)
