"""Valence and arousal: ABAW's file with a header, Aff-Wild's pair without."""

from pathlib import Path

import numpy as np
import pytest

from auva.annotations import (
    Context,
    ValenceArousal,
    read_valence_arousal,
    recognise_valence_arousal,
    write_valence_arousal,
)
from auva.errors import InputError
from auva.pairs import join_pair
from auva.sheet import Scale


def text_file(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def refusal(source, format: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_valence_arousal(source, format)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_abaw_rows_are_source_frames_and_minus_five_is_unlabelled(tmp_path):
    lines = ("valence,arousal ", "0.5,-1", "-5,-5", "-5.0,0.25", ",nan", "1, 0")
    table = read_valence_arousal(text_file(tmp_path, "va.txt", *lines))
    assert table.frames_of == "original"
    assert table.frame.tolist() == [1, 2, 3, 4, 5]
    expected = [[0.5, -1], [np.nan] * 2, [np.nan, 0.25], [np.nan] * 2, [1, 0]]
    np.testing.assert_array_equal(table.values, expected)
    np.testing.assert_array_equal(table.mask, ~np.isnan(expected))


def test_abaw_columns_are_taken_by_name(tmp_path):
    table = read_valence_arousal(text_file(tmp_path, "va.txt", "Arousal, Valence", "0.1,0.2"))
    assert table.values.tolist() == [[0.2, 0.1]]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["valence,arousal", "0,0", "1.2,0"], ", line 3: valence 1.2 is outside [-1, 1]"),
        (["valence,arousal", "0,-1.001"], ", line 2: arousal -1.001 is outside [-1, 1]"),
        (["valence,arousal", "0"], ", line 2: 1 fields where 2 are expected"),
        (["valence,arousal", "0;0"], ", line 2: 1 fields where 2 are expected"),
        (["valence,arousal", "0,inf"], ", line 2: 'inf' is not a number"),
        (["valence,arousal", "0,0", "valence,arousal"], ", line 3: 'valence' is not a number"),
        (["valence,arousal", "0,0", "", "0,0"], ", line 3: a blank line between the frames"),
        (["valence,arousal"], ": no frames follow the header"),
        (
            ["valence,arousl", "0,0"],
            ", line 1: 'arousl' is neither valence nor arousal (did you mean 'arousal'?)",
        ),
        (["valence", "0"], ", line 1: the header must name valence and arousal once each"),
        (
            ["x,y", "0,0"],
            ", line 1: no known format of valence and arousal: it seems to be a table",
        ),
        (["0.1,0.2"], ", line 1: no known format of valence and arousal: it seems to be a table"),
        ([], ": the annotation file is empty"),
    ],
)
def test_wrong_abaw_files_are_refused(tmp_path, lines, expected):
    path = text_file(tmp_path, "va.txt", *lines)
    assert refusal(path).removeprefix(str(path)).startswith(expected)


def test_a_cut_last_value_is_refused(tmp_path):
    path = tmp_path / "va.txt"
    path.write_text("valence,arousal\n" + "0.123,-0.456\n" * 11 + "0.123,-0.4")
    assert refusal(path) == f"{path}, line 13: the file ends within this line (it was cut off)"
    path.write_text("valence,arousal\n0.123,0.")
    assert refusal(path) == f"{path}, line 2: the file ends within this line (it was cut off)"


def pair(folder: Path, valence: list[str], arousal: list[str]) -> Path:
    names = {"valence.txt": valence, "arousal.txt": arousal}
    return join_pair(text_file(folder, name, *lines) for name, lines in names.items())


@pytest.mark.parametrize(
    ("valence", "arousal", "expected"),
    [
        (["512", "-1000"], ["0", "3"], [[0.512, 0], [-1, 0.003]]),
        (["1.2e2", "3"], ["0", "-5"], [[0.12, 0], [0.003, -0.005]]),
        (["101", "0"], ["1", "-1"], [[0.101, 0.001], [0, -0.001]]),
        (["0.5", "1"], ["-1", "0"], [[0.5, -1], [1, 0]]),
        (["1.0", "0.0"], ["0", "0"], [[1, 0], [0, 0]]),
        (["0", "0"], ["0", "0"], [[0, 0], [0, 0]]),
    ],
)
def test_affwild_integers_and_floats_are_told_apart_by_the_pair(
    tmp_path, valence, arousal, expected
):
    table = read_valence_arousal(pair(tmp_path, valence, arousal))
    np.testing.assert_allclose(table.values, expected, rtol=0, atol=1e-15)
    assert table.frames_of == "original"
    assert table.mask.all()


@pytest.mark.parametrize(
    ("valence", "arousal", "expected"),
    [
        (["512", "1001"], ["0", "0"], "valence.txt, line 2: valence 1001 is outside [-1000, 1000]"),
        (["0.5", "1"], ["-5", "0"], "arousal.txt, line 1: arousal -5 is outside [-1, 1] of floats"),
        (["0.5", "nan"], ["0", "0"], "valence.txt, line 2: valence nan is outside [-1, 1]"),
        (["1", "2"], ["0"], "valence.txt has 2"),
        (["1", "2 3"], ["0", "1"], "valence.txt, line 2: 2 fields where 1 are expected"),
        (["1", "x"], ["0", "1"], "valence.txt, line 2: 'x' is not a number"),
    ],
)
def test_wrong_affwild_pairs_are_refused(tmp_path, valence, arousal, expected):
    assert expected in refusal(pair(tmp_path, valence, arousal))


