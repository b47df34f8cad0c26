"""Intensities on their way to the label table: kept where a file has them, nowhere else."""

from pathlib import Path

import numpy as np
import pytest

from auva.annotations import (
    ActionUnits,
    Context,
    Timeline,
    consensus_action_units,
    read_action_units,
    write_action_units,
)
from auva.annotations.tables import Coding
from auva.records.labels import read_labels, write_labels

FRAMES = 6
UNITS = (1, 2, 12)


def table(grades: list[list[float]], stated: bool = True, coding: bool = False) -> ActionUnits:
    """A table of the units whose intensities are given, frame by frame; NaN is not labelled."""
    intensity = np.array(grades, float)
    mask = ~np.isnan(intensity)
    graded = mask & (intensity > 0)
    nothing = np.zeros(mask.shape, bool)
    return ActionUnits(
        np.arange(1, len(grades) + 1),
        mask & (intensity > 0),
        mask,
        np.where(mask, intensity, 0),
        units=UNITS,
        stated=mask & stated,
        coding=Coding(graded, nothing, nothing.astype(np.uint8)) if coding else None,
    )


def test_what_states_no_intensity_has_none(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text("AU1,AU2,AU12\n1,0,-1\n0,1,1\n")
    read = read_action_units(path, context=Context(units=UNITS))
    assert not read.stated.any()
    assert read.intensity[0, 0] == 1


def test_openface_has_intensities_of_the_units_with_a_column(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text(
        "frame,confidence,success,AU01_r,AU01_c,AU02_c\n1,1,1,2.5,1,1\n2,1,1,0.0,0,0\n3,0,0,0,0,0\n"
    )
    read = read_action_units(path, context=Context(units=UNITS))
    assert read.stated.tolist() == [[True, False, False], [True, False, False], [False] * 3]
    assert read.intensity[:2, 0].tolist() == [2.5, 0]


def test_a_span_without_a_grade_has_no_intensity_and_absence_of_a_graded_unit_is_zero(
    tmp_path: Path,
):
    given = table([[3, 0, 0], [3, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]], coding=True)
    coding = given.coding
    assert coding is not None
    first = coding.graded & [True, False, False]
    ungraded = Coding(first, coding.hidden, coding.side)
    plain = ActionUnits(
        given.frame, given.presence, given.mask, given.intensity, units=UNITS, coding=ungraded
    )
    path, context = tmp_path / "a.eaf", Context(Timeline(FRAMES), units=UNITS)
    write_action_units(path, plain, "elan", context)
    read = read_action_units(path, context=context)
    assert read.stated[:, 0].all()
    assert read.intensity[:, 0].tolist() == [3, 3, 0, 0, 0, 0]
    assert not read.stated[:, 1:].any()


def test_annotators_merge_what_they_state():
    graded, present = table([[4, 0, np.nan]]), table([[1, 1, 1]], stated=False)
    other = table([[2, 0, np.nan]])
    merged = consensus_action_units([graded, present, other])
    assert merged.intensity[0, 0] == 3
    assert merged.stated.tolist() == [[True, True, False]]
    assert merged.intensity[0, 1] == 0
    assert not consensus_action_units([present, present]).stated.any()


@pytest.mark.parametrize("cell", ["5.5", "-1", "x"])
def test_a_wrong_intensity_in_a_label_table_is_refused(tmp_path: Path, cell: str):
    import pandas as pd

    from auva.errors import InputError

    row = {"frame": 1, "AU1": 1, "valence": 0.0, "arousal": 0.0, "status": "face", "reason": "x"}
    path = tmp_path / "labels.csv"
    write_labels(path, pd.DataFrame([{**row, "selected": 1, "AU1_intensity": 2.5}]))
    read = read_labels(path)
    assert (read.intensity[0, 0], read.intensity_mask[0, 0]) == (2.5, True)
    path.write_text(path.read_text().replace("2.500000", cell))
    with pytest.raises(InputError, match=", line 2: AU1_intensity is"):
        read_labels(path)
