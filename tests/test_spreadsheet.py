"""Tables for people: no cell runs, no number changes, no sign breaks a page."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.markup import table_line
from auva.spreadsheet import neutral, write_spreadsheet

RUNS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "-a",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1+1",
    "－a",
    "=",
    "-",
]
STAYS = ["-1", "+1.5", "-.5", "1e-4", "-1e-4", "-12%", "AU1", "a=b", "a-b", "", "'x", "*", "0"]


@pytest.mark.parametrize("text", RUNS)
def test_what_a_spreadsheet_would_run_becomes_text(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", STAYS)
def test_numbers_and_other_text_stay(text):
    assert neutral(text) == text


@given(st.text())
def test_no_cell_is_run_and_none_loses_a_sign(text):
    shown = neutral(text)
    assert shown.removeprefix("'") == text.removeprefix("'") or shown == text
    if shown[:1] and shown[:1] in "=+-@\t\r":
        float(shown.rstrip("%"))


def test_a_table_is_neutral_in_its_text_alone(tmp_path):
    table = pd.DataFrame(
        {
            "video": ["-a", "=b", "c"],
            "score": [-0.25, None, 1e-7],
            "frames": pd.array([-3, None, 2], "Int64"),
            "note": pd.Categorical(["@x", "y", "@x"]),
            "mixed": ["+z", -2, None],
            "=head": pd.array(["-q", None, "r"], "string"),
        }
    )
    before = table.copy()
    write_spreadsheet(tmp_path / "a.csv", table)
    assert table.equals(before)
    with (tmp_path / "a.csv").open(newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["video", "score", "frames", "note", "mixed", "'=head"],
            ["'-a", "-0.25", "-3", "'@x", "'+z", "'-q"],
            ["'=b", "", "", "y", "-2", ""],
            ["c", "1e-07", "2", "'@x", "", "r"],
        ]


def test_a_row_of_a_markdown_table_keeps_its_cells():
    assert table_line(["a|b", "<b>x</b>", "two\nlines", "a&b"]) == (
        r"| a\|b | &lt;b&gt;x&lt;/b&gt; | two lines | a&amp;b |"
    )
