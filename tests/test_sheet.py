"""The sample sheet: what is read, what is refused, and that writing loses nothing."""

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auva.annotations import AU_FORMATS, VA_FORMATS
from auva.errors import InputError
from auva.sheet import (
    COLUMNS,
    SEXES,
    Scale,
    Video,
    bound_people,
    join_pair,
    read_sample_sheet,
    split_pair,
    write_sample_sheet,
)

HEADER = "video\tpath\tidentity\tsex\tau\tva"
ROW = "one\tvideos/one.mp4\tanna\tfemale\tau/one.txt\tva/one.txt"


def sheet(folder: Path, *lines: str, name: str = "videos.tsv") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_sample_sheet(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message.removeprefix(str(path))


def test_paths_are_relative_to_the_sheet(tmp_path):
    video = read_sample_sheet(sheet(tmp_path, HEADER, ROW))["one"]
    assert video == Video(
        id="one",
        path=tmp_path / "videos/one.mp4",
        identity="anna",
        sex="female",
        au=(tmp_path / "au/one.txt",),
        va=(tmp_path / "va/one.txt",),
        au_weights=(1.0,),
        va_weights=(1.0,),
        line=2,
    )


def test_several_annotators_with_weights_and_pairs(tmp_path):
    header = f"{HEADER}\tau_format\tva_format\tau_weights\tva_weights\tbatch"
    row = "v\tv.mp4\tp\tmale\ta.txt; b.txt\tv1.txt|a1.txt;v2.txt|a2.txt\tthesis\taffwild\t2;1\t\t1"
    video = read_sample_sheet(sheet(tmp_path, header, row))["v"]
    assert video.au == (tmp_path / "a.txt", tmp_path / "b.txt")
    assert video.au_weights == (2.0, 1.0)
    assert video.va_weights == (1.0, 1.0)
    assert split_pair(video.va[0]) == (tmp_path / "v1.txt", tmp_path / "a1.txt")
    assert video.va_files == tuple(tmp_path / f"{n}.txt" for n in ("v1", "a1", "v2", "a2"))
    assert (video.au_format, video.va_format, video.batch) == ("thesis", "affwild", "1")


def test_the_stream_and_the_rate_of_a_video(tmp_path):
    header = f"{HEADER}\tstream\tfps"
    lines = [f"{ROW.replace('one', name)}\t{cells}" for name, cells in
             (("a", "1\t30000/1001"), ("b", "0\t29.97"), ("c", "\t"))]  # fmt: skip
    videos = read_sample_sheet(sheet(tmp_path, header, *lines)).values()
    told = [(video.stream, video.fps) for video in videos]
    assert told == [(1, Fraction(30000, 1001)), (0, Fraction("29.97")), (None, None)]


def test_a_row_chooses_a_person_and_a_scale(tmp_path):
    path = sheet(tmp_path, f"{HEADER}\tsubject\tva_scale", f"{ROW}\tmother\t-100 : 100.0")
    video = read_sample_sheet(path)["one"]
    assert (video.subject, video.va_scales) == ("mother", (Scale(-100, 100),))
    assert str(video.va_scales[0]) == "-100:100"
    header, row = f"{HEADER}\tva_scale", ROW.replace("va/one.txt", "a.txt;b.txt;c.txt")
    several = read_sample_sheet(sheet(tmp_path, header, f"{row}\t1:9"))["one"]
    assert several.va_scales == (Scale(1, 9),) * 3
    several = read_sample_sheet(sheet(tmp_path, header, f"{row}\t1:9;;-1:1"))["one"]
    assert several.va_scales == (Scale(1, 9), None, Scale())


def test_layouts_are_for_all_annotators_or_one_for_each(tmp_path):
    several = ROW.replace("va/one.txt", "va/a.csv;va/b.csv")
    lines = f"{HEADER}\tau_layout\tva_layout", f"{several}\tau.yaml\ttime=t, unit=s; "
    video = read_sample_sheet(sheet(tmp_path, *lines))["one"]
    assert video.au_layouts == (str(tmp_path / "au.yaml"),)
    assert video.va_layouts == ("time=t, unit=s", "")
    lines = f"{HEADER}\tva_layout", f"{several}\ttime=t, unit=s"
    video = read_sample_sheet(sheet(tmp_path, *lines))["one"]
    assert video.va_layouts == ("time=t, unit=s",) * 2


def test_one_annotation_of_units_may_have_several_files(tmp_path):
    video = read_sample_sheet(sheet(tmp_path, HEADER, ROW.replace("au/one.txt", "a|b|c;d")))["one"]
    assert len(video.au) == 2
    assert video.au_files == tuple(tmp_path / name for name in "abcd")


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("-100:100", [-100, 0, 55], [-1, 0, 0.55]),
        ("1:9", [1, 5, 9], [-1, 0, 1]),
        ("0:1", [0, 0.5, 1], [-1, 0, 1]),
        ("-.5:1.5", [-0.5, 1.5], [-1, 1]),
    ],
)
def test_a_scale_goes_to_one_and_back(text, values, expected):
    scale = Scale.parse(text)
    assert [scale.to_unit(value) for value in values] == expected
    assert [scale.from_unit(value) for value in expected] == pytest.approx(values)


