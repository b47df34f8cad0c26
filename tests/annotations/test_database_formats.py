"""Formats of databases and trackers: several faces, several videos, a file per unit."""

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
)
from auva.annotations.layout import parse_layout
from auva.errors import InputError
from auva.pairs import join_pair


def written(folder: Path, *lines: str, name: str = "au.csv") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def context(of: int | None = None, layout: str = "", **known) -> Context:
    read = parse_layout(layout, Path("videos.tsv"), 2) if layout else None
    return Context(Timeline(original=of), layout=read, **known)


def refusal(path, format: str | None = None, read=read_action_units, **known) -> str:
    with pytest.raises(InputError) as caught:
        read(path, format, context(**known))
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(str(path))


def smiles(table: ActionUnits) -> dict[int, int]:
    """Return frame -> presence of AU12 where it is labelled."""
    known = table.mask[:, 4]
    return dict(zip(table.frame[known].tolist(), table.presence[known, 4].tolist(), strict=True))


# OpenFace with several faces

FACES = "frame, face_id, timestamp, confidence, success, AU12_r, AU12_c, AU45_c"
TWO = (
    "1, 0, 0, 0.98, 1, 0.5, 1, 0",
    "1, 1, 0, 0.98, 1, 0.0, 0, 0",
    "2, 0, 0.03, 0.98, 1, 0.5, 1, 0",
    "4, 0, 0.10, -nan(ind), 0, -nan(ind), 0, 0",
    "5, 0, 0.13, 0.98, 1, nan, 0, 0",
)


def test_one_of_several_faces_is_chosen_and_frames_without_it_are_not_labelled(tmp_path):
    path = written(tmp_path, FACES, *TWO)
    assert refusal(path) == (
        ", line 3: a second face (face_id 0, 1); the column subject of the sheet says which one is "
        "meant"
    )
    first = read_action_units(path, None, context(7, subject="0"))
    assert smiles(first) == {1: 1, 2: 1, 5: 0}, "frame 3 has no row, frame 4 no success"
    assert first.frame[-1] == 7
    assert first.left_out == (
        "face_id 1 (1 rows)",
        "columns AU45_c",
        "3 frames without a row, which are not labelled",
    )
    assert smiles(read_action_units(path, None, context(7, subject="1"))) == {1: 0}
    assert refusal(path, subject="2") == (
        ": no face_id 2 (subject of the sheet); it has face_id 0, 1"
    )


def test_one_face_has_every_frame_unless_it_is_chosen(tmp_path):
    rows = ("1, 0, 0, 1, 1, 0, 1, 0", "3, 0, 0, 1, 1, 0, 1, 0")
    path = written(tmp_path, FACES, *rows)
    assert ", line 3: frame 3 comes where frame 2 is expected" in refusal(path)
    assert ", line 3: frame 3 comes where frame 2 is" in refusal(path, subject="mother")
    assert smiles(read_action_units(path, None, context(4, subject="0"))) == {1: 1, 3: 1}
    assert "no face_id 1 (subject" in refusal(path, subject="1")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1, 0, 0, 0.98, 1, 0, 1, 0", ", line 4: frame 1 is repeated or out of order"),
        ("0, 0, 0, 0.98, 1, 0, 1, 0", ", line 4: frame 0 is out of range"),
        ("3, nan, 0, 0.98, 1, 0, 1, 0", ", line 4: face_id is nan"),
        ("3, 0, 0, -nan(ind), 1, 0, 1, 0", ", line 4: confidence nan is outside [0, 1]"),
        ("3, 0, 0, 0.98, nan, 0, 1, 0", ", line 4: success is nan, neither 0 nor 1"),
        ("3, 0, 0, 0.98, 1, inf, 1, 0", ", line 4: 'inf' is not a number"),
        ("3, 0, 0, 0,98, 1, 0, 1, 0", ", line 4: 9 fields where 8 are expected"),
        ("1e300, 0, 0, 0.98, 1, 0, 1, 0", ", line 4: 1e+300 is not a frame number"),
    ],
)
def test_wrong_rows_of_several_faces(tmp_path, row, expected):
    path = written(tmp_path, FACES, *TWO[:2], row)
    assert refusal(path, subject="0").startswith(expected)


# py-feat

FEX = "FaceRectX,FaceScore,AU01,AU12,AU26,happiness,input,frame,Identity"


