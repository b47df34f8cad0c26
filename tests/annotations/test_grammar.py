"""The grammar of Action Units in names and values: its table, its laws, what it refuses."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from auva.annotations import facs
from auva.annotations.affect_spans import affect_of
from auva.annotations.grammar import Name, names_units, read_name, read_value
from auva.annotations.pieces import ABSENT, PRESENT, UNKNOWN, NotUnderstood, mentions_unit, plain
from auva.units import THESIS_UNITS

NOTHING = (None, None, "")
"""A claim without state, intensity and side."""


def claims(text: str) -> dict[int, tuple]:
    name = read_name(text)
    assert name is not None, text
    return {n: (claim.state, claim.intensity, claim.side) for n, claim in name.claims.items()}


def readings(value: str, name: str = "AU12") -> dict[int, tuple[int, float]]:
    """The presence and intensity of each unit that a value on a tier of this name tells of."""
    named = read_name(name)
    assert named is not None
    return {number: claim.reading for number, claim in read_value(value, named).items()}


NAMES = {
    # One unit, however it is spelled.
    **{
        key: {12: NOTHING}
        for key in (
            *("AU12", "au12", "Au 12", "AU_12", "AU-12", "AU.12", "AU#12", "AU: 12", "AU012"),
            *("FAU12", "A.U. 12", "Action Unit 12", "ActionUnit12", "action_unit_12"),
            *("action-unit 12", "Facial Action Unit 12", "FACS AU12", "ＡＵ１２"),
            *(" AU12 ", "(AU12)", "[AU12]", "AU12.", "A\u200bU12"),
            *("AU12 (lip corner puller)", "Lip Corner Puller (AU12)", "AU12: Lip Corner Puller"),
            *("AU12 - smile", "smile: AU12", "AU12 smile", "AU12_smile", "AU12 intensity", "U12"),
            *("AU12 presence", "AU12 unilateral"),
        )
    },
    "AU 4 (brow lowerer)": {4: NOTHING},
    "AU-25 (lips part)": {25: NOTHING},
    "AU6: cheek raiser": {6: NOTHING},
    "AU6 Cheek Raiser and Lid Compressor": {6: NOTHING},
    "AU12_LipCornerPuller": {12: NOTHING},
    "AU25 lips part / mouth open": {25: NOTHING},
    "AU1 inner brow raise": {1: NOTHING},
    "AU45 blink": {45: NOTHING},
    "AU45 or 46, whichever": {45: NOTHING, 46: NOTHING},
    # Several units.
    **{
        key: {6: NOTHING, 12: NOTHING}
        for key in (
            *("AU6+12", "AU6+AU12", "AU 6 + 12", "AU6 & 12", "AU6 and 12", "AU6 and AU12"),
            *("AU6, AU12", "AU6,12", "AU6; 12", "AU6/12", "AU6 AU12", "AU6_AU12", "AUs 6+12"),
            *("AUs: 6, 12", "AU06+AU12", "AU6+12 (smile)"),
        )
    },
    "AU1+2+4": {1: NOTHING, 2: NOTHING, 4: NOTHING},
    "AU1, AU2": {1: NOTHING, 2: NOTHING},
    "AU25/26": {25: NOTHING, 26: NOTHING},
    # Sides.
    **{
        key: {12: (None, None, facs.LEFT)}
        for key in (
            *("AU12L", "AU12l", "AU12_L", "AU12-L", "AU12 L", "AU12 (L)", "AU12.L", "L12", "l 12"),
            *("L_12", "12L", "12_L", "AU L12", "AUL12", "AU12 left", "AU12 (left)", "AU12_left"),
            *("AU12left", "left AU12", "AU12, left", "AU12: left", "AU12 – left"),
            *("AU12 left side", "AU12 smile (left)"),
        )
    },
    **{
        key: {12: (None, None, facs.RIGHT)}
        for key in ("AU12R", "AU12_R", "R12", "AU12 right", "AU12‐R")
    },
    **{
        key: {12: (None, None, facs.BOTH)}
        for key in (
            "AU12 both",
            "AU12 bilateral",
            "AU12 L/R",
            "AU12 L+R",
            "AU12 left and right",
            "AU12LR",
        )
    },
    "AU1+2 L": {1: (None, None, facs.LEFT), 2: (None, None, facs.LEFT)},
    # Intensities.
    **{
        key: {12: (None, 2, "")}
        for key in ("AU12B", "AU12b", "AU12 B", "AU12: B", "AU12=2", "AU12: 2", "AU12 slight")
    },
    "AU12 intensity 3": {12: (None, 3, "")},
    "AU12=3.5": {12: (None, 3.5, "")},
    "AU12 trace": {12: (None, 1, "")},
    "AU12LB": {12: (None, 2, facs.LEFT)},
    "AU12BL": {12: (None, 2, facs.LEFT)},
    "L12B": {12: (None, 2, facs.LEFT)},
    "AU6+12 C": {6: (None, 3, ""), 12: (None, 3, "")},
    "AU6C+12B": {6: (None, 3, ""), 12: (None, 2, "")},
    "AU6 C, AU12 B": {6: (None, 3, ""), 12: (None, 2, "")},
    # Statements.
    **{
        key: {12: (ABSENT, None, "")}
        for key in (
            "AU12 absent",
            "AU12 not present",
            "no AU12",
            "AU12: none",
            "AU12_off",
            "without AU12",
        )
    },
    **{
        key: {12: (UNKNOWN, None, "")}
        for key in (
            *("AU12 not visible", "AU12_not_visible", "AU12 (not visible)", "AU12?", "AU12 (?)"),
            *("AU12 n/a", "AU12 occluded", "AU12 NotVisible", "unknown AU12", "AU12 not coded"),
        )
    },
    "AU12 present": {12: (PRESENT, None, "")},
    "AU6 present, AU12 absent": {6: (PRESENT, None, ""), 12: (ABSENT, None, "")},
}


@pytest.mark.parametrize("text", NAMES, ids=repr)
def test_what_a_name_says(text):
    assert claims(text) == NAMES[text]


@pytest.mark.parametrize(
    "text",
    [
        *("speech", "notes", "gaze", "smile", "AU", "AU notes", "Audio 12", "autumn", "tau12"),
        *(
            "",
            "   ",
            "2024",
            "face 1",
            "unit 12",
            "A12",
            "AU12 comment",
            "AU12_notes",
            "M\u00fcdigkeit",
        ),
        *("AU12 confidence", "AU4 remarks", "trial 12a", "\u00fcAU12", "100"),
    ],
)
def test_names_of_other_things_hold_no_labels(text):
    assert read_name(text) is None


@pytest.mark.parametrize(
    "text",
    [
        # Choices, doubts, other languages and other things beside the number.
        *("AU 4 or 7", "AU4 vs AU12", "AU12 ja", "AU12 maybe", "AU12 mother", "AU12 visible"),
        *("AU12 almost", "AU12 not", "not AU12", "AU12 with AU6", "AU12 inner brow", "AU12-cp"),
        *("AU12 onset", "AU12 apex", "AU12 y", "AU12 n", "no AU6, AU12"),
        # Numbers that may count something, letters that may be annotators.
        *("AU12_1", "AU12-2", "AU12 3", "AU12 (2)", "AU12_A", "AU12-B", "A AU12", "AU12 5"),
        *("AU12, 3", "AU12/2", "AU4,1", "AU1-2", "AU1\u20132", "AU1-AU2", "AU1 2"),
        # Numbers that are none of a unit, or may be anything.
        *("AU123", "AU12.5", "AU3", "AU12=6", "AU12\u00b2", "AU12,5", "12", "1", "12+6", "1 2"),
        *("L1", "R2", "12B", "AU12e5", "AU12=1e1", "AU 12 12.5", "AU\u0661\u0662 AU1"),
        # Separators that lead nowhere, other signs.
        *("AU12+", "AU12 -", "AU12:", "+AU12", "-AU12", "!AU12", "~AU12", "AU12*", "AU12 <x>"),
        *("AU12++6", "AU12+,6", "AU12 and", "AU6+12=", "AU12%", "AU6|12", "AU12L+R"),
        # Two things at once.
        *("AU12 absent B", "AU12 present absent", "AU12 ? C", "AU12B C", "AU12 AU12", "AU12B: 3"),
    ],
)
def test_names_that_mention_a_unit_and_are_not_understood_are_errors(text):
    with pytest.raises(NotUnderstood):
        read_name(text)


VALUES = {
    **dict.fromkeys(
        (
            *("", "  ", "present", "Present", "yes", "y", "true", "on", "AU12", "au 12", "12"),
            *("AU12 present", "AU12: yes", "left", "L", "12 left", "AU12L", "L12", "both", "l+r"),
            *("AU12L+AU12R", "onset", "apex", "offset", "smile", "lip corner puller", "AU12 smile"),
        ),
        (1, 1),
    ),
    **dict.fromkeys(
        (
            *("0", "0.0", "absent", "Absent", "no", "none", "n", "off", "false", "AU12 0"),
            *(
                "AU12=0",
                "AU12: 0",
                "AU12 absent",
                "AU12 no",
                "12 absent",
                "no smile",
                "not present",
            ),
            *("neutral", "absent left", "AU12-0", "without smile", "zero"),
        ),
        (0, 0),
    ),
    **dict.fromkeys(
        (
            *("?", " ? ", "??", "AU12 ?", "AU12?", "unknown", "Unclear", "n/a", "N/A", "NA"),
            *("not visible", "not scorable", "uncodable", "occluded", "out of view", "AU12 n/a"),
            *("AU12 not visible", "12?", "unsure", "not labelled", "unscorable", "missing"),
        ),
        (-1, 0),
    ),
    **dict.fromkeys(
        (
            *("3", "3.0", "C", "c", "12C", "12 C", "AU12 C", "AU12C", "AU12-C", "AU12: 3"),
            *("AU12=3", "AU12-3", "AU12 - 3", "AU12 3", "12: 3", "left 3", "L3", "right C"),
            *("AU12 left C", "marked", "pronounced", "intensity 3", "intensity: C", "level 3"),
            *("present 3", "3 present", "AU12 (3)", "AU12LC", "C (left)", "3.", "AU12 \u2014 C"),
        ),
        (1, 3),
    ),
    **{letter: (1, place) for place, letter in enumerate("ABCDE", start=1)},
    **{str(number): (1, number) for number in range(1, 6)},
    "AU12-D": (1, 4),
    "AU12: 5": (1, 5),
    "2.5": (1, 2.5),
    ".5": (1, 0.5),
    "trace": (1, 1),
    "slight": (1, 2),
    "extreme": (1, 4),
    "maximum": (1, 5),
    "absent 0.5": (0, 0.5),
    "present 0": (1, 0),
}


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_what_a_value_says_of_its_unit(value):
    assert readings(value) == {12: VALUES[value]}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("AU1", "AU1+2", {1: (1, 1), 2: (1, 1)}),
        ("AU1", "1+2", {1: (1, 1), 2: (1, 1)}),
        ("AU1", "AU1+2 C", {1: (1, 3), 2: (1, 3)}),
        ("AU1+2", "1B+2C", {1: (1, 2), 2: (1, 3)}),
        ("AU1+2", "AU1 C, AU2 absent", {1: (1, 3), 2: (0, 0)}),
        ("AU6+12", "", {6: (1, 1), 12: (1, 1)}),
        ("AU6+12", "C", {6: (1, 3), 12: (1, 3)}),
        ("AU6+12", "AU12+6 ?", {6: (-1, 0), 12: (-1, 0)}),
        ("AU25", "25/26", {25: (1, 1), 26: (1, 1)}),
        ("AU12L", "AU12", {12: (1, 1)}),
        ("AU12B", "", {12: (1, 2)}),
        ("AU12B", "B", {12: (1, 2)}),
        ("AU12B", "left", {12: (1, 2)}),
        ("AU12B", "?", {12: (-1, 0)}),
        ("AU12 absent", "", {12: (0, 0)}),
        ("AU12 absent", "absent", {12: (0, 0)}),
        ("AU12 not visible", "", {12: (-1, 0)}),
        ("AU12 present", "C", {12: (1, 3)}),
        ("AU4", "AU4 4", {4: (1, 4)}),
        ("AU4", "present 4", {4: (1, 4)}),
        ("AU1", "AU1: 2", {1: (1, 2)}),
    ],
)
def test_values_of_several_units_and_of_names_that_say_something(name, value, expected):
    assert readings(value, name) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("AU12", value) for value in ("maybe", "ja", "x", "+", "-", "6", "12.5", "-1", "-0.5")),
        *(("AU12", value) for value in ("3,5", "3-4", "C-D", "B+", "50%", "1e-3", "nan", "inf")),
        *(("AU12", value) for value in ("AU12+", "AU12 -", "AU12 -3", "AU12/2", "AU12 6", "25")),
        *(("AU12", value) for value in ("AU6", "4C", "3L", "1+2", "AU4+6", "12 12", "a smile")),
        *(("AU12", value) for value in ("3 C", "absent C", "? 3", "yes no", "3 4", "C?", "brow")),
        *(("AU12", value) for value in ("AU12 or AU6", "smile?!", "AU12B 3", "comment", "not")),
        *(
            ("AU12", value)
            for value in ("\u00b2", "\u0663", "0x3", "1_0", "AU12 = = 3", "AU12 3 of 5")
        ),
        ("AU1", "AU1 2"),
        ("AU1", "AU1-2"),
        ("AU1", "1,2"),
        ("AU4", "AU4 5"),
        ("AU1+2", "AU1"),
        ("AU12 absent", "3"),
        ("AU12 absent", "present"),
        ("AU12 not visible", "C"),
        ("AU12B", "C"),
    ],
)
def test_values_that_are_not_understood_are_errors(name, value):
    with pytest.raises(NotUnderstood):
        readings(value, name)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_the_own_number_of_a_unit_is_marked(number):
    name = read_name(f"AU{number}")
    assert name is not None
    assert read_value(str(number), name)[number].own
    assert not read_value(f"present {number}", name)[number].own
    assert not read_value("3", name)[number].own


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("AU12", True),
        ("AU1+2", True),
        ("AU12 C", True),
        ("12", False),
        ("C", False),
        ("", False),
        ("AU12 begins here", False),
        ("she smiles, AU12", False),
        ("au revoir", False),
    ],
)
def test_which_values_tell_their_units_by_themselves(value, expected):
    assert names_units(value, "face") is expected


@pytest.mark.parametrize("name", ["AU", "AUs", "Action Units", "FACS", "AU codes", "upper face AU"])
def test_under_a_name_of_units_numbers_are_units(name):
    for value in ("12", "1+2", "AU12", "12L", "4"):
        assert names_units(value, name)
    for value in ("", "hello", "3", "100", "2 people"):
        assert not names_units(value, name)
    assert not names_units("12", "autumn")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((name, "valence") for name in ("valence", "Valence", "VALENCE", "valence rating")),
        *(
            (name, "valence")
            for name in ("Valence_R1", "valence (rater 2)", "ValenceR1", "valence 1")
        ),
        *((name, "arousal") for name in ("arousal", "Arousal-2", "mean arousal", "arousal_A1")),
        *((name, None) for name in ("ambivalence", "V", "A", "speech", "AU12", "valence notes")),
    ],
)
def test_which_names_are_dimensions(text, expected):
    assert affect_of(text) == expected


@pytest.mark.parametrize(
    "text",
    ["negative valence", "valence/arousal", "no valence", "valence not coded", "valence of mother"],
)
def test_names_that_mention_a_dimension_and_are_not_understood_are_errors(text):
    with pytest.raises(NotUnderstood):
        affect_of(text)


# Laws: a text that is composed of parts of the grammar says what its parts say; one with anything
# else in it is refused; and nothing that is refused or accepted is "present" by accident.

UNIT_FORMS = ("AU{}", "au {}", "AU_{}", "Action Unit {}", "AU0{}")
SIDE_FORMS = {"": "", " left": facs.LEFT, " (R)": facs.RIGHT, ", both": facs.BOTH, "_L": facs.LEFT}
STATEMENTS = {
    "": (1, 1),
    ": absent": (0, 0),
    " not visible": (-1, 0),
    " C": (1, 3),
    "=0": (0, 0),
    ": 4.5": (1, 4.5),
    " maximum": (1, 5),
    " present": (1, 1),
    " ?": (-1, 0),
}
STRANGE = ("or", "ja", "maybe", "mother", "visible", "xyz", "nicht", "almost", "%", "!", "<", "*")

unit_sets = st.lists(st.sampled_from(THESIS_UNITS), min_size=1, max_size=4, unique=True)


@settings(max_examples=200)
@given(
    units=unit_sets,
    form=st.sampled_from(UNIT_FORMS),
    joint=st.sampled_from(("+", " + ", ", ", " & ", " and ")),
    side=st.sampled_from(list(SIDE_FORMS)),
    said=st.sampled_from(list(STATEMENTS)),
)
def test_a_name_says_what_its_parts_say(units, form, joint, side, said):
    text = joint.join(form.format(number) for number in units) + side + said
    name = read_name(text)
    assert name is not None
    assert {number: claim.reading for number, claim in name.claims.items()} == dict.fromkeys(
        units, STATEMENTS[said]
    )
    assert {claim.side for claim in name.claims.values()} == {SIDE_FORMS[side]}
    assert name.tells_absence == (STATEMENTS[said][0] == 1 or said == "=0")


@settings(max_examples=200)
@given(
    unit=st.sampled_from(THESIS_UNITS),
    said=st.sampled_from(list(STATEMENTS)),
    strange=st.sampled_from(STRANGE),
    before=st.booleans(),
)
def test_a_strange_word_is_never_overheard(unit, said, strange, before):
    text = f"{strange} AU{unit}{said}" if before else f"AU{unit}{said} {strange}"
    with pytest.raises(NotUnderstood):
        read_name(text)
    with pytest.raises(NotUnderstood):
        readings(text, f"AU{unit}")


WORDS = re.compile(r"[^\W\d_]+|[0-9]+|[^\s\w]")
KNOWN = {
    *(word for words in facs.DESCRIPTIONS.values() for word in words),
    *facs.NEUTRAL,
    *(word for phrase in (*facs.PRESENT, *facs.PHASES) for word in phrase.split()),
    *(word for phrase in facs.SIDES for word in phrase.split()),
    *facs.GRADES,
    *("au", "aus", "fau", "action", "actions", "unit", "units", "facial", "and", "a", "u"),
    *"+&/,;:=-_.()[]#",
}


def _says_nothing_else(text: str) -> bool:
    """Whether a text has only pieces from which presence may follow, by another way than the code.

    Numbers aside, each word of it, with sides and grades cut off, is one of a fixed list.
    """
    words = WORDS.findall(plain(text).replace("_", " "))
    cut = (
        re.sub("^[lru]$|^[a-elr]{1,3}$|^(left|right|both)[a-e]?$", "and", word) for word in words
    )
    return all(word.isdigit() or word in KNOWN for word in cut)


ALPHABET = "AUau1246LRBCr ,+-_./():=?!nosevtlif\u2013"
near = st.one_of(
    st.text(ALPHABET, max_size=14),
    st.builds("{}{}{}".format, st.text(ALPHABET, max_size=4), st.just("AU12"), st.text(max_size=6)),
    st.lists(
        st.sampled_from(
            ["AU", "12", "4", "L", "C", "not", "visible", "absent", "+", "or", "6", "?"]
        ),
        max_size=6,
    ).map(" ".join),
)


@settings(max_examples=1000)
@given(near)
def test_any_name_is_understood_whole_or_refused_or_about_something_else(text):
    try:
        name = read_name(text)
    except NotUnderstood:
        return
    if name is None:
        return
    assert name.claims
    if any(claim.reading[0] == PRESENT for claim in name.claims.values()) and set(
        name.claims
    ) & set(THESIS_UNITS):
        said = set(name.claims)
        assert said <= {int(number) for number in re.findall("[0-9]+", plain(text))}
        if name.tells_absence:
            assert _says_nothing_else(text), text


@settings(max_examples=1000)
@given(near)
def test_any_value_is_understood_whole_or_refused(text):
    name = Name(read_name("AU12").claims)  # type: ignore[union-attr]
    try:
        said = read_value(text, name)
    except NotUnderstood:
        return
    assert 12 in said
    for state, intensity in (claim.reading for claim in said.values()):
        assert state in (PRESENT, ABSENT, UNKNOWN)
        assert 0 <= intensity <= 5
    if all(claim.reading[0] == PRESENT for claim in said.values()):
        assert _says_nothing_else(text), text


@settings(max_examples=300)
@given(st.text(max_size=20))
def test_a_text_that_mentions_no_unit_is_no_label(text):
    assume(not mentions_unit(plain(text)))
    assume(not re.search("[0-9]", plain(text)))
    assert read_name(text) is None
