"""The thesis' AU file: what is read, the exact refusals, and lossless writing."""

from pathlib import Path

import numpy as np
import pytest

from auva.annotations import ActionUnits, read_action_units, write_action_units
from auva.errors import InputError

ZEROS = " 0 0" * 8


def au_file(folder: Path, *lines: str) -> Path:
    path = folder / "au.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def refusal(path: Path, format: str | None = "thesis") -> str:
    with pytest.raises(InputError) as caught:
        read_action_units(path, format)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message.removeprefix(str(path))


def test_presence_and_intensity_of_each_unit(tmp_path):
    path = au_file(tmp_path, "1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 1 0.5", f"2{ZEROS}")
    table = read_action_units(path)
    assert table.frames_of == "converted"
    assert table.frame.tolist() == [1, 2]
    assert table.presence.tolist() == [[1, 0, 0, 0, 0, 0, 0, 1], [0] * 8]
    assert table.intensity[0, [0, 7]].tolist() == [1, 0.5]
    assert table.mask.all()
    assert (table.frame.dtype, table.presence.dtype, table.intensity.dtype) == (
        np.int64,
        np.uint8,
        np.float32,
    )


def test_blanks_tabs_windows_lines_and_a_missing_last_line_end_are_fine(tmp_path):
    path = tmp_path / "au.txt"
    path.write_bytes(b"\xef\xbb\xbf1\t" + b"0\t" * 16 + b"\r\n 2 " + b"1  " * 16 + b"\r\n\r\n \n")
    assert read_action_units(path).presence.tolist() == [[0] * 8, [1] * 8]
    path.write_text(f"1{ZEROS}\n2{ZEROS}")
    assert len(read_action_units(path)) == 2


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([f"1{ZEROS}", f"3{ZEROS}"], ", line 2: frame 3 comes where frame 2 is expected (a gap)"),
        ([f"2{ZEROS}"], ", line 1: frame 2 comes where frame 1 is expected (a gap)"),
        (
            [f"1{ZEROS}", f"2{ZEROS}", f"2{ZEROS}"],
            ", line 3: frame 2 is repeated or out of order (frame 3 is expected)",
        ),
        ([f"0{ZEROS}"], ", line 1: frame 0 is out of range (frames start at 1)"),
        ([f"-4{ZEROS}"], ", line 1: frame -4 is out of range (frames start at 1)"),
        ([f"1{ZEROS}", f"2.5{ZEROS}"], ", line 2: 2.5 is not a frame number"),
        ([f"nan{ZEROS}"], ", line 1: nan is not a frame number"),
        ([f"1e300{ZEROS}"], ", line 1: frame 1e+300 comes where frame 1 is expected (a gap)"),
        ([f"1{'9' * 400}{ZEROS}"], f", line 1: '1{'9' * 39}…' is too large a number"),
        (
            [f"1{ZEROS}", "2 0 0 0 0 2 0" + " 0 0" * 5],
            ", line 2: presence of AU4 is 2, neither 0 nor 1",
        ),
        (["1 nan 0" + " 0 0" * 7], ", line 1: presence of AU1 is nan, neither 0 nor 1"),
        (["1 -1 0" + " 0 0" * 7], ", line 1: presence of AU1 is -1, neither 0 nor 1"),
        (["1 1 6" + " 0 0" * 7], ", line 1: intensity of AU1 is 6, outside [0, 5]"),
        (["1 1 nan" + " 0 0" * 7], ", line 1: intensity of AU1 is nan, outside [0, 5]"),
        ([f"1{ZEROS}", "2 0 0"], ", line 2: 3 fields where 17 are expected"),
        ([f"1{ZEROS}", f"2{ZEROS} 0"], ", line 2: 18 fields where 17 are expected"),
        ([f"1{ZEROS}".replace(" ", ",")], ", line 1: 1 fields where 17 are expected"),
        ([f"1{ZEROS}", "", f"2{ZEROS}"], ", line 2: a blank line between the frames"),
        ([f"1{ZEROS}", "2 x 0" + " 0 0" * 7], ", line 2: 'x' is not a number"),
        ([f"1{ZEROS}", "2 1_0 0" + " 0 0" * 7], ", line 2: '1_0' is not a number"),
        ([f"1{ZEROS}", "2 \x00 0" + " 0 0" * 7], ", line 2: not a text file in UTF-8 (it has"),
        ([], ": the annotation file is empty"),
        (["", "  "], ": the annotation file is empty"),
    ],
)
def test_a_wrong_line_is_refused_by_its_number(tmp_path, lines, expected):
    assert refusal(au_file(tmp_path, *lines)).startswith(expected)