def test_probabilities_become_presence_by_a_threshold_that_is_told(tmp_path):
    rows = (
        "9,0.9,0.2,0.5,1,1,a.mp4,0,Person_0",
        ",,,,,,a.mp4,1,",
        "9,1,1,0.4,1,1,a.mp4,4,Person_0",
    )
    path = written(tmp_path, FEX, *rows)
    assert recognise_action_units(path) == "fex"
    table = read_action_units(path, None, context(6))
    assert table.frames_of == "original"
    assert smiles(table) == {1: 1, 5: 0}, "frame counts from 0; a row without a face is no label"
    assert table.intensity[0, [0, 4]].tolist() == [0, 1]
    assert table.read_as == ("present from a probability of 0.5 on (the default)",)
    assert table.left_out == ("columns AU26", "3 frames without a row, which are not labelled")
    table = read_action_units(path, None, context(6, "threshold=0.4"))
    assert smiles(table) == {1: 1, 5: 1}
    assert table.read_as == ("present from a probability of 0.4 on",)
    (tmp_path / "au.csv.yaml").write_text("threshold: 0.6\n")
    assert smiles(read_action_units(path)) == {1: 0, 5: 0}


def test_one_of_several_people_is_chosen(tmp_path):
    rows = ("9,1,0,1,0,0,a,0,Person_0", "9,1,0,0,0,0,a,0,Person_1", "9,1,0,1,0,0,a,1,Person_1")
    path = written(tmp_path, FEX, *rows)
    people = "'Person_0', 'Person_1'"
    assert refusal(path) == (
        f": labels of several people ({people}); choose one in the sheet's column subject"
    )
    assert refusal(path, subject="Person_2") == (
        f": there are no labels of 'Person_2', only of {people}"
    )
    table = read_action_units(path, None, context(2, subject="Person_1"))
    assert smiles(table) == {1: 0, 2: 1}
    assert table.left_out[0] == "Identity Person_0 (1 rows)"


def test_the_rows_of_the_sheets_video_are_read_of_several(tmp_path):
    rows = (
        "9,1,0,1,0,0,/data/a.mp4,0,",
        "9,1,0,0,0,0,/data/b.mp4,0,",
        "9,1,0,0,0,0,/data/a.mp4,1,",
    )
    path = written(tmp_path, FEX, *rows)
    table = read_action_units(path, None, context(2, medium="a.avi"))
    assert smiles(table) == {1: 1, 2: 0}
    assert table.left_out[0] == "input /data/b.mp4"
    assert "column 'input' has /data/a.mp4, /data/b.mp4; none is 'c.mp4'" in refusal(
        path, medium="c.mp4"
    )
    assert "; the video that is meant is not known" in refusal(path)


@pytest.mark.parametrize(
    ("header", "rows", "expected"),
    [
        ("frame,FaceScore,AU12", ["0,1,1", "0,1,0"], ", line 3: a second face in frame 0, and no"),
        ("frame,FaceScore,AU12", ["1,1,1", "0,1,0"], ", line 3: frame 0 is repeated or out of"),
        ("frame,FaceScore,AU12", ["0,1,1.2"], ", line 2: AU12 is 1.2, not a probability in [0, 1]"),
        ("frame,FaceScore,AU12", ["0.5,1,1"], ", line 2: 0.5 is not a frame number"),
        ("frame,FaceScore,AU12", ["-1,1,1"], ", line 2: frame -1 is out of range (frames start at"),
        ("FaceScore,AU12", ["1,1"], ", line 1: column 'frame' is missing"),
        ("frame,FaceScore,AU99", ["0,1,1"], ", line 1: the header names none of AU01"),
        ("frame,FaceScore,AU12", [], ": no frames follow the header"),
        ("frame,FaceScore,AU12,AU12", ["0,1,1,1"], ", line 1: column 'AU12' is named twice"),
    ],
)
def test_wrong_fex_tables(tmp_path, header, rows, expected):
    assert refusal(written(tmp_path, header, *rows), "fex").startswith(expected)


def test_keys_that_a_format_has_not_are_refused(tmp_path):
    path = written(tmp_path, "frame,FaceScore,AU12", "0,1,1")
    assert "has no key 'gap' in its layout (it takes threshold)" in refusal(path, layout="gap=1")
    assert "has fixed columns; the layout in the" in refusal(path, "fex", layout="AU1=x")
    path = written(tmp_path, "AU1,AU2", "0,1")
    assert "format abaw has no key 'threshold' in its layout (it takes none)" in refusal(
        path, layout="threshold=1"
    )


# DISFA


