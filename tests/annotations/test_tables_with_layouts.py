"""Tables of times or frames and named values, read as their layout says and no other way."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auva.annotations import (
    ActionUnits,
    Context,
    Timeline,
    ValenceArousal,
    read_action_units,
    read_valence_arousal,
)
from auva.annotations.layout import parse_layout
from auva.annotations.sampling import Samples, frames_needed, interpolated, nearest
from auva.errors import InputError
from auva.sheet.scale import Scale

VA = "time=t, unit=s, scale=-1:1, valence=v, arousal=a"
AU = "time=t, unit=frames, first=1, values=presence, AU12=smile"


def table(folder: Path, *lines: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def context(layout: str, frames: int | None = None, **known) -> Context:
    timeline = Timeline(frames, known.pop("rate", 30), known.pop("start", 0), known.pop("of", None))
    return Context(timeline, layout=parse_layout(layout, Path("videos.tsv"), 2), **known)


def affect(path: Path, layout: str = VA, frames: int | None = None, **known) -> ValenceArousal:
    return read_valence_arousal(path, "table", context(layout, frames, **known))


def units(path: Path, layout: str = AU, frames: int | None = None, **known) -> ActionUnits:
    return read_action_units(path, "table", context(layout, frames, **known))


def refusal(path: Path, read, *args, **known) -> str:
    with pytest.raises(InputError) as caught:
        read(path, *args, **known)
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(str(path))


def test_samples_at_the_times_of_frames_are_the_values_of_the_frames(tmp_path):
    rows = [f"{k / 30:.6f},{k / 100},{-k / 100}" for k in range(20)]
    found = affect(table(tmp_path, "t,v,a", *rows), frames=20)
    assert found.frames_of == "converted"
    np.testing.assert_allclose(found.values[:, 0], np.arange(20) / 100, atol=1e-6)
    np.testing.assert_allclose(found.values[:, 1], -np.arange(20) / 100, atol=1e-6)


def test_other_rates_are_interpolated_and_not_beyond_the_ends(tmp_path):
    rows = [f"{40 * k};{k}" for k in range(3)]  # 25 Hz: 0, 40, 80 ms
    layout = "time=ms, unit=ms, scale=-10:10, valence=FM1"
    found = affect(table(tmp_path, "ms;FM1", *rows), layout, 5)
    expected = [0, 25 / 3 / 100, 5 / 3 / 10, np.nan, np.nan]
    np.testing.assert_allclose(found.values[:, 0], expected, atol=1e-6)
    assert not found.mask[:, 1].any(), "what the layout does not name is not labelled"


@pytest.mark.parametrize(
    ("unit", "times", "offset"),
    [
        ("s", ["1.0", "1.1"], 0),
        ("ms", ["1000", "1100"], 0),
        ("clock", ["0:01.0", "00:00:01.100"], 0),
        ("clock", ["00:01:01,0", "00:01:01,1"], -60),
        ("s", ["0.75", "0.85"], 0.25),
    ],
)
def test_units_of_time_and_offsets(tmp_path, unit, times, offset):
    layout = f"time=t, unit={unit}, offset={offset}, scale=0:1, valence=v, separator=semicolon"
    path = table(tmp_path, "t;v", f"{times[0]};0", f"{times[1]};1")
    found = affect(path, layout, 60)
    assert np.flatnonzero(found.mask[:, 0]).tolist() == [30, 31, 32, 33]
    np.testing.assert_allclose(found.values[30:34, 0], [-1, -1 / 3, 1 / 3, 1], atol=1e-6)


def test_times_are_a_players_and_the_first_picture_may_come_later(tmp_path):
    path = table(tmp_path, "t,v,a", "0.0,0,0", "0.1,0.5,0", "0.2,1,0")
    found = affect(path, frames=3, start=0.1)
    np.testing.assert_allclose(found.values[:, 0], [0.5, 2 / 3, 5 / 6], atol=1e-6)


def test_gaps_are_not_bridged_unless_the_layout_says_so(tmp_path):
    rows = [f"{time},0.5,0" for time in (0, 0.1, 0.2, 0.3, 2.0, 2.1)]
    path = table(tmp_path, "t,v,a", *rows)
    known = affect(path, frames=64).mask[:, 0]
    assert np.flatnonzero(~known).tolist() == list(range(10, 60))
    assert affect(path, VA + ", gap=2", 64).mask[:, 0].all()
    seconds = table(tmp_path, "t,v,a", *(f"{time},0.5,0" for time in range(4)))
    assert affect(seconds, frames=91).mask.all(), "one rating a second has no gaps"


def test_missing_codes_words_and_empty_cells(tmp_path):
    layout = "time=t, unit=frames, first=0, scale=-1:1, valence=v, missing=-5 lost, words=high:0.75"
    cells = ["0.1", "", "nan", "-5.0", "lost", "-nan(ind)", "NA", "high", "-1"]
    path = table(tmp_path, "t,v", *(f"{k},{cell}" for k, cell in enumerate(cells)))
    found = affect(path, layout)
    assert found.frames_of == "original"
    assert found.values[[0, 7, 8], 0].tolist() == [0.1, 0.75, -1]
    assert not found.mask[1:7, 0].any()


def test_valence_and_arousal_may_have_a_table_each(tmp_path):
    layout = "time=time, unit=s, scale=-1:1, valence=FM1, arousal=FM1, separator=semicolon"
    first = table(tmp_path, "time;FM1;FM2", "0.0;0.1;9", "0.04;0.1;9", name="valence.csv")
    second = table(tmp_path, "time;FM1;FM2", "0.0;-0.5;9", "0.04;-0.5;9", name="arousal.csv")
    known = context(layout, 2)
    found = read_valence_arousal((first, second), "table", known)
    np.testing.assert_allclose(found.values, [[0.1, -0.5], [0.1, -0.5]])
    assert found.left_out == ("columns FM2", "columns FM2")
    with pytest.raises(InputError, match="2 files for 1 columns"):
        read_valence_arousal(
            (first, second), "table", context("time=time, unit=s, scale=-1:1, valence=FM1")
        )


def test_the_preamble_and_the_words_of_facereader(tmp_path):
    lines = ["Video analysis detailed log", "Face Model:\tGeneral", "Filename:\tC:\\a.avi", "", ""]
    head = "Video Time\tNeutral\tValence\tAction Unit 12 - Lip Corner Puller"
    rows = [
        "00:00:00.000\t0.9\t0.1\tNotActive",
        "00:00:00.033\t0.9\t0.2\tB",
        "00:00:00.067\tFIT_FAILED\tFIT_FAILED\tFIT_FAILED",
        "00:00:00.100\t0.9\t0.3\tE",
    ]
    path = table(tmp_path, *lines, head, *rows, encoding="utf-16")
    (tmp_path / "table.csv.yaml").write_text(
        "separator: tab\nheader: 6\ntime: Video Time\nunit: clock\nvalence: Valence\n"
        "scale: 0:5\nvalues: intensity\nthreshold: 1\nmissing: FIT_FAILED\n"
        "AU12: Action Unit 12 - Lip Corner Puller\n"
        "words: {NotActive: 0, A: 1, B: 2, C: 3, D: 4, E: 5}\n"
    )
    found = read_action_units(path, None, Context(Timeline(4)))
    assert found.mask[:, 4].tolist() == [True, True, False, True]
    assert found.presence[:, 4].tolist() == [0, 1, 0, 1]
    assert found.intensity[[0, 1, 3], 4].tolist() == [0, 2, 5]
    assert found.left_out == ("columns Neutral",)


def test_carma_says_one_rating_a_second(tmp_path):
    head = "Filename,Minimum Value,Maximum Value,Second,Rating"
    rows = [f"C:\\data\\clip.avi,-100,100,{second},{20 * second}" for second in (1, 2, 3)]
    path = table(tmp_path, head, *rows)
    layout = "time=Second, unit=s, offset=-0.5, scale=-100:100, valence=Rating, video=Filename"
    found = affect(path, layout, 90, medium="clip.mp4")
    assert found.values[15, 0] == pytest.approx(0.2), "in the middle of the second"
    assert found.values[45, 0] == pytest.approx(0.4)
    message = refusal(path, affect, layout, 90, medium="other.mp4")
    assert "column 'Filename' has C:\\data\\clip.avi; none is 'other.mp4'" in message


def test_rows_of_other_people_are_left_out_with_a_word(tmp_path):
    rows = ["P1,1,0", "P2,1,1", "P1,2,1", "P2,2,0", "P2,3,1"]
    path = table(tmp_path, "who,t,smile", *rows)
    layout = AU + ", subject=who"
    found = units(path, layout, of=3, subject="P2")
    assert found.presence[:, 4].tolist() == [1, 0, 1]
    assert found.left_out == ("who P1",)
    assert ": labels of several people ('P1', 'P2'); choose" in refusal(path, units, layout)
    assert "no labels of 'P3', only of 'P1', 'P2'" in refusal(path, units, layout, subject="P3")


def test_presence_needs_no_threshold_and_probabilities_do(tmp_path):
    path = table(tmp_path, "t,smile", "1,0", "2,1", "4,")
    found = units(path, of=5)
    assert found.frames_of == "original"
    assert found.frame.tolist() == [1, 2, 4, 5]
    assert found.mask[:, 4].tolist() == [True, True, False, False]
    assert found.left_out == ("2 frames without a row, which are not labelled",)
    path = table(tmp_path, "t,smile", "1,0.4", "2,0.5", "3,1.5")
    assert ", line 2: presence of AU12 is 0.4, neither 0 nor 1" in refusal(path, units)
    found = units(path, AU + ", threshold=0.5")
    assert found.presence[:, 4].tolist() == [0, 1, 1]
    assert found.intensity[:, 4].tolist() == [0, 1, 1]


def test_intensity_is_brought_to_the_scale_of_facs(tmp_path):
    path = table(tmp_path, "f,AU12,AU9", "0,0,1", "1,0.2,1", "2,1,1")
    layout = "time=f, unit=frames, first=0, values=intensity, scale=0:1, threshold=0.2, AU12=AU12"
    found = units(path, layout + ", AU9=AU9")
    assert found.presence[:, 4].tolist() == [0, 1, 1]
    np.testing.assert_allclose(found.intensity[:, 4], [0, 1, 5])
    assert found.left_out == ("columns of AU9",)


def test_a_row_for_each_frame_needs_no_column_of_frames(tmp_path):
    path = table(tmp_path, "valence;arousal", "0,1;0,2", "-0,1;1")
    layout = "unit=frames, scale=-1:1, decimal=comma, valence=valence, arousal=arousal"
    found = affect(path, layout)
    assert found.values.tolist() == [[0.1, 0.2], [-0.1, 1]]
    assert found.frame.tolist() == [1, 2]
    converted = affect(path, layout.replace("unit=frames", "unit=converted_frames"))
    assert converted.frames_of == "converted"
    assert len(affect(path, layout, of=9)) == 2, "rows that lack are for the comparison of lengths"


def test_a_table_without_a_header_has_numbered_columns(tmp_path):
    path = table(tmp_path, "0,-0.5", "0.1,-0.5")
    found = affect(path, "header=0, time=1, unit=s, scale=-1:1, valence=2", 4)
    assert found.values[:, 0].tolist() == [-0.5] * 4
    blanks = table(tmp_path, "0   0.5", "0.1\t0.5")
    layout = "header=0, separator=space, time=1, unit=s, scale=-1:1, valence=2"
    assert affect(blanks, layout, 4).mask[:, 0].all()


def test_a_time_that_is_written_twice_with_one_value_is_one_sample(tmp_path):
    path = table(tmp_path, "t,v,a", "0,0.5,0", "0,0.5,0", "0.1,0.5,0")
    found = affect(path, frames=3)
    assert found.mask.all()
    assert found.left_out == ("1 rows that repeat a time and its values",)
    assert found.read_as == ("rows from 0 to 0.1 s",)
    path = table(tmp_path, "t,v,a", "0,0.5,0", "0,0.6,0")
    assert refusal(path, affect) == ", line 3: valence has two values at 0 s"


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("", "a table needs a layout: the column va_layout of the sheet, or table.csv.yaml beside"),
        ("time=t, scale=-1:1, valence=v", "must say the unit: s, ms, clock or frames"),
        ("unit=s, scale=-1:1, valence=v", "must name the column of the time"),
        ("time=t, unit=frames, scale=-1:1, valence=v", "must say whether the first frame is 0"),
        (
            "time=t, unit=s, first=0, scale=-1:1, valence=v",
            "'first' has no meaning with the unit s",
        ),
        ("time=t, unit=frames, first=0, gap=1, scale=-1:1, valence=v", "'gap' has no meaning with"),
        ("time=t, unit=s, valence=v", "must say the scale of valence and arousal, as -1:1"),
        ("time=t, unit=s, scale=-1:1", "names no column of valence or arousal"),
        ("time=t, unit=s, scale=-1:1, valence=V", ", line 1: column 'V' of the layout is missing"),
        (
            "time=tt, unit=s, scale=-1:1, valence=v",
            "line 1: column 'tt' of the layout is missing (",
        ),
        (VA + ", header=9", ": no rows follow the header (line 9)"),
    ],
)
def test_what_a_layout_lacks_is_asked_for(tmp_path, layout, expected):
    path = table(tmp_path, "t,v,a", "0,0.5,0")
    known = context(layout) if layout else Context()
    with pytest.raises(InputError) as caught:
        read_valence_arousal(path, "table", known)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (
            "time=t, unit=frames, first=1, AU12=smile",
            "must say what the Action Units' columns hold",
        ),
        (AU.replace("presence", "intensity"), "must say from which intensity on a unit is present"),
        (AU.replace("presence", "intensity, threshold=1"), "must say the scale of the intensity"),
        (AU + ", scale=0:1", "presence has no scale"),
        (AU.replace("AU12", "AU9"), "names a column of none of AU1, AU2"),
    ],
)
def test_what_a_layout_of_units_lacks_is_asked_for(tmp_path, layout, expected):
    path = table(tmp_path, "t,smile", "1,1")
    assert expected in refusal(path, units, layout)


def test_two_scales_that_differ_are_an_error(tmp_path):
    path = table(tmp_path, "t,v,a", "0,0.5,0")
    assert "says the scale -1:1, the sheet's va_scale -10:10" in refusal(
        path, affect, VA, va_scale=Scale(-10, 10)
    )
    found = affect(path, "time=t, unit=s, valence=v", va_scale=Scale(0, 1))
    assert found.values[0, 0] == 0


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["t,v,a", "0,1.5,0"], ", line 2: valence 1.5 is outside the scale -1:1"),
        (["t,v,a", "0,inf,0"], ", line 2: 'inf' is not a number"),
        (["t,v,a", "0,1e999,0"], ", line 2: '1e999' is too large a number"),
        (["t,v,a", "0,0,5,0"], ", line 2: 4 fields where 3 are expected"),
        (["t,v,a", "0,x,0"], ", line 2: 'x' is not a number"),
        (["t,v,a", "nan,0,0"], ", line 2: no time in column 't'"),
        (["t,v,a", ",0,0"], ", line 2: no time in column 't'"),
        (["t,v,a", "0,0,0", "", "1,0,0"], ", line 3: a blank line between the rows"),
        (["t,v,a", "1,0,0", "0.5,0,0"], ", line 3: the time 0.5 s comes after a later one"),
        (["t,v,a", "99999999999999999999,0,0"], ", line 2: the time 1e+20 s is not in a video"),
        (["t,v,a", "-5,0,0"], ": no row is inside the video (times from -5 to -5 s)"),
        (["t,v,a"], ": no rows follow the header (line 1)"),
        (["t,v;a", "0,0;0"], ", line 1: several characters can separate columns; the layout must"),
        (["t,v,v,a", "0,0,0,0"], ", line 1: column 'v' of the layout occurs twice"),
        (
            ["t;v;a", "0;0,5;0"],
            ", line 2: '0,5' has a decimal comma (decimal: comma in the layout)",
        ),
        (['"t,v,a', "0,0,0"], ", line 1: quotes that do not fit together"),
    ],
)
def test_wrong_rows_are_refused_by_their_line(tmp_path, lines, expected):
    assert refusal(table(tmp_path, *lines), affect, VA, 30).startswith(expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["t,smile", "1,0", "1,0"], ", line 3: frame 1 is repeated or out of order"),
        (["t,smile", "2,0", "1,0"], ", line 3: frame 1 is repeated or out of order (it follows fr"),
        (["t,smile", "0,0"], ", line 2: frame 0 is out of range (frames start at 1)"),
        (["t,smile", "1.5,0"], ", line 2: 1.5 is not a frame number"),
        (["t,smile", "1e30,0"], ", line 2: 1e+30 is not a frame number"),
        (["t,smile", "-1,0"], ", line 2: frame -1 is out of range"),
    ],
)
def test_wrong_frames_are_refused_by_their_line(tmp_path, lines, expected):
    assert refusal(table(tmp_path, *lines), units).startswith(expected)


def test_a_point_where_decimal_commas_are_said_is_refused(tmp_path):
    path = table(tmp_path, "t;v;a", "0;0.5;0")
    expected = ", line 2: '0.5' has a point where the layout says a decimal comma"
    assert refusal(path, affect, VA + ", decimal=comma") == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.decode().encode("utf-16"),
        lambda data: data + b"\n\n",
        lambda data: data.replace(b",", b" , "),
        lambda data: b'"t","v","a"' + data[5:],
    ],
)
def test_what_does_no_harm(tmp_path, change):
    path = table(tmp_path, "t,v,a", "0,0.5,0.25", "0.1,0.5,0.25")
    expected = affect(path, frames=4)
    path.write_bytes(change(path.read_bytes()))
    assert affect(path, frames=4).equals(expected)


def test_latin_1_is_refused(tmp_path):
    path = table(tmp_path, "t,v,Gefühl", "0,0.5,1", encoding="latin-1")
    assert refusal(path, affect) == ", line 1: not a text file in UTF-8; save it as UTF-8"


def test_a_cut_last_line_is_refused(tmp_path):
    path = table(tmp_path, "t,v,a", *(f"{k / 30:.3f},0.500,0.250" for k in range(12)))
    path.write_bytes(path.read_bytes()[:-3])
    assert refusal(path, affect) == ", line 13: the file ends within this line (it was cut off)"


def test_samples_beyond_the_video_give_more_frames_than_it_has(tmp_path):
    rows = [f"{k / 10},0,0" for k in range(11)]  # to 1.0 s
    path = table(tmp_path, "t,v,a", *rows)
    assert len(affect(path, frames=30)) == 30, "the last sample is the video's end"
    assert len(affect(path, frames=20)) == 30
    assert len(affect(path, VA.replace("unit=s", "unit=s, offset=60"), 1810)) == 1830


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_interpolation_stays_between_neighbours_and_knows_the_samples(data):
    rate = data.draw(st.sampled_from([24, 25, 30, 30000 / 1001, 60]))
    step = data.draw(st.sampled_from([0.01, 0.04, 1 / 30, 0.1, 0.2]))
    count = data.draw(st.integers(1, 30))
    values = data.draw(st.lists(st.floats(-1, 1), min_size=count, max_size=count))
    lost = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    time = np.arange(count) * step
    known = np.where(lost, np.nan, values)
    timeline = Timeline(None, rate)
    frames = frames_needed(Path("x"), time, timeline)
    found = interpolated(Samples(time, known), frames, timeline, None)
    for frame, value in enumerate(found):
        at = frame / rate
        left, right = np.searchsorted(time, [at + 1e-6, at - 1e-6])
        around = known[max(0, left - 1) : right + 1]
        assert len(around) == 0 or np.isnan(value) == bool(np.isnan(around).any())
        if not np.isnan(value):
            assert np.nanmin(around) - 1e-9 <= value <= np.nanmax(around) + 1e-9
    one = nearest(Samples(time, known), frames, timeline, None)
    assert set(one[~np.isnan(one)]) <= set(known[~np.isnan(known)])
