"""How a table is laid out: every key is read, and what is wrong is told with its line."""

from pathlib import Path

import pytest

from auva.annotations.layout import KEYS, Layout, parse_layout, read_layout
from auva.errors import InputError
from auva.sheet.scale import Scale

YAML = """\
# what PAGAN wrote
separator: semicolon
decimal: comma
header: 3
time: "Video Time"
unit: ms
offset: -250
valence: Rating
AU04: 'Brow; lowered'
scale: -100:100
values: intensity
threshold: 1e0
missing: [-5, "n/a"]
words: {FIT_FAILED: -5, A: 1, "not active": 0}
gap: 0.5
subject: Participant
video: File
"""


def layout(folder: Path, text: str) -> Layout:
    (folder / "a.csv.yaml").write_text(text, encoding="utf-8")
    found = read_layout(folder / "a.csv")
    assert found is not None
    return found


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        layout(folder, text)
    message = str(caught.value)
    assert "\n" not in message
    return message.removeprefix(str(folder / "a.csv.yaml"))


def test_every_key_of_a_yaml(tmp_path):
    found = layout(tmp_path, YAML)
    assert (found.separator, found.decimal, found.header) == (";", ",", 3)
    assert (found.time, found.unit, found.offset, found.gap) == ("Video Time", "ms", -250, 0.5)
    assert found.columns == {"valence": "Rating", "AU4": "Brow; lowered"}
    assert (found.scale, found.values, found.threshold) == (Scale(-100, 100), "intensity", 1)
    assert found.missing == ("-5", "n/a")
    assert found.words == {"FIT_FAILED": -5, "A": 1, "not active": 0}
    assert (found.subject, found.video) == ("Participant", "File")
    assert found.first is None
    assert found.given == KEYS - {"first"}


def test_a_cell_of_the_sheet_says_the_same():
    cell = "time=t, unit=frames, first=0, AU12=smile, missing=-1 x, words=yes:1 no:0, separator=tab"
    found = parse_layout(cell, Path("videos.tsv"), 7)
    assert (found.time, found.unit, found.first, found.separator) == ("t", "frames", 0, "\t")
    assert found.columns == {"AU12": "smile"}
    assert (found.missing, found.words) == (("-1", "x"), {"yes": 1, "no": 0})


def test_a_cell_may_be_the_path_of_a_layout_for_many_files(tmp_path):
    (tmp_path / "pagan.yaml").write_text("unit: ms\n")
    found = read_layout(tmp_path / "none.csv", str(tmp_path / "pagan.yaml"))
    assert found is not None
    assert found.unit == "ms"
    with pytest.raises(InputError, match="does not exist"):
        read_layout(tmp_path / "none.csv", str(tmp_path / "other.yaml"))
    assert read_layout(tmp_path / "none.csv") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unit: s\nuint: s\n", ", line 2: unknown key 'uint' of the layout (did you mean 'unit'?)"),
        (
            "unit: s\nthreshhold: 1\n",
            ", line 2: unknown key 'threshhold' of the layout (did you me",
        ),
        ("unit: s\n\nunit: ms\n", ", line 3: the key 'unit' of the layout occurs twice"),
        ("AU4: a\nAU04: b\n", ", line 2: the key 'AU04' of the layout occurs twice"),
        ("Valence: a\nvalence: b\n", ", line 2: the key 'valence' of the layout occurs twice"),
        (
            "unit: sec\n",
            ", line 1: the key 'unit' of the layout has 'sec', not s or ms or clock or",
        ),
        ("decimal: ','\n", ", line 1: the key 'decimal' of the layout has ',', not point or comma"),
        ("first: 2\n", ", line 1: the key 'first' of the layout has '2', not 0 or 1"),
        ("header: two\n", ", line 1: the key 'header' of the layout has 'two', not the number of"),
        ("offset: 1,5\n", ", line 1: the key 'offset' of the layout has '1,5', not a number"),
        ("offset: nan\n", ", line 1: the key 'offset' of the layout has 'nan', not a number"),
        ("gap: 0\n", ", line 1: the key 'gap' of the layout has '0', not a number above 0"),
        (
            "threshold: 1e999\n",
            ", line 1: the key 'threshold' of the layout has '1e999', not a num",
        ),
        ("scale: 5\n", ", line 1: scale '5' is not LOW:HIGH"),
        ("scale: 5:1\n", ", line 1: scale '5:1' has a first number that is not below"),
        ("time: [a, b]\n", ", line 1: the key 'time' of the layout has '['a', 'b']', not one word"),
        (
            "words: [a, b]\n",
            ", line 1: the key 'words' of the layout has '['a', 'b']', not WORD: N",
        ),
        ("words: {A: x}\n", ", line 1: the key 'words: A' of the layout has 'x', not a number"),
        ("words: {A: 1, A: 2}\n", ", line 1: 'A' occurs twice"),
        ("words: {A: {B: 1}}\n", ", line 1: a layout has words, numbers, lists of them"),
        (
            "missing: {a: b}\n",
            ", line 1: the key 'missing' of the layout has '{'a': 'b'}', not one",
        ),
        ("a: &x [*x]\n", ", line 1: "),
        ("- unit\n", ", line 1: a layout has lines KEY: VALUE"),
        ("unit\n", ", line 1: a layout has lines KEY: VALUE"),
        ("unit: [s\n", ", line 1: not readable YAML"),
        ("unit: s\n\tfirst: 1\n", ", line 2: not readable YAML"),
        ("", ": the annotation file is empty"),
        ("time: ''\n", ", line 1: the key 'time' of the layout has '', not one word"),
    ],
)
def test_a_wrong_yaml_is_told_with_its_line(tmp_path, text, expected):
    assert refusal(tmp_path, text).startswith(expected)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("unit=s, uint=s", ", line 3: unknown key 'uint' of the layout (did you mean 'unit'?)"),
        ("unit=s, valence", ", line 3: the layout has 'valence' where KEY=VALUE is expected"),
        ("unit=s,, time=t", ", line 3: the layout has '' where KEY=VALUE is expected"),
        ("unit=", ", line 3: the layout has 'unit=' where KEY=VALUE is expected"),
        ("unit=s, unit=s", ", line 3: the key 'unit' of the layout occurs twice"),
        ("words=1", ", line 3: the key 'words' of the layout has '1', not WORD:NUMBER"),
    ],
)
def test_a_wrong_cell_is_told_with_the_line_of_the_sheet(cell, expected):
    with pytest.raises(InputError) as caught:
        parse_layout(cell, Path("videos.tsv"), 3)
    assert str(caught.value).startswith("videos.tsv" + expected)