def test_columns_may_come_in_any_order_with_a_byte_order_mark_and_windows_lines(tmp_path):
    path = tmp_path / "videos.tsv"
    lines = ["sex\tva\tau\tidentity\tpath\tvideo", "male\tv\ta\tp\tv.mp4\tone", "", "\t\t\t\t\t"]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert list(read_sample_sheet(path)) == ["one"]


def test_a_csv_sheet_has_quoted_cells(tmp_path):
    line = 'one,"videos/a, b.mp4",anna,female,a.txt,'
    path = sheet(tmp_path, HEADER.replace("\t", ","), line, name="videos.csv")
    assert read_sample_sheet(path)["one"].path == tmp_path / "videos/a, b.mp4"


@pytest.mark.parametrize("name", ["videos.tsv", "videos.csv"])
def test_quotes_are_those_of_a_spreadsheet(tmp_path, name):
    """A spreadsheet quotes a cell with a comma, and doubles quotes inside quotes."""
    rows = [
        ("one", "v/one.mp4", '"Doe, J"', "female", "a.txt", ""),
        (
            "two",
            "v/two.mp4",
            "Doe, J" if name.endswith("tsv") else '"Doe, J"',
            "female",
            "b.txt",
            "",
        ),
        ("three", '"v/the ""3"".mp4"', 'Jo "J" Doe', "male", '"c, d.txt"', ""),
    ]
    delimiter = "\t" if name.endswith("tsv") else ","
    path = tmp_path / name
    lines = [delimiter.join(cells) for cells in [HEADER.split("\t"), *rows]]
    path.write_text("\r\n".join(lines), encoding="utf-16")
    videos = read_sample_sheet(path)
    assert videos["one"].identity == videos["two"].identity == "Doe, J"
    assert videos["three"].identity == 'Jo "J" Doe'
    assert videos["three"].path == tmp_path / 'v/the "3".mp4'
    assert videos["three"].au == (tmp_path / "c, d.txt",)
    copy = tmp_path / f"copy-{name}"
    write_sample_sheet(copy, videos.values())
    assert {k: replace(v, line=0) for k, v in read_sample_sheet(copy).items()} == {
        k: replace(v, line=0) for k, v in videos.items()
    }


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ('"anna', "quotes that do not fit together"),
        ('"an"na', "quotes that do not fit together"),
        ('"an\tna"', "a cell contains a control character or a line end"),
        ('"an\nna"', "a cell contains a control character or a line end"),
    ],
)
def test_quotes_that_say_nothing_clear_are_refused(tmp_path, cell, told):
    path = sheet(tmp_path, HEADER, ROW.replace("anna", cell))
    with pytest.raises(InputError, match=told):
        read_sample_sheet(path)


