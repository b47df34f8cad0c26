"""A table is read whole or not at all, each cell as it was written."""

import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auva.errors import InputError
from auva.records.table import (
    check_numbered,
    check_rising,
    read_table,
    real,
    table_writer,
    text,
    whole,
    write_table,
)

COLUMNS = {
    "frame": whole(1),
    "value": real(-1, 1, empty=True),
    "name": text(),
    "note": text(empty=True),
    "kind": text("face", "none"),
}
HEADER = "frame,value,name,note,kind\n"
TEXTS = st.text(string.printable.replace("\r", "").replace("\x0b", "").replace("\x0c", ""))
ROWS = st.lists(
    st.tuples(
        st.integers(1, 2**40),
        st.one_of(st.floats(-1, 1), st.just(float("nan"))),
        TEXTS.filter(lambda name: name != ""),
        TEXTS,
        st.sampled_from(["face", "none"]),
    ),
    max_size=8,
)


def write(path, rows):
    with table_writer(path, tuple(COLUMNS)) as row:
        for frame, value, *rest in rows:
            row(frame, "" if np.isnan(value) else repr(value), *rest)


@given(ROWS)
@settings(max_examples=60)
def test_what_is_written_is_what_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("table") / "x.csv"
    write(path, rows)
    table = read_table(path, "table", COLUMNS)
    assert [str(kind) for kind in table.dtypes[:2]] == ["int64", "float64"]
    expected = pd.DataFrame(rows, columns=list(COLUMNS))
    assert table["frame"].tolist() == expected["frame"].tolist()
    np.testing.assert_allclose(table["value"], expected["value"].astype(float), rtol=1e-12)
    for name in ("name", "note", "kind"):
        assert table[name].tolist() == expected[name].tolist()
    write_table(path, list(COLUMNS), table, None)
    again = read_table(path, "table", COLUMNS)
    pd.testing.assert_frame_equal(again, table)


@given(ROWS, st.data())
@settings(max_examples=60)
def test_a_table_that_was_cut_anywhere_is_refused(tmp_path_factory, rows, data):
    path = tmp_path_factory.mktemp("table") / "x.csv"
    write(path, rows)
    whole_file = path.read_bytes()
    path.write_bytes(whole_file[: data.draw(st.integers(0, len(whole_file) - 1))])
    with pytest.raises(InputError) as refused:
        read_table(path, "table", COLUMNS)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("", "was truncated, or is not a table"),
        (HEADER, "was truncated, or is not a table"),
        (f"{HEADER}1,,a,,face\n", "was truncated, or is not a table"),
        ("\n\n", "is not a table: no column 'frame'"),
        ("frame,value,nam,note,kind\n\n", "no column 'name' (did you mean 'nam'?)"),
        (f"{HEADER[:-1]},more\n1,,a,,face,2\n\n", "line 1: is not a table: unknown column 'more'"),
        ("value,frame,name,note,kind\n\n", "its columns are not frame, value, name, note, kind"),
        (f"{HEADER[:-1]},kind\n\n", "its columns are not frame, value, name, note, kind"),
        ("frame,va\rlue,name,note,kind\n\n", "line 1: cannot be read as a table"),
        (f"{HEADER}1,,a,,face,x\n\n", "more cells"),
        (f"{HEADER}1,,a,,face\n2,,a,,face,x\n\n", "Expected 5 fields in line 3, saw 6"),
        (f"{HEADER}1,,a,\n\n", "line 2: kind is empty, not one of face, none"),
        (f"{HEADER}1,,a,,face\n\n2,,a,,face\n\n", "line 3: frame is empty, not a whole number"),
        (f"{HEADER}1,,a,,none\n2\0,,a,,face\n\n", "holds no zero bytes"),
        (f"{HEADER}1,,,,face\n\n", "line 2: name is empty, not a text"),
        (f"{HEADER}1,,a,,nose\n\n", "line 2: kind is 'nose', not one of face, none"),
        (f"{HEADER}1,,a,,face\nx,,a,,face\n\n", "line 3: frame is 'x', not a whole number"),
        (f"{HEADER}0,,a,,face\n\n", "line 2: frame is '0', not a whole number from 1 up"),
        (f"{HEADER}1.5,,a,,face\n\n", "line 2: frame is '1.5', not a whole number"),
        (f"{HEADER}{'9' * 30},,a,,face\n\n", "not a whole number from 1 up"),
        (f"{HEADER}True,,a,,face\n\n", "line 2: frame is 'True', not a whole number"),
        (f"{HEADER},,a,,face\n\n", "line 2: frame is empty, not a whole number"),
        (f"{HEADER}1,2,a,,face\n\n", "line 2: value is '2', not a number from -1 to 1"),
        (f"{HEADER}1,nan,a,,face\n\n", "line 2: value is 'nan', not a number"),
        (f"{HEADER}1,inf,a,,face\n\n", "line 2: value is 'inf', not a number"),
        (f"{HEADER}1,-nan(ind),a,,face\n\n", "line 2: value is '-nan(ind)', not a number"),
        (f'{HEADER}1,,"a,,face\n\n', "cannot be read as a table"),
    ],
)
def test_what_does_not_belong_is_named_with_its_line(tmp_path, content, cause):
    path = tmp_path / "x.csv"
    path.write_text(content)
    with pytest.raises(InputError) as refused:
        read_table(path, "table", COLUMNS)
    assert cause in str(refused.value)
    assert str(refused.value).startswith(str(path))