SCALES = {
    "-10:10": (["5", "-3", "7", "0"], ["2", "2", "-1", "0"], [[0.5, 0.2], [-0.3, 0.2]]),
    "1:9": (["1", "5", "9", "4"], ["2", "2", "3", "3"], [[-1, -0.75], [0, -0.75]]),
    "-100:100": (["55", "-30", "100", "0"], ["20", "-20", "10", "0"], [[0.55, 0.2], [-0.3, -0.2]]),
    "1:7": (["1", "7", "4"], ["4", "4", "2"], [[-1, 0], [1, 0]]),
    "0:100": (["0", "50", "100"], ["75", "0", "1"], [[-1, 0.5], [0, -1]]),
    "0:1": (["0", "1", "1"], ["1", "0", "0"], [[-1, 1], [1, -1]]),
    "-1:1": (["0", "1", "-1"], ["1", "0", "0"], [[0, 1], [1, 0]]),
    "0:10": (["2.5", "10", "0"], ["5", "5", "5"], [[-0.5, 0], [1, 0]]),
    "-1000:1000": (["5", "-3"], ["2", "100"], [[0.005, 0.002], [-0.003, 0.1]]),
    "0:1000": (["500", "0"], ["1000", "750"], [[0, 1], [-1, 0.5]]),
}


@pytest.mark.parametrize("text", SCALES)
def test_values_on_another_scale_ask_for_it(tmp_path, text):
    valence, arousal, expected = SCALES[text]
    files = pair(tmp_path, valence, arousal)
    scale = Scale.parse(text)
    table = read_valence_arousal(files, "affwild", Context(va_scale=scale))
    np.testing.assert_allclose(table.values[:2], expected, atol=1e-12)
    write_valence_arousal(files, table, "affwild", Context(va_scale=scale))
    again = read_valence_arousal(files, "affwild", Context(va_scale=scale))
    np.testing.assert_allclose(again.values, table.values, atol=1e-12)
    if text != "0:1000":
        told = refusal(pair(tmp_path, valence, arousal))
        assert "name the scale in the sheet's column va_scale, as -100:100 or 1:9" in told
        assert "valence.txt, line" in told or "arousal.txt, line" in told


def test_a_value_outside_the_scale_that_is_told_is_refused(tmp_path):
    files = pair(tmp_path, ["5", "11"], ["2", "0"])
    with pytest.raises(InputError, match=r"valence 11 is outside the scale -10:10"):
        read_valence_arousal(files, None, Context(va_scale=Scale(-10, 10)))
    path = text_file(tmp_path, "va.txt", "valence,arousal", "0.5,1")
    with pytest.raises(InputError, match=r"the format abaw is on \[-1, 1\] and not on the sheet's"):
        read_valence_arousal(path, None, Context(va_scale=Scale(1, 9)))
    assert len(read_valence_arousal(path, None, Context(va_scale=Scale()))) == 1


def test_one_affwild_file_is_not_enough(tmp_path):
    path = text_file(tmp_path, "valence.txt", "0.1")
    assert recognise_valence_arousal(path) == "affwild"
    assert refusal(path).startswith(f"{path}: Aff-Wild keeps valence and arousal in two files")
    assert "has one file" in refusal((path, path), "abaw")


def test_a_pair_may_be_two_paths(tmp_path):
    joined = pair(tmp_path, ["0.5"], ["0.25"])
    files = (tmp_path / "valence.txt", str(tmp_path / "arousal.txt"))
    assert read_valence_arousal(files).equals(read_valence_arousal(joined))


def test_the_real_files_survive_a_round_trip(london, tmp_path):
    paths = sorted((london / "annotations" / "va").glob("*.txt"))
    assert len(paths) == 14
    for path in paths:
        table = read_valence_arousal(path)
        assert len(table) == len(path.read_text().splitlines()) - 1
        write_valence_arousal(tmp_path / "va.txt", table, "abaw")
        assert read_valence_arousal(tmp_path / "va.txt").equals(table)


def test_what_a_format_cannot_hold_is_not_written(tmp_path):
    gap = ValenceArousal(np.array([[0.1, np.nan]]))
    with pytest.raises(InputError, match="arousal of frame 1 is missing"):
        write_valence_arousal((tmp_path / "v", tmp_path / "a"), gap, "affwild")
    for frames_of, frame in (("converted", [1]), ("original", [2])):
        other = ValenceArousal(np.array([[0.1, 0.2]]), frame=np.array(frame), frames_of=frames_of)
        with pytest.raises(InputError, match="the format abaw holds frames"):
            write_valence_arousal(tmp_path / "va.txt", other, "abaw")
    assert not list(tmp_path.iterdir())
