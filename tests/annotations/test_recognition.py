"""A file is taken for what it is, or refused in one line that says what it seems to be."""

from pathlib import Path

import pytest

from auva.annotations import (
    FORMATS,
    SUFFIXES,
    formats_of,
    read_action_units,
    read_valence_arousal,
    recognise_action_units,
    recognise_valence_arousal,
)
from auva.errors import InputError
from auva.workflow.documentation import with_formats

OPENFACE = "frame,face_id,timestamp,confidence,success,AU12_r,AU12_c"
FEX = "FaceRectX,FaceScore,AU01,AU12,input,frame"
ELAN = "<ANNOTATION_DOCUMENT><TIER TIER_ID='AU1'/></ANNOTATION_DOCUMENT>"
BORIS = "Observation id\tSubject\tBehavior\tBehavior type\tTime"


def written(folder: Path, *lines: str, name: str = "file.txt", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def refusal(path: Path, recognise) -> str:
    with pytest.raises(InputError) as caught:
        recognise(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{path}, line 1: ")
    return message.removeprefix(f"{path}, line 1: ")


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ([OPENFACE, "1,0,0,0.9,1,0.5,1"], "openface"),
        ([OPENFACE.replace(",", ", "), "1, 0, 0, 0.9, 1, 0.5, 1"], "openface"),
        (['"' + OPENFACE.replace(",", '","') + '"', "1,0,0,0.9,1,0.5,1"], "openface"),
        ([FEX, "10,0.9,0.2,0.7,a.mp4,0"], "fex"),
        (["AU1,AU2,AU4,AU6,AU12,AU15,AU20,AU25", "0,0,0,0,0,0,0,0"], "abaw"),
        (['"AU1","AU2"', "0,0"], "abaw"),
        (["image,valence,arousal,expression,aus", "v/00001.jpg,0,0,0" + ",0" * 12], "abaw_images"),
        (["image_location,AU1,AU2", "v/00001.jpg,0,1"], "abaw_images"),
        ([BORIS, "o\t\tAU12\tSTART\t1.0"], "boris"),
        ([ELAN], "elan"),
        (["0,1,2,4,12", "1,0,1,9,0"], "bp4d"),
        ([f"1{' 0 0' * 8}"], "thesis"),
    ],
)
def test_action_unit_files_are_known_by_their_content(tmp_path, lines, name):
    assert recognise_action_units(written(tmp_path, *lines)) == name


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["valence,arousal", "0,0"], "abaw"),
        (['"valence","arousal"', "0,0"], "abaw"),
        (["image_location,valence,arousal", "v/00001.jpg,0.1,0.2"], "abaw_images"),
        (["-12"], "affwild"),
        (["0.5"], "affwild"),
        (["nan"], "affwild"),
        ([ELAN], "elan"),
    ],
)
def test_valence_and_arousal_files_are_known_by_their_content(tmp_path, lines, name):
    assert recognise_valence_arousal(written(tmp_path, *lines)) == name


@pytest.mark.parametrize("name", ["SN001_au12.txt", "LeftVideoSN002_au4.txt", "AU25.txt"])
def test_a_disfa_file_is_known_by_its_name_and_content(tmp_path, name):
    assert recognise_action_units(written(tmp_path, "1,0", "2,3", name=name)) == "disfa"
    message = refusal(written(tmp_path, "1,0", name="beauty12.txt"), recognise_action_units)
    assert "a table separated by commas (2 columns of numbers, no header)" in message


def test_a_layout_makes_any_table_one(tmp_path):
    path = written(tmp_path, "t;FM1", "0;0.5", name="recola.csv")
    assert "seems to be a table separated by semicolons" in refusal(path, recognise_valence_arousal)
    written(tmp_path, "time: t", "unit: s", "scale: -1:1", "valence: FM1", name="recola.csv.yaml")
    assert recognise_valence_arousal(path) == "table"


PROSE = "it seems to be prose"
SEVENTEEN = (
    "This is the readme of a folder and its first line has by chance exactly seventeen words"
)


