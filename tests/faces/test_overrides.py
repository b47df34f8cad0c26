from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.errors import InputError
from auva.faces.overrides import read_overrides

HEADER = "video\tfirst\tlast\taction\tx\ty\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "face_overrides.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_corrections_come_per_video_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = HEADER + "b\t1\t2\tdrop\t\t\n# a remark\n\na\t5\t9\tchoose\t100\t50.5\nb\t3\t3\tdrop\n"
    assert read_overrides(write(tmp_path, text)) == {
        "b": [
            {"first": 1, "last": 2, "action": "drop"},
            {"first": 3, "last": 3, "action": "drop"},
        ],
        "a": [{"first": 5, "last": 9, "action": "choose", "x": 100.0, "y": 50.5}],
    }


def test_a_file_without_corrections(tmp_path: Path) -> None:
    assert read_overrides(write(tmp_path, HEADER)) == {}
    assert read_overrides(write(tmp_path, "video\tfirst\tlast\taction\n")) == {}


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("a b\t1\t2\tdrop", "'a b' is not a video id"),
        ("a\t0\t2\tdrop", "first '0' is not a frame"),
        ("a\t1.5\t2\tdrop", "first '1.5' is not a frame"),
        ("a\t1\t\tdrop", "last '' is not a frame"),
        ("a\t9\t2\tdrop", "last frame 2 is before first frame 9"),
        ("a\t1\t2\tdropp", "did you mean 'drop'"),
        ("a\t1\t2\tchoose\t5", "y '' is not a number"),
        ("a\t1\t2\tchoose\t5\tnan", "y 'nan' is not a number"),
        ("a\t1\t2\tdrop\t5\t5", "drop takes no x and y"),
        ("a\t1\t2\tchoose\t5\t5\t5", "7 cells under 6 columns"),
    ],
)
def test_errors_name_the_line(line: str, cause: str, tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "a\t1\t2\tdrop\n" + line + "\n")
    with pytest.raises(InputError) as caught:
        read_overrides(path)
    assert f"{path}, line 3: " in str(caught.value)
    assert cause in str(caught.value)


@pytest.mark.parametrize(
    ("header", "cause"),
    [
        ("video\tfirst\tlst\taction\n", "unknown column 'lst' (did you mean 'last'?)"),
        ("video\tfirst\taction\n", "column 'last' is missing"),
        ("video\tvideo\tfirst\tlast\taction\n", "column 'video' twice"),
        ("", "has no header"),
    ],
)
def test_bad_headers(header: str, cause: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_overrides(write(tmp_path, header))
    assert cause in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.tsv"):
        read_overrides(tmp_path / "none.tsv")


@given(body=st.text(alphabet='ab1290\t\n.-#"choosedrp\x00é', max_size=60))
def test_any_text_gives_a_table_or_one_line(body: str, tmp_path_factory) -> None:
    path = write(tmp_path_factory.mktemp("fuzz"), HEADER + body)
    try:
        found = read_overrides(path)
    except InputError as error:
        message = str(error)
    else:
        message = ""
        lines = [s for s in body.splitlines() if s.strip() and s[0] != "#"]
        assert sum(map(len, found.values())) == len(lines)
    assert "\n" not in message