def test_empty_columns_at_the_end_are_those_of_a_spreadsheet(tmp_path):
    path = sheet(tmp_path, f"{HEADER}\t\t", f"{ROW}\t\t", "\t" * 7)
    assert len(read_sample_sheet(path)) == 1
    path = sheet(tmp_path, f"{HEADER}\t\t", f"{ROW}\t\tx")
    with pytest.raises(InputError, match="line 2: 8 cells where the header has 6"):
        read_sample_sheet(path)
    path = sheet(tmp_path, HEADER.replace("identity", ""), ROW)
    with pytest.raises(InputError, match="line 1: column 3 has no name"):
        read_sample_sheet(path)


@pytest.mark.parametrize(("name", "meant"), [("VIDEO", "video"), ("Au-Format", "au_format")])
def test_a_header_in_capitals_is_told_the_right_name(tmp_path, name, meant):
    path = sheet(tmp_path, f"{name}\t{HEADER}", f"x\t{ROW}")
    with pytest.raises(InputError, match=rf"unknown column '{name}' \(did you mean '{meant}'\?\)"):
        read_sample_sheet(path)


def test_ids_that_differ_by_capitals_are_refused_with_both_lines(tmp_path):
    other = ROW.replace("one\t", "One\t", 1)
    assert other != ROW
    path = sheet(tmp_path, HEADER, ROW, other)
    with pytest.raises(
        InputError, match=r"line 3: video 'One' differs from 'one' in line 2 by cap"
    ):
        read_sample_sheet(path)