def disfa(folder: Path, **units: list[int]) -> Path:
    place = folder / "SN001"
    place.mkdir(exist_ok=True)
    for name, values in units.items():
        lines = (f"{frame},{value}" for frame, value in enumerate(values, start=1))
        written(place, *lines, name=f"SN001_{name}.txt")
    return place


def test_a_file_per_unit_in_a_folder_or_one_by_one(tmp_path):
    place = disfa(tmp_path, au12=[0, 1, 2, 5], au4=[0, 0, 3, 0], au9=[1, 1, 1, 1])
    table = read_action_units(place)
    assert recognise_action_units(place) == "disfa"
    assert table.frames_of == "original"
    assert smiles(table) == {1: 0, 2: 1, 3: 1, 4: 1}
    assert table.intensity[:, 4].tolist() == [0, 1, 2, 5]
    assert table.mask.any(axis=0).tolist() == [False, False, True, False, True, False, False, False]
    assert table.left_out == ("SN001_au9.txt",)
    assert table.read_as == ("present from intensity 1 on (the default)",)
    one_by_one = join_pair((place / "SN001_au12.txt", place / "SN001_au4.txt"))
    strict = read_action_units(one_by_one, None, context(layout="threshold=2"))
    assert smiles(strict) == {1: 0, 2: 0, 3: 1, 4: 1}
    (tmp_path / "SN001.yaml").write_text("threshold: 3\n")
    assert smiles(read_action_units(place)) == {1: 0, 2: 0, 3: 0, 4: 1}


def test_wrong_disfa_files(tmp_path):
    place = disfa(tmp_path, au12=[0, 1], au4=[0])
    assert refusal(place).startswith("/SN001_au4.txt: 1 frames, but ")
    place = disfa(tmp_path, au12=[0, 1], au4=[0, 6])
    assert refusal(place).endswith("SN001_au4.txt, line 2: intensity 6 is not one of 0 to 5")
    disfa(tmp_path, au4=[0, 1])
    written(place, "1,0", "2,0", name="SN001_AU04.txt")
    assert "a second file of AU4" in refusal(place)
    (place / "SN001_AU04.txt").unlink()
    written(place, "1,0", "3,0", name="SN001_au4.txt")
    assert "line 2: frame 3 comes where frame 2 is expected (a gap)" in refusal(place)
    written(place, "frame,intensity", "1,0", name="SN001_au4.txt")
    assert "line 1: 'frame' is not a number" in refusal(place)
    written(place, "1,0", "2,0", name="SN001_au4.txt")
    written(place, "what it is", name="readme.txt")
    assert "DISFA's file names tell the unit (as SN001_au12.txt)" in refusal(place)
    for file in place.iterdir():
        file.unlink()
    assert "the folder has no text files" in refusal(place)
    disfa(tmp_path, au9=[1])
    assert "none of the files is of one of AU1, AU2" in refusal(place)


# BP4D


def test_codes_of_bp4d_are_masks(tmp_path):
    path = written(tmp_path, "0,1,2,5,12", "3,0,1,1,9", "4,9,0,1,1", name="F001_T1.csv")
    table = read_action_units(path, None, context(6))
    assert recognise_action_units(path) == "bp4d"
    assert smiles(table) == {4: 1}
    assert table.mask[:2, :2].tolist() == [[True, True], [False, True]]
    assert table.presence[:2, :2].tolist() == [[0, 1], [0, 0]]
    assert table.left_out == ("columns of AU5", "4 frames without a row, which are not labelled")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["0,1,2", "1,0,2"], ", line 2: AU2 is 2, not 0, 1 or 9 (unknown)"),
        (["0,1,2", "2,0,0", "1,0,0"], ", line 3: frame 1 is repeated or out of order"),
        (["0,1,1", "1,0,0"], ", line 1: the header names AU1 twice"),
        (["0,3,5", "1,0,0"], ", line 1: the header names none of AU1"),
        (["1,2,3", "1,0,0"], ", line 1: the first line is not 0 and the numbers of Action Units"),
        (["0,1,2"], ": no frames follow the header"),
        (["0,1,2", "1,0"], ", line 2: 2 fields where 3 are expected"),
        (["0,1,2", "1,nan,0"], ", line 2: AU1 is nan, not 0, 1 or 9"),
    ],
)
def test_wrong_bp4d_files(tmp_path, lines, expected):
    assert refusal(written(tmp_path, *lines), "bp4d").startswith(expected)


# ABAW's lists of pictures

