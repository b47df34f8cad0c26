"""The frames of each format, brought to the 30 fps frames of a 25 fps video of one second."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from span_files import boris, eaf, state, tier

from auva.alignment.labels import annotators
from auva.annotations import (
    ActionUnits,
    ValenceArousal,
    write_action_units,
    write_valence_arousal,
)
from auva.errors import InputError
from auva.records.manifest import MANIFEST, TIMESTAMPS
from auva.records.table import write_table

CFG = {"max_extension": 2, "max_gap_seconds": 0.2}
SOURCE = np.arange(25) / 25
AT = np.arange(30) / 30
SHOWN = np.abs(AT[:, None] - SOURCE[None, :]).argmin(axis=1)


def write_stamps(path: Path, times: np.ndarray, start: float = 0.0) -> None:
    stamps = {"source_frame": range(len(times)), "source_time": times, "player_time": times + start}
    write_table(path, list(TIMESTAMPS), pd.DataFrame(stamps), None)


@pytest.fixture
def video(tmp_path: Path) -> tuple[Path, Path]:
    """The manifest and the timestamps."""
    columns = {"frame": range(1, 31), "time": AT, "source_frame": SHOWN}
    columns["source_time"] = SOURCE[SHOWN]
    write_table(tmp_path / "frames.csv", list(MANIFEST), pd.DataFrame(columns), None)
    write_stamps(tmp_path / "source.csv", SOURCE)
    return tmp_path / "frames.csv", tmp_path / "source.csv"


def row(au=(), va=()) -> dict:
    return {"au": list(au), "va": list(va), "au_format": None, "va_format": None}


def units(frames: int, first: int, last: int, frames_of: str) -> ActionUnits:
    presence = np.zeros((frames, 8), int)
    presence[first - 1 : last, 0] = 1
    labelled = np.ones_like(presence, bool)
    return ActionUnits(np.arange(1, frames + 1), presence, labelled, frames_of=frames_of)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["abaw", "openface"])
def test_units_of_source_frames_go_where_these_are_shown(tmp_path, video, form):
    path = tmp_path / "au"
    write_action_units(path, units(25, 6, 10, "original"), form)
    (table,) = annotators(*video, row([path]), CFG).au
    expected = np.isin(SHOWN, range(5, 10))
    assert np.array_equal(table.presence[:, 0] == 1, expected)
    assert table.mask.all()


@pytest.mark.parametrize("rate", [25, 30, 60])
@pytest.mark.parametrize("start", [0, 0.8])
def test_spans_meet_the_frames_of_any_rate_and_start(tmp_path, rate, start):
    at = np.round(np.arange(2 * rate) / rate, 6)
    manifest, source = tmp_path / "frames.csv", tmp_path / "source.csv"
    columns = {"frame": range(1, len(at) + 1), "time": at, "source_frame": range(len(at))}
    write_table(manifest, list(MANIFEST), pd.DataFrame(columns | {"source_time": at}), None)
    write_stamps(source, at, start)
    # Annotated on the player from 1.0 to 1.5 s.
    path = tmp_path / "au"
    write_action_units(path, units(60, 31, 45, "converted"), "boris")
    found = annotators(manifest, source, row([path]), CFG)
    shown = at[found.au[0].presence[:, 0] == 1] + start
    assert found.report["start"] == start
    assert abs(shown[0] - 1.0) <= 0.5 / rate + 1e-6
    assert abs(shown[-1] + 1 / rate - 1.5) <= 0.5 / rate + 1e-6


def test_rows_of_pictures_that_the_source_lacks_are_not_cropped(tmp_path, video, caplog):
    manifest, source = video
    times = np.delete(SOURCE, [9, 10])
    shown = np.abs(AT[:, None] - times[None, :]).argmin(axis=1)
    write_stamps(source, times)
    columns = {"frame": range(1, 31), "time": AT, "source_frame": shown}
    table = pd.DataFrame(columns | {"source_time": times[shown]})
    write_table(manifest, list(MANIFEST), table, None)
    path = tmp_path / "au"
    write_action_units(path, units(24, 7, 12, "original"), "abaw")
    with caplog.at_level("WARNING", "auva"):
        found = annotators(manifest, source, row([path]), CFG)
    assert found.report["missing_pictures"] == 2
    assert found.report["first_missing_after"] == 0.32
    assert found.report["longest_frozen_run"] == 2
    assert "2 pictures seem to be missing" in caplog.text
    write_action_units(path, units(25, 7, 12, "original"), "abaw")
    with pytest.raises(InputError, match=r"25 rows for 23 frames .* lacks 2 pictures"):
        annotators(manifest, source, row([path]), CFG)


@pytest.mark.parametrize("form", ["elan", "boris"])
def test_spans_are_times_whatever_the_rate_of_the_source(tmp_path, video, form):
    path = tmp_path / "au"
    write_action_units(path, units(30, 7, 12, "converted"), form)
    (table,) = annotators(*video, row([path]), CFG).au
    assert np.flatnonzero(table.presence[:, 0]).tolist() == [6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("form", ["elan", "boris"])
def test_a_span_beyond_the_video_is_an_error_with_both_counts(tmp_path, video, form):
    path = tmp_path / "au"
    write_action_units(path, units(40, 7, 36, "converted"), form)
    with pytest.raises(InputError, match=r"(36|40) rows for 30 frames of the converted video"):
        annotators(*video, row([path]), CFG)


def test_spans_of_valence_are_labelled_where_they_are(tmp_path, video):
    values = np.full((30, 2), np.nan)
    values[5:10] = 0.25, -0.5
    path = tmp_path / "va.eaf"
    write_valence_arousal(path, ValenceArousal(values, frames_of="converted"), "elan")
    (table,) = annotators(*video, row(va=[path]), CFG).va
    np.testing.assert_array_equal(table.values, values)


def test_a_row_may_name_one_elan_file_for_both(tmp_path, video):
    path = tmp_path / "both.eaf"
    path.write_text(
        '<ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="0"/>'
        '<TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="500"/></TIME_ORDER>'
        + "".join(
            f'<TIER TIER_ID="{name}"><ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1="a" '
            f'TIME_SLOT_REF2="b"><ANNOTATION_VALUE>{value}</ANNOTATION_VALUE>'
            "</ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
            for name, value in (("AU25", "B"), ("valence", "0.5"))
        )
        + "</ANNOTATION_DOCUMENT>"
    )
    found = annotators(*video, row([path], [path]), CFG)
    assert found.au[0].presence[:, 7].tolist() == [1] * 15 + [0] * 15
    assert found.va[0].mask[:, 0].tolist() == [True] * 15 + [False] * 15


def test_the_row_of_the_sheet_chooses_medium_person_and_scale(tmp_path, video, caplog):
    path = tmp_path / "both.eaf"
    media = {"MEDIA_URL": "a.wav"}, {"MEDIA_URL": "v.mp4", "TIME_ORIGIN": "200"}
    eaf(
        path,
        tier("AU12", (0, 500, ""), PARTICIPANT="mother"),
        tier("AU4", (0, 500, ""), PARTICIPANT="child"),
        tier("valence", (0, 500, "5"), PARTICIPANT="mother"),
        tier("speech", (0, 500, "oh")),
        media=media,
    )
    chosen = {"medium": "v.mp4", "subject": "mother", "va_scales": ["-10:10"]}
    with caplog.at_level("INFO", "auva"):
        found = annotators(*video, row([path], [path]) | chosen, CFG)
    assert np.flatnonzero(found.au[0].presence[:, 4]).tolist() == list(range(6, 21))
    np.testing.assert_array_equal(found.va[0].values[6:21, 0], 0.5)
    # What the other kind reads of the same file is not left out.
    left_out = ["tier 'AU4' (1 annotation of 'child')", "tier 'speech' (1 annotation)"]
    assert found.report["au"][0]["left_out"] == found.report["va"][0]["left_out"] == left_out
    assert "both.eaf: left out: tier 'AU4' (1 annotation of 'child'); tier 'speech'" in caplog.text
    (entry,) = annotators(*video, row([path]) | chosen | {"va_scales": []}, CFG).report["au"]
    assert "tier 'valence' (1 annotation of 'mother')" in entry["left_out"]
    for change in ({"medium": "x.mp4"}, {"subject": ""}, {"va_scales": []}):
        with pytest.raises(InputError, match=r"both\.eaf"):
            annotators(*video, row([path], [path]) | chosen | change, CFG)


def test_a_medium_of_another_length_is_refused(tmp_path, video):
    path = boris(tmp_path / "events.tsv", *state("AU12", 0.1, 0.5, length="600.0"))
    with pytest.raises(InputError, match="the medium lasts 600 s, the video 1 s"):
        annotators(*video, row([path]), CFG)