def test_one_kind_of_annotation_is_enough(tmp_path):
    path = sheet(tmp_path, HEADER, "a\ta.mp4\tp\tmale\t\tva.txt", "b\tb.mp4\tp\tmale\tau.txt\t")
    videos = read_sample_sheet(path)
    assert videos["a"].au == videos["b"].va == ()
    assert videos["a"].au_weights == ()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], ": the sample sheet is empty"),
        ([HEADER], ": the sample sheet has a header but no videos"),
        ([HEADER, ROW, "", ROW], ", line 4: video 'one' is named twice (first in line 2)"),
        ([HEADER, ROW.replace("one", "o.ne", 1)], ", line 2: video id 'o.ne' has a character"),
        ([HEADER, ROW.replace("one", "é", 1)], ", line 2: video id 'é' has a character"),
        ([HEADER, ROW.replace("one", "", 1)], ", line 2: the video has no id"),
        ([HEADER, ROW.replace("anna", " ")], ", line 2: video 'one' has an empty 'identity'"),
        ([HEADER, ROW.replace("videos/one.mp4", "")], ", line 2: video 'one' has an empty 'path'"),
        (
            [HEADER, ROW.replace("female", "femal")],
            ", line 2: sex 'femal' is not one of female, male, unknown (did you mean 'female'?)",
        ),
        (
            [HEADER.replace("identity", "identiy"), ROW],
            ", line 1: unknown column 'identiy' (did you mean 'identity'?)",
        ),
        ([HEADER + "\tvideo", ROW + "\tx"], ", line 1: column 'video' is named twice"),
        ([HEADER.removesuffix("\tva"), ROW], ", line 1: column 'va' is missing"),
        ([HEADER.replace("\t", ","), ROW], ", line 1: the columns of this sheet must be separated"),
        ([HEADER, ROW + "\textra"], ", line 2: 7 cells where the header has 6"),
        ([HEADER, ROW.replace("au/one.txt", "a;;b")], ", line 2: 'au' has an empty file name"),
        ([HEADER, ROW.replace("va/one.txt", "a|b|c")], ", line 2: 'va' joins too many files"),
        ([HEADER + "\tau_format", ROW + "\tthesi"], ", line 2: au_format 'thesi' is not one of"),
        ([HEADER + "\tva_format", ROW + "\tboris"], ", line 2: va_format 'boris' is not one of"),
        ([HEADER + "\tau_weights", ROW + "\t1;2"], ", line 2: au_weights has 2 values for 1"),
        ([HEADER + "\tva_weights", ROW + "\t0"], ", line 2: va_weights '0' is not a number above"),
        ([HEADER + "\tva_weights", ROW + "\tinf"], ", line 2: va_weights 'inf' is not a number"),
        ([HEADER + "\tva_weights", ROW + "\tx"], ", line 2: va_weights 'x' is not a number"),
        (
            [HEADER + "\tstream", ROW + "\t-1"],
            ", line 2: stream '-1' is not the number of a stream",
        ),
        ([HEADER + "\tfps", ROW + "\t25,5"], ", line 2: fps '25,5' is not a frame rate like 25"),
        ([HEADER + "\tfps", ROW + "\t30/0"], ", line 2: fps '30/0' is not a frame rate above 0"),
        ([HEADER + "\tfps", ROW + "\t1001"], ", line 2: fps '1001' is not a frame rate above 0"),
        ([HEADER + "\tva_layout", ROW + "\t{a}.yaml"], ", line 2: 'va_layout' has one of the"),
        ([HEADER + "\tva_layout", ROW + "\tuint=s"], ", line 2: unknown key 'uint' of the layout"),
        ([HEADER + "\tva_layout", ROW + "\tunit=h"], ", line 2: the key 'unit' of the layout has"),
        (
            [HEADER + "\tau_layout", ROW + "\ta.yaml;b.yaml"],
            ", line 2: au_layout has 2 layouts for",
        ),
        ([HEADER + "\tva_scale", ROW + "\t1-9"], ", line 2: va_scale '1-9' is not LOW:HIGH, as"),
        ([HEADER + "\tva_scale", ROW + "\t1:x"], ", line 2: va_scale '1:x' is not LOW:HIGH, as"),
        ([HEADER + "\tva_scale", ROW + "\t1:9;0:1"], ", line 2: va_scale has 2 values for 1"),
        ([HEADER + "\tva_scale", ROW + "\t9:1"], ", line 2: va_scale '9:1' has a first number"),
        ([HEADER, ROW.replace("one", "x" * 101, 1)], f", line 2: video id '{'x' * 101}' has 101"),
        ([HEADER, ROW.replace("one", "ab" * 20, 1)], f", line 2: video id '{'ab' * 20}' ends in"),
        ([HEADER, ROW.replace("s/one", "s/{one}")], ", line 2: 'path' has one of the characters {"),
        ([HEADER, ROW.replace("va/one", "va/<one>")], ", line 2: 'va' has one of the characters"),
        (
            [HEADER, ROW, ROW.replace("one", "two").replace("female", "male")],
            ", line 3: person 'anna' is male, but female in line 2",
        ),
        ([HEADER, ROW.replace("anna", "an\x00na")], ", line 2: a cell contains a control"),
    ],
)
def test_a_wrong_sheet_is_refused_with_its_line(tmp_path, lines, expected):
    assert refusal(sheet(tmp_path, *lines)).startswith(expected)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna", "Anna"),
        ("Zo\u00eb", "Zoe\u0308"),
        ("anna", "an\u200bna"),
        ("anna", "\u2060anna\ufeff"),
        ("anna b", "anna\u00a0 b"),
        ("p1", "p\uff11"),
        ("STRASSE", "stra\u00dfe"),
    ],
)
def test_two_spellings_of_one_name_are_refused_with_both_lines(tmp_path, one, other):
    rows = (ROW.replace("anna", one), ROW.replace("one", "two").replace("anna", other))
    message = refusal(sheet(tmp_path, HEADER, *rows))
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in other)
    shown = " ".join(shown.replace("\\u00a0", "").split())
    assert message.startswith(f", line 3: identity '{shown}' differs from '{one}' in line 2 only")
    videos = [
        Video(name, tmp_path / "a.mp4", who, "male", (tmp_path / "a.txt",))
        for name, who in (("a", one), ("b", other))
    ]
    with pytest.raises(InputError, match="in line 2 only by case"):
        write_sample_sheet(tmp_path / "out.tsv", videos)