MTL = "image,valence,arousal,expression,aus"
ROWS = (
    "one/00001.jpg,0.1,0.2,3,0,0,0,1,0,0,1,0,0,0,0,0",
    "two/00001.jpg,0.9,0.9,3,0,0,0,1,0,0,0,0,0,0,0,0",
    "one/00004.jpg,-5,-5,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1",
    "one/00005.jpg,-0.5,1,0,1,0,0,1,0,0,0,0,0,0,0,0",
)


def test_the_pictures_of_the_sheets_video_are_read(tmp_path):
    path = written(tmp_path, MTL, *ROWS)
    table = read_action_units(path, None, context(6, medium="one.mp4"))
    assert table.frames_of == "original"
    assert smiles(table) == {1: 1, 5: 0}
    assert table.frame.tolist() == [1, 4, 5, 6]
    assert not table.mask[:, 6].any(), "ABAW has no AU20"
    assert table.left_out == (
        "pictures of two",
        "columns AU7, AU10, AU23, AU24 and 1 more",
        "3 frames without a row, which are not labelled",
    )
    affect = read_valence_arousal(path, None, context(6, medium="one.mp4"))
    np.testing.assert_array_equal(affect.values[0], [0.1, 0.2])
    assert affect.mask[:, 0].tolist() == [True, False, True, False]
    two = read_valence_arousal(path, None, context(1, medium="video.avi", subject="two"))
    assert two.values.tolist() == [[0.9, 0.9]]
    expected = ": the pictures are of one, two; none is named after three (the sheet's subject can"
    assert refusal(path, medium="three.mp4").startswith(expected)
    assert ": the pictures are of one, two; which one is meant?" in refusal(path)


def test_submissions_name_their_columns(tmp_path):
    path = written(tmp_path, "image_location,AU1,AU12", "a/b/v/00002.png,1,-1", "v/00003.jpg,0,1")
    table = read_action_units(path, None, context(3, medium="v.mp4"))
    assert table.mask[:, 0].tolist() == [True, True]
    assert smiles(table) == {3: 1}
    path = written(tmp_path, "image_location,valence,arousal", "00001.jpg,0.1,0.2")
    affect = read_valence_arousal(path, None, context(1, medium="v.mp4"))
    assert affect.values.tolist() == [[0.1, 0.2]]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([MTL, ROWS[0], ROWS[0]], ", line 3: frame 1 is repeated or out of order"),
        ([MTL, ROWS[3], ROWS[0]], ", line 3: frame 1 is repeated or out of order"),
        ([MTL, ROWS[0].replace("00001", "00000")], ", line 2: frame 0 is out of range"),
        ([MTL, ROWS[0].replace(".jpg", "")], ", line 2: 'one/00001' is not a picture of a frame"),
        (
            [MTL, ROWS[0].replace("00001", "x1")],
            ", line 2: 'one/x1.jpg' is not a picture of a frame",
        ),
        ([MTL, ROWS[0][:-2]], ", line 2: 15 fields where 16 are expected"),
        ([MTL, ROWS[1], "", ROWS[0]], ", line 3: a blank line between the pictures"),
        ([MTL, ROWS[1], ROWS[0].replace(",1,", ",2,", 1)], ", line 3: AU6 is 2, not 0, 1 or -1"),
        ([MTL + ",AU1", ROWS[0] + ",1"], ", line 1: column 'au1' is named twice"),
        ([MTL + ",mood", ROWS[0] + ",1"], ", line 1: unknown column 'mood'"),
        ([MTL], ": no pictures follow the header"),
        (["image_location,AU9", "one/1.jpg,1"], ", line 1: the header names none of AU1"),
    ],
)
def test_wrong_lists_of_pictures(tmp_path, lines, expected):
    path = written(tmp_path, *lines)
    assert refusal(path, "abaw_images", medium="one.mp4").startswith(expected)


def test_values_out_of_range_in_lists_are_told_with_their_line(tmp_path):
    path = written(tmp_path, MTL, ROWS[1], ROWS[0].replace("0.1", "1.1"))
    message = refusal(path, read=read_valence_arousal, medium="one.mp4")
    assert message.startswith(", line 3: valence 1.1 is outside [-1, 1]; a table on another scale")
    path = written(tmp_path, "image_location,AU1", "one/1.jpg,1")
    message = refusal(path, "abaw_images", read_valence_arousal, medium="one.mp4")
    assert message.startswith(", line 1: column 'valence' is missing")
