"""The sample sheet: what is read, what is refused, and that writing loses nothing."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auva.errors import InputError
from auva.samples import (
    AU_FORMATS,
    COLUMNS,
    SEXES,
    VA_FORMATS,
    Recording,
    Video,
    annotation_paths,
    bound_people,
    read_sample_sheet,
    recordings,
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


def test_columns_may_come_in_any_order_with_a_byte_order_mark_and_windows_lines(tmp_path):
    path = tmp_path / "videos.tsv"
    lines = ["sex\tva\tau\tidentity\tpath\tvideo", "male\tv\ta\tp\tv.mp4\tone", "", "\t\t\t\t\t"]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert list(read_sample_sheet(path)) == ["one"]


def test_a_csv_sheet_has_quoted_cells(tmp_path):
    line = 'one,"videos/a, b.mp4",anna,female,a.txt,'
    path = sheet(tmp_path, HEADER.replace("\t", ","), line, name="videos.csv")
    assert read_sample_sheet(path)["one"].path == tmp_path / "videos/a, b.mp4"


def test_a_tab_separated_sheet_takes_quotes_as_they_are(tmp_path):
    path = sheet(tmp_path, HEADER, ROW.replace("one.mp4", 'the "one.mp4'), ROW.replace("one", "b"))
    assert len(read_sample_sheet(path)) == 2


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
            ", line 2: sex 'femal' is none of female, male, unknown (did you mean 'female'?)",
        ),
        (
            [HEADER.replace("identity", "identiy"), ROW],
            ", line 1: unknown column 'identiy' (did you mean 'identity'?)",
        ),
        ([HEADER + "\tvideo", ROW + "\tx"], ", line 1: column 'video' is named twice"),
        ([HEADER.removesuffix("\tva"), ROW], ", line 1: column 'va' is missing"),
        ([HEADER.replace("\t", ","), ROW], ", line 1: the columns of this sheet must be separated"),
        ([HEADER, ROW + "\textra"], ", line 2: 7 cells where the header has 6"),
        ([HEADER, "one\ta.mp4\tp\tmale\t\t"], ", line 2: video 'one' has neither an au nor a va"),
        ([HEADER, ROW.replace("au/one.txt", "a;;b")], ", line 2: 'au' has an empty file name"),
        ([HEADER, ROW.replace("au/one.txt", "a|b")], ", line 2: 'au' joins too many files by '|'"),
        ([HEADER, ROW.replace("va/one.txt", "a|b|c")], ", line 2: 'va' joins too many files"),
        ([HEADER + "\tau_format", ROW + "\tthesi"], ", line 2: au_format 'thesi' is none of"),
        ([HEADER + "\tva_format", ROW + "\tboris"], ", line 2: va_format 'boris' is none of"),
        ([HEADER + "\tau_weights", ROW + "\t1;2"], ", line 2: au_weights has 2 values for 1"),
        ([HEADER + "\tva_weights", ROW + "\t0"], ", line 2: va_weights '0' is not a number above"),
        ([HEADER + "\tva_weights", ROW + "\tinf"], ", line 2: va_weights 'inf' is not a number"),
        ([HEADER + "\tva_weights", ROW + "\tx"], ", line 2: va_weights 'x' is not a number"),
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
    shown = " ".join(other.split())
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


def test_recordings_tell_who_is_shown_and_who_shares_a_file(tmp_path):
    """By a link, too."""
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos/one.mp4").touch()
    (tmp_path / "link.mp4").symlink_to("videos/one.mp4")
    two = "two\tlink.mp4\tben\tmale\tau/two.txt;au/more.txt\t"
    first, second = recordings(read_sample_sheet(sheet(tmp_path, HEADER, ROW, two)).values())
    assert first == Recording("one", "anna", "female", "anna", "", (1, 1))
    assert second == Recording("two", "ben", "male", "anna", "", (2, 0))


@given(st.lists(st.integers(1, 2), max_size=6))
def test_files_become_the_annotations_that_they_were_part_of(sizes):
    files = [f"{number}.txt" for number in range(sum(sizes))]
    paths = annotation_paths([*files, "more"], sizes)
    assert [str(part) for path in paths for part in split_pair(path)] == files
    assert [len(split_pair(path)) for path in paths] == sizes


def test_unreadable_sheets_are_refused(tmp_path):
    assert refusal(tmp_path / "none.tsv") == ": the sample sheet does not exist"
    assert "cannot be read" in refusal(tmp_path)
    (tmp_path / "latin.tsv").write_bytes(f"{HEADER}\n{ROW}\n".encode() + b"J\xf6rg\n")
    assert refusal(tmp_path / "latin.tsv") == ", line 3: not UTF-8 text"
    unclosed = sheet(tmp_path, HEADER.replace("\t", ","), '"one,a,b', ROW, name="videos.csv")
    assert "not a readable table" in refusal(unclosed)


def test_the_real_sheet_is_read(london):
    videos = read_sample_sheet(london / "videos.tsv")
    assert len(videos) == 14
    assert len({video.identity for video in videos.values()}) == 10
    assert all(video.path.is_file() for video in videos.values())
    assert all(file.is_file() for v in videos.values() for file in (*v.au_files, *v.va_files))


names = st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True)
files = st.from_regex(r"(\.\./)?[a-zé0-9_-]{1,6}( [a-z]{1,3})?\.[a-z]{3}", fullmatch=True)


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
        va=tuple(Path("|".join(str(folder / name) for name in entry)) for entry in va),
        au_format=draw(st.sampled_from((None, *AU_FORMATS))),
        va_format=draw(st.sampled_from((None, *VA_FORMATS))),
        au_weights=tuple(draw(weights) for _ in au),
        va_weights=tuple(draw(weights) for _ in va),
        batch=draw(st.none() | names),
    )


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(["videos.tsv", "videos.csv"]))
def test_writing_a_sheet_loses_nothing(tmp_path_factory, data, name):
    folder = tmp_path_factory.mktemp("sheet")
    rows = st.lists(video_rows(folder), min_size=1, max_size=4, unique_by=lambda video: video.id)
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
        [replace(video, au=(), va=())],
    ):
        with pytest.raises(InputError):
            write_sample_sheet(tmp_path / "videos.tsv", wrong)
    assert not list(tmp_path.iterdir())


def test_the_module_is_light():
    code = "import sys, auva.samples; print([m for m in ('numpy', 'pandas') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    assert COLUMNS[0] == "video"