def test_people_who_share_a_video_file_are_bound_together(tmp_path):
    rows = [("a", "anna"), ("./a", "ben"), ("b", "ben"), ("../x/b", "cy"), ("c", "dora")]
    videos = [
        Video(str(number), tmp_path / "x" / name, who, "unknown")
        for number, (name, who) in enumerate(rows)
    ]
    (tmp_path / "x").mkdir()
    together = {"anna": "anna", "ben": "anna", "cy": "anna", "dora": "dora"}
    assert bound_people(videos) == bound_people(videos[::-1]) == together


def test_unreadable_sheets_are_refused(tmp_path):
    assert refusal(tmp_path / "none.tsv") == ": the sample sheet does not exist"
    assert "cannot be read" in refusal(tmp_path)
    (tmp_path / "latin.tsv").write_bytes(f"{HEADER}\n{ROW}\n".encode() + b"J\xf6rg\n")
    told = ", line 3: the sample sheet is not text in UTF-8; save it as UTF-8"
    assert refusal(tmp_path / "latin.tsv") == told
    unclosed = sheet(tmp_path, HEADER.replace("\t", ","), '"one,a,b', ROW, name="videos.csv")
    assert "quotes that do not fit together" in refusal(unclosed)


def test_the_real_sheet_is_read(london):
    videos = read_sample_sheet(london / "videos.tsv")
    assert len(videos) == 14
    assert len({video.identity for video in videos.values()}) == 10
    assert all(video.path.is_file() for video in videos.values())
    assert all(file.is_file() for v in videos.values() for file in (*v.au_files, *v.va_files))


names = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
files = st.from_regex(r"(\.\./)?[a-zé0-9_-]{1,6}( [a-z]{1,3})?\.[a-z]{3}", fullmatch=True)


ends = st.floats(-1e6, 1e6) | st.integers(-1000, 1000).map(float)
scales = st.tuples(ends, ends).filter(lambda pair: pair[0] < pair[1]).map(lambda p: Scale(*p))


def _each(annotators: int):
    """Scales of all annotators, or none; nobody's scale is that of the file's format."""
    some = st.lists(st.none() | scales, min_size=annotators, max_size=annotators).filter(any)
    return st.just(()) | (some.map(tuple) if annotators else st.just(()))


def layouts(folder: Path, annotators: int):
    """Layouts of all annotators, or none: in the cell itself, in a file, or nowhere."""
    known = (
        "",
        "time=t, unit=s",
        "threshold=0.5",
        str(folder / "a.yaml"),
        str(folder / "b/c.yaml"),
    )
    some = st.tuples(*[st.sampled_from(known)] * annotators)
    return some.map(lambda found: found if any(found) else ())


@st.composite
def video_rows(draw, folder: Path):
    au = [folder / name for name in draw(st.lists(files, max_size=3))]
    entries = st.one_of(files.map(lambda a: (a,)), st.tuples(files, files))
    va = draw(st.lists(entries, min_size=0 if au else 1, max_size=3))
    weights = st.floats(0.001, 1000)
    return Video(
        id=draw(names),
        path=folder / draw(files),
        identity=(person := draw(names.map(str.lower))),
        sex=SEXES[len(person) % 3],
        au=tuple(au),
        va=tuple(join_pair(folder / name for name in entry) for entry in va),
        au_format=draw(st.sampled_from((None, *AU_FORMATS))),
        va_format=draw(st.sampled_from((None, *VA_FORMATS))),
        au_weights=tuple(draw(weights) for _ in au),
        va_weights=tuple(draw(weights) for _ in va),
        batch=draw(st.none() | names),
        stream=draw(st.none() | st.integers(0, 9999)),
        fps=draw(st.none() | st.fractions(1, 1000, max_denominator=1001)),
        subject=draw(st.none() | names),
        va_scales=draw(_each(len(va))),
        au_layouts=draw(layouts(folder, len(au))),
        va_layouts=draw(layouts(folder, len(va))),
    )


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(["videos.tsv", "videos.csv"]))
def test_writing_a_sheet_loses_nothing(tmp_path_factory, data, name):
    folder = tmp_path_factory.mktemp("sheet")
    rows = st.lists(
        video_rows(folder), min_size=1, max_size=4, unique_by=lambda video: video.id.lower()
    )
    videos = data.draw(rows)
    write_sample_sheet(folder / name, videos)
    found = read_sample_sheet(folder / name)
    assert [replace(video, line=0) for video in found.values()] == videos