@pytest.mark.parametrize("recognise", [recognise_action_units, recognise_valence_arousal])
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([SEVENTEEN], PROSE),
        (["hello"], PROSE),
        (["Dear reader, this folder has", "the annotations of the study."], PROSE),
        (["Version 2.0 of 2019", "has 27 subjects"], PROSE),
        (["time;FM1;FM2;FM3", "0;0.01;0.02;0.03"], "separated by semicolons (columns time, FM1"),
        (["valence;arousal", "0.1;0.2"], "separated by semicolons (columns valence, arousal)"),
        (["valence;arousal", "0,1;0,2"], "(columns valence, arousal) with decimal commas"),
        (
            ["time\tvalence\tarousal", "0\t1\t2"],
            "separated by tabs (columns time, valence, arousal",
        ),
        (["0.1 0.2 0.3", "0.1 0.2 0.3"], "separated by blanks (3 columns of numbers, no header)"),
        (["frame,AU01,AU12", "0,0.3,0.9"], "columns frame, AU01, AU12"),
        (["frame;success;AU12_c", "1;1;0"], "separated by semicolons (columns frame, success, AU"),
        (["time,valence,arousal", "0.0,0.1,0.2"], "columns time, valence, arousal"),
        (["<html>", "</html>"], "XML, HTML or JSON"),
        (['{"AU1": 1}'], "XML, HTML or JSON"),
    ],
)
def test_other_files_are_told_what_they_seem_to_be(tmp_path, recognise, lines, expected):
    path = written(tmp_path, *lines)
    message = refusal(path, recognise)
    assert message.startswith("no known format of ")
    assert expected in message
    read = read_action_units if recognise is recognise_action_units else read_valence_arousal
    with pytest.raises(InputError, match="no known format"):
        read(path)


@pytest.mark.parametrize("recognise", [recognise_action_units, recognise_valence_arousal])
def test_an_excel_workbook_is_to_be_exported(tmp_path, recognise):
    path = tmp_path / "au.xlsx"
    path.write_bytes(b"PK\x03\x04\x14\x00")
    with pytest.raises(InputError, match="an Excel workbook or another zip archive; export it"):
        recognise(path)


def test_the_layout_that_is_proposed_is_one_that_can_be_completed(tmp_path):
    path = written(tmp_path, "Zeit;valence;arousal", "0,04;0,1;-0,2", name="va.csv")
    message = refusal(path, recognise_valence_arousal)
    assert "va_layout 'separator=semicolon, decimal=comma, unit=frames, scale=LOW:HIGH, " in message
    assert "valence=valence, arousal=arousal'" in message
    path = written(tmp_path, "frame,AU01,AU12", "0,0.3,0.9", name="au.csv")
    message = refusal(path, recognise_action_units)
    assert "say au_format fex" in message
    assert "au_layout 'time=frame, unit=frames, first=0 or 1, values=presence or" in message


@pytest.mark.parametrize(
    "header",
    ["arousal,valence,emotion", "link,start,end,video,utterance,EmotionMaxVote,arousal,valence"],
)
def test_labels_of_utterances_are_no_labels_of_frames(tmp_path, header):
    path = written(tmp_path, header, ",".join("1" * len(header.split(","))))
    message = refusal(path, recognise_valence_arousal)
    assert "labels of whole utterances, as OMG's (a row each, none per frame)" in message


def test_every_format_has_one_record_per_kind_and_a_row_in_the_docs():
    names = [(entry.name, entry.kind) for entry in FORMATS]
    assert len(set(names)) == len(names)
    assert set(formats_of("au")) | set(formats_of("va")) == {name for name, _ in names}
    assert {".txt", ".csv", ".tsv", ".eaf"} == set(SUFFIXES)
    page = (Path(__file__).parents[2] / "docs/reference/annotations.md").read_text(encoding="utf-8")
    assert with_formats(page) == page, "make docs writes the table"
    for entry in FORMATS:
        assert page.count(f"| `{entry.name}` | {entry.kind.upper()} | ") == 1
