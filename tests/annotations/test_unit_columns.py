"""Action Units as columns: OpenFace's CSV and the headers of the ABAW competitions."""

from pathlib import Path

import numpy as np
import pytest

from auva.annotations import read_action_units, recognise_action_units
from auva.errors import InputError

HEADER = "frame, face_id, timestamp, confidence, success, gaze_0_x, AU01_r, AU12_r, AU01_c, AU12_c"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "au.csv"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_action_units(path)
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(str(path))


def test_openface_units_are_found_by_name_and_lost_frames_are_not_labelled(tmp_path):
    lines = (
        "1, 0, 0.000, 0.98, 1, -nan(ind), 0.35, 2.10, 0, 1",
        "2, 0, 0.033, 0.10, 0, 0.1, 0, 0, 0, 0",
        "3, 0, 0.067, 0.95, 1, 0.1, 1.00, , 1, ",
    )
    path = write(tmp_path, HEADER, *lines)
    assert recognise_action_units(path) == "openface"
    table = read_action_units(path)
    assert table.frames_of == "original"
    assert table.mask[:, [0, 4]].tolist() == [[True, True], [False, False], [True, False]]
    assert not table.mask[:, [1, 2, 3, 5, 6, 7]].any()
    assert table.presence[:, [0, 4]].tolist() == [[0, 1], [0, 0], [1, 0]]
    assert table.intensity[0, [0, 4]] == pytest.approx([0.35, 2.1])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([HEADER, "1,0,0,1,1,0,0,0,0,0", "3,0,0,1,1,0,0,0,0,0"], ", line 3: frame 3 comes where"),
        ([HEADER, "1,0,0,1,1,0,0,0,0,0", "1,0,0,1,1,0,0,0,0,0"], ", line 3: frame 1 is repeated"),
        (
            [HEADER, "1,0,0,1,1,0,0,0,0,0", "1,1,0,1,1,0,0,0,0,0"],
            ", line 3: a second face (face_",
        ),
        ([HEADER, "0,0,0,1,1,0,0,0,0,0"], ", line 2: frame 0 is out of range"),
        ([HEADER, "1,0,0,1,2,0,0,0,0,0"], ", line 2: success is 2, neither 0 nor 1"),
        ([HEADER, "1,0,0,1.5,1,0,0,0,0,0"], ", line 2: confidence 1.5 is outside [0, 1]"),
        ([HEADER, "1,0,0,1,1,0,0,0,0,0.5"], ", line 2: presence of AU12 is 0.5, neither 0 nor 1"),
        ([HEADER, "1,0,0,1,1,0,5.5,0,0,0"], ", line 2: intensity of AU1 is 5.5, outside [0, 5]"),
        ([HEADER, "1,0,0,1,1,0,0,0,0"], ", line 2: 9 fields where 10 are expected"),
        ([HEADER, "1,0,0,1,1,0,0,0,x,0"], ", line 2: 'x' is not a number"),
        ([HEADER], ": no frames follow the header"),
        ([HEADER.replace("success", "succes")], ", line 1: column 'success' is missing (did you"),
        ([HEADER.replace("gaze_0_x", "AU01_c")], ", line 1: column 'AU01_c' is named twice"),
        (["frame,success,AU45_c", "1,1,0"], ", line 1: the header names none of AU01_c"),
    ],
)
def test_wrong_openface_files_are_refused_by_their_line(tmp_path, lines, expected):
    assert refusal(write(tmp_path, *lines)).startswith(expected)


def test_a_cut_last_field_is_refused(tmp_path):
    path = tmp_path / "au.csv"
    header = "frame,success,AU01_c,AU01_r"
    path.write_text("\n".join([header, *(f"{k},1,1,2.25" for k in range(1, 13))])[:-1])
    assert refusal(path) == ", line 13: the file ends within this line (it was cut off)"


@pytest.mark.parametrize("header", ["AU1,AU2,AU4,AU6,AU12,AU15,AU20,AU25", "AU01, AU02 ,AU4,AU6,"])
def test_the_header_of_eight_units(tmp_path, header):
    names = header.rstrip(",").split(",")
    path = write(tmp_path, header.rstrip(",") + " ", ",".join(["1"] * len(names)))
    assert read_action_units(path).presence[0, : len(names)].all()


def test_the_header_of_twelve_units_lacks_au20_and_has_others(tmp_path):
    header = "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26 "
    path = write(tmp_path, header, "1,0,0,0,1,1,1,0,1,1,1,1", "-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1")
    table = read_action_units(path)
    assert (table.frames_of, recognise_action_units(path)) == ("original", "abaw")
    assert table.presence.tolist() == [[1, 0, 0, 0, 1, 0, 0, 1], [0] * 8]
    assert table.mask.tolist() == [[True] * 6 + [False, True], [False] * 8]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["AU1,AU2", "1,2"], ", line 2: AU2 is 2, not 0, 1 or -1 (unlabelled)"),
        (["AU1,AU7", "1,3"], ", line 2: AU7 is 3, not 0, 1 or -1 (unlabelled)"),
        (["AU1,AU1", "1,1"], ", line 1: the header names AU1 twice"),
        (["AU1,AUX", "1,1"], ", line 1: 'AUX' is not an Action Unit (did you mean 'AU"),
        (["AU7,AU10", "1,1"], ", line 1: the header names none of AU1"),
        (["AU1,AU2", "1"], ", line 2: 1 fields where 2 are expected"),
        (["AU1,AU2", "1;0"], ", line 2: 1 fields where 2 are expected"),
    ],
)
def test_wrong_abaw_unit_files_are_refused_by_their_line(tmp_path, lines, expected):
    assert refusal(write(tmp_path, *lines)).startswith(expected)


def test_unlabelled_codes_are_masks(tmp_path):
    path = write(tmp_path, "AU1,AU2,AU4,AU6", "-1,-5,,nan")
    table = read_action_units(path)
    assert not table.mask.any()
    assert np.isnan(table.intensity).all()