def test_unused_optional_columns_are_left_out(tmp_path):
    video = Video("a", tmp_path / "a.mp4", "p", "male", (tmp_path / "a.txt",), au_weights=(1.0,))
    write_sample_sheet(tmp_path / "videos.tsv", [video])
    text = (tmp_path / "videos.tsv").read_text()
    assert text == "video\tpath\tidentity\tsex\tau\tva\na\ta.mp4\tp\tmale\ta.txt\t\n"


def test_what_cannot_be_read_back_is_not_written(tmp_path):
    video = Video("a", tmp_path / "a.mp4", "p", "male", (tmp_path / "a.txt",), au_weights=(1.0,))
    for wrong in (
        [video, video],
        [replace(video, identity="a\tb")],
        [replace(video, identity="")],
        [replace(video, sex="x")],
    ):
        with pytest.raises(InputError):
            write_sample_sheet(tmp_path / "videos.tsv", wrong)
    assert not list(tmp_path.iterdir())


def test_the_module_is_light():
    code = "import sys, auva.sheet; print([m for m in ('numpy', 'pandas') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    assert COLUMNS[0] == "video"


@pytest.mark.parametrize("folder", ["a|b", "a;b", "concat:a|b", "%d", "-x", 'it\'s "so"', "Zoë"])
def test_a_sheet_may_lie_in_any_folder(tmp_path, folder):
    place = tmp_path / folder
    place.mkdir()
    row = ROW.replace("au/one.txt", "au/1.txt;au/2.txt").replace("va/one.txt", "v.txt|a.txt")
    video = read_sample_sheet(sheet(place, HEADER, row))["one"]
    assert video.path == place / "videos/one.mp4"
    assert video.au_files == (place / "au/1.txt", place / "au/2.txt")
    assert video.va_files == (place / "v.txt", place / "a.txt")
    write_sample_sheet(place / "copy.tsv", [video])
    assert read_sample_sheet(place / "copy.tsv") == {"one": video}


def test_a_video_may_have_any_name_that_a_cell_can_hold(tmp_path):
    names = ["a|b.mp4", "concat:a|b.mp4", "%03d.mp4", "-i.mp4", "'a'.mp4", '"a".mp4', "a;b.mp4"]
    rows = [Video(f"v{n}", tmp_path / name, "p", "male", (tmp_path / "a.txt",), (),
                  au_weights=(1.0,)) for n, name in enumerate(names)]  # fmt: skip
    write_sample_sheet(tmp_path / "videos.tsv", rows)
    found = read_sample_sheet(tmp_path / "videos.tsv").values()
    assert [video.path.name for video in found] == names


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a|b.txt", r"'\|' or ';', which separate files"),
        ("a;b.txt", r"'\|' or ';', which separate files"),
        ("a\nb.txt", "a line end"),
        ("a{b}.txt", "which Snakemake reads itself"),
        (" a.txt ", "a blank at its beginning or end"),
        (os.fsdecode(b"\xff.txt"), "bytes that are not UTF-8"),
    ],
)
def test_a_name_that_a_cell_cannot_hold_is_refused(tmp_path, name, told):
    video = Video("a", tmp_path / "a.mp4", "p", "male", (tmp_path / name,), au_weights=(1.0,))
    with pytest.raises(InputError, match=told):
        write_sample_sheet(tmp_path / "videos.tsv", [video])
    assert not list(tmp_path.iterdir())