def test_files_that_are_no_text(tmp_path):
    assert refusal(tmp_path / "none.txt", None) == ": the annotation file does not exist"
    assert refusal(tmp_path).startswith(": the folder has no text files")
    path = tmp_path / "au.txt"
    path.write_bytes(f"1{ZEROS}\n".encode() + b"2 \xff\n")
    assert refusal(path) == ", line 2: not a text file in UTF-8; save it as UTF-8"
    path.write_text(f"1{ZEROS}\n", encoding="utf-16-le")
    assert refusal(path).startswith(", line 1: not a text file")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path, encoding):
    path = tmp_path / "au.txt"
    path.write_text(f"1{ZEROS}\n2{ZEROS}\n", encoding=encoding)
    assert len(read_action_units(path)) == 2
    path.write_bytes(path.read_bytes()[:-1])
    if encoding != "utf-8-sig":
        assert "not a text file in UTF-" in refusal(path)


def test_a_last_line_that_was_cut_is_refused(tmp_path):
    path = tmp_path / "au.txt"
    lines = [f"{frame}{' 1 0.25' * 8}" for frame in range(1, 13)]
    whole = "\n".join(lines)
    path.write_text(whole)
    assert len(read_action_units(path)) == 12
    for cut in range(1, len(lines[-1])):
        path.write_text(whole[:-cut])
        assert refusal(path).startswith(", line 12: ")
    path.write_text("\n".join(lines[:-1]))
    assert len(read_action_units(path)) == 11


def test_intensity_beyond_float32_range_stays_exact(tmp_path):
    intensity = np.array([[0.1, 1e-30, 4.999999, 5, 0, 1, 3, 2.5]], np.float32)
    table = ActionUnits(np.array([1]), intensity > 0, np.ones((1, 8), bool), intensity)
    write_action_units(tmp_path / "au.txt", table, "thesis")
    assert read_action_units(tmp_path / "au.txt").equals(table)


def test_the_written_file_is_the_thesis_line(tmp_path):
    presence = np.array([[1, 0, 0, 0, 0, 0, 0, 1]])
    table = ActionUnits(np.array([1]), presence, np.ones((1, 8), bool))
    write_action_units(tmp_path / "au.txt", table, "thesis")
    assert (tmp_path / "au.txt").read_text() == "1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 1 1\n"


def test_the_real_files_come_back_byte_for_byte(london, tmp_path):
    paths = sorted((london / "annotations" / "au").glob("*.txt"))
    assert len(paths) == 14
    for path in paths:
        table = read_action_units(path)
        write_action_units(tmp_path / path.name, table, "thesis")
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_an_unknown_format_is_refused(tmp_path):
    path = au_file(tmp_path, f"1{ZEROS}")
    assert refusal(path, "thesi") == ": unknown format 'thesi' (did you mean 'thesis'?)"
    with pytest.raises(InputError, match="unknown format"):
        write_action_units(path, read_action_units(path), "tesis")


def test_unrecognised_content_is_refused(tmp_path):
    message = refusal(au_file(tmp_path, "hello"), None)
    assert message.startswith(
        ", line 1: no known format of Action Units: it seems to be prose ('hello')"
    )