def test_bytes_that_are_no_text_and_paths_that_are_no_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(HEADER.encode() + b"1,,\xff,,face\n\n")
    for other, cause in (
        (path, "utf-8"),
        (tmp_path, "cannot be read"),
        (tmp_path / "y", "no such"),
    ):
        with pytest.raises(InputError, match=cause):
            read_table(other, "table", COLUMNS)


def test_a_counted_table_may_have_been_edited_by_hand(tmp_path):
    path = tmp_path / "x.csv"
    for end in ("\n", "\n\n", "\r\n", "\n\n\n"):
        path.write_text(f"{HEADER}1,,a,,face{end}", newline="")
        assert len(read_table(path, "table", COLUMNS, counted=True)) == 1
    path.write_text(f"{HEADER}1,,a,,face")
    with pytest.raises(InputError, match="was truncated"):
        read_table(path, "table", COLUMNS, counted=True)


def test_further_columns_where_they_are_expected(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("iteration,d_loss,g_loss\n1,0.5,\n\n")
    table = read_table(path, "history", {"iteration": whole(1)}, others=real(empty=True))
    assert list(table) == ["iteration", "d_loss", "g_loss"]
    assert np.isnan(table["g_loss"][0])
    path.write_text("iteration,d_loss\n1,high\n\n")
    with pytest.raises(InputError, match="line 2: d_loss is 'high', not a number"):
        read_table(path, "history", {"iteration": whole(1)}, others=real(empty=True))


def test_frames_are_counted_and_values_rise():
    check_numbered(np.arange(1, 5), "x.csv")
    check_numbered(np.arange(0, 5), "x.csv", first=0)
    with pytest.raises(InputError, match="line 4: expected frame 3, found 4"):
        check_numbered(np.array([1, 2, 4]), "x.csv")
    check_rising(np.array([0.0, 0.0, 1.0]), "time", "x.csv", equal=True)
    with pytest.raises(InputError, match="line 3: time 0 follows 0, but must rise"):
        check_rising(np.array([0.0, 0.0, 1.0]), "time", "x.csv")
    with pytest.raises(InputError, match="line 3: time 1 follows 2, but must not fall"):
        check_rising(np.array([2.0, 1.0]), "time", "x.csv", equal=True)


def test_an_error_while_writing_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), table_writer(tmp_path / "x.csv", ("a",)) as row:
        row(1 / 0)
    assert list(tmp_path.iterdir()) == []
