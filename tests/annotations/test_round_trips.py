"""Writing a table and reading it back gives the same table, masks included, in every format."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from auva.annotations import (
    FORMATS,
    ActionUnits,
    Context,
    Timeline,
    ValenceArousal,
    abaw,
    formats_of,
    read_action_units,
    read_valence_arousal,
    recognise_action_units,
    recognise_valence_arousal,
    spans,
    write_action_units,
    write_valence_arousal,
)
from auva.errors import InputError
from auva.pairs import join_pair

FRAMES_OF = {entry.name: entry.frames_of for entry in FORMATS}
AU_WRITTEN, VA_WRITTEN = (
    [entry.name for entry in FORMATS if entry.kind == kind and entry.write] for kind in ("au", "va")
)
GRADES = st.floats(0, 5, width=32)
VALUES = st.one_of(st.floats(-1, 1), st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.001, 1e-300]))


@st.composite
def unit_tables(draw, name: str) -> ActionUnits:
    """Tables that a format can hold; few distinct rows, so that spans are longer than a frame."""
    rows = draw(st.integers(1, 6))
    repeat = draw(arrays(np.int64, rows, elements=st.integers(1, 9)))
    presence = np.repeat(draw(arrays(np.uint8, (rows, 8), elements=st.integers(0, 1))), repeat, 0)
    mask = np.repeat(draw(arrays(bool, (rows, 8))), repeat, 0)
    if not formats_of("au")[name].masks:
        mask = np.ones_like(mask)
    intensity = None
    if formats_of("au")[name].intensities:
        intensity = np.repeat(draw(arrays(np.float32, (rows, 8), elements=GRADES)), repeat, 0)
    frame = np.arange(1, len(mask) + 1)
    return ActionUnits(frame, presence, mask, intensity, FRAMES_OF[name])  # type: ignore[arg-type]


@st.composite
def affect_tables(draw, name: str) -> ValenceArousal:
    rows = draw(st.integers(1, 40))
    values = draw(arrays(np.float64, (rows, 2), elements=VALUES))
    if formats_of("va")[name].masks:
        values = np.where(draw(arrays(bool, (rows, 2))), values, np.nan)
    return ValenceArousal(values, frames_of=FRAMES_OF[name])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", AU_WRITTEN)
def test_action_units_come_back(tmp_path_factory, name):
    path = tmp_path_factory.mktemp(name) / "au"

    @settings(max_examples=60, deadline=None)
    @given(unit_tables(name))
    def law(table):
        write_action_units(path, table, name)
        assert recognise_action_units(path) == name
        assert read_action_units(path).equals(table)
        assert read_action_units(path, name, context=Context(Timeline(len(table)))).equals(table)

    law()


@pytest.mark.parametrize("name", VA_WRITTEN)
def test_valence_and_arousal_come_back(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp(name)
    path = join_pair((folder / "v", folder / "a")) if name == "affwild" else folder / "va"

    @settings(max_examples=60, deadline=None)
    @given(affect_tables(name))
    def law(table):
        write_valence_arousal(path, table, name)
        assert recognise_valence_arousal(path) == name
        assert read_valence_arousal(path, context=Context(Timeline(len(table)))).equals(table)

    law()


@settings(max_examples=60, deadline=None)
@given(unit_tables("abaw"))
def test_the_header_of_twelve_units_holds_seven_of_ours(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("abaw") / "au.txt"
    if table.mask[:, 6].any():
        with pytest.raises(InputError, match="has no AU20"):
            abaw.write_action_units(path, table, abaw.TWELVE)
        assert not path.exists()
    mask = table.mask.copy()
    mask[:, 6] = False
    table = ActionUnits(table.frame, table.presence, mask, frames_of="original")
    abaw.write_action_units(path, table, abaw.TWELVE)
    assert path.read_text().startswith("AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n")
    assert read_action_units(path).equals(table)


def test_bounds_in_milliseconds_do_not_drift_over_a_day():
    for frame in range(0, 24 * 3600 * 30, 997):
        start, stop = round(frame / 30, 3), round((frame + 1) / 30, 3)
        assert spans.frames_of(spans.Span(start, stop, ""), Timeline()) == slice(frame, frame + 1)


@pytest.mark.parametrize("name", AU_WRITTEN)
def test_the_other_video_and_frames_with_a_gap_are_not_written(tmp_path, name):
    other = "original" if FRAMES_OF[name] == "converted" else "converted"
    labelled = np.ones((1, 8), bool)
    for frame, frames_of in ((1, other), (2, FRAMES_OF[name])):
        table = ActionUnits(np.array([frame]), labelled, labelled, frames_of=frames_of)
        with pytest.raises(InputError, match=f"the format {name} holds frames"):
            write_action_units(tmp_path / "au", table, name)
    assert not list(tmp_path.iterdir())
