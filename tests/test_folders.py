"""`auva import`: a sample sheet from folders laid out as Aff-Wild and Aff-Wild2 are published."""

import os
from pathlib import Path

import pytest
from span_files import boris, eaf, state, tier

from auva.cli import main
from auva.sheet import read_sample_sheet

EIGHT = "AU1,AU2,AU4,AU6,AU12,AU15,AU20,AU25"
TWELVE = "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26 "


def put(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def clip(path: Path) -> None:
    put(path, f"the film {path.name}")


@pytest.fixture
def affwild2(tmp_path: Path) -> Path:
    """The layout of the competitions: batches of videos, a folder per task and set."""
    root = tmp_path / "Aff-Wild2"
    for name in ("batch1/1-30-1280x720.mp4", "batch1/video5.mp4", "batch2/135-24-1920x1080.avi"):
        clip(root / name)
    clip(root / "batch2/test-only.mp4")
    au, va = root / "annotations/AU_Detection_Challenge", root / "annotations/VA_Set"
    put(au / "Train_Set/1-30-1280x720.txt", TWELVE, ",".join(["0"] * 12), ",".join(["-1"] * 12))
    put(va / "Train_Set/1-30-1280x720.txt", "valence,arousal", "0.5,-5", "-5,-5")
    put(va / "Train_Set/video5.txt", "valence,arousal ", "0.1,0.2")
    for side in ("left", "right"):
        put(va / f"Validation_Set/135-24-1920x1080_{side}.txt", "valence,arousal", "0.1,0.2")
        put(au / f"Validation_Set/135-24-1920x1080_{side}.txt", EIGHT, ",".join(["1"] * 8))
    put(root / "annotations/EXPR_Set/Train_Set/video5.txt", "Neutral,Anger,Disgust", "0", "1")
    put(va / "Train_Set/lost.txt", "valence,arousal", "0,0")
    put(root / "readme.txt", "Aff-Wild2, for research only")
    clip(root / "cropped_aligned/video5/00001.jpg")
    return root


def test_an_affwild2_folder(affwild2, capsys):
    assert main(["import", str(affwild2)]) == 0
    rows = read_sample_sheet(affwild2 / "videos.tsv")
    sides = ["135-24-1920x1080_left", "135-24-1920x1080_right"]
    assert list(rows) == ["1-30-1280x720", *sides, "video5"]
    first = rows["1-30-1280x720"]
    assert first.path == affwild2 / "batch1/1-30-1280x720.mp4"
    assert (first.au_format, first.va_format, first.sex) == ("abaw", "abaw", "unknown")
    assert {file.name for file in (*first.au, *first.va)} == {"1-30-1280x720.txt"}
    assert rows["video5"].au == ()
    assert {rows[side].path.name for side in sides} == {"135-24-1920x1080.avi"}
    assert [rows[side].identity for side in sides] == sides
    told = capsys.readouterr().out
    assert "4 rows of 3 videos, 3 with Action Units, 4 with valence and arousal" in told
    assert f"2 rows share a video with another person: {', '.join(sides)}" in told
    beyond = "AU7 (1), AU10 (1), AU23 (1), AU24 (1), AU26 (1)"
    assert f"Action Units not in the list action_units (number of files): {beyond}." in told
    assert "Not matched: 2\n" in told
    assert (
        f"{affwild2 / 'batch2/test-only.mp4'}: there is no readable annotation of this name" in told
    )
    assert "lost.txt: there is no video of this name" in told
    assert "Other text files, not used: 2\n" in told
    assert "EXPR_Set/Train_Set/video5.txt" in told
    assert "readme.txt" in told


def test_another_list_of_units_comes_from_a_configuration(affwild2, capsys, root):
    overlay = str(root / "config/abaw12.yaml")
    assert main(["import", str(affwild2), "--configfile", overlay]) == 0
    assert "action_units (number of files): AU20 (2)." in capsys.readouterr().out


def test_an_affwild_folder_joins_valence_and_arousal(tmp_path, capsys):
    root = tmp_path / "affwild"
    for name in ("105", "106", "107"):
        clip(root / f"videos/train/{name}.mp4")
    for half, value in (("valence", "512"), ("arousal", "-300")):
        put(root / f"annotations/train/{half}/105.txt", value, "0")
    put(root / "annotations/train/valence/106.txt", "1", "2")
    put(root / "annotations/train/valence/107.txt", "1", "2000")
    put(root / "annotations/train/arousal/107.txt", "1", "2")
    put(root / "bboxes/train/105/0001.pts", "version: 1")
    assert main(["import", str(root), "--out", str(tmp_path / "videos.tsv")]) == 0
    rows = read_sample_sheet(tmp_path / "videos.tsv")
    assert list(rows) == ["105"]
    assert rows["105"].va_format == "affwild"
    assert [file.parent.name for file in rows["105"].va_files] == ["valence", "arousal"]
    told = capsys.readouterr().out
    assert "valence/106.txt: there is no arousal file of this name" in told
    assert "valence/107.txt: line 2: valence 2000 is outside [-1000, 1000] of integers" in told
    assert "videos/train/106.mp4: there is no readable annotation of this name" in told


def test_two_files_of_one_name_are_not_guessed_between(affwild2, capsys):
    other = affwild2 / "VA_Estimation_Challenge/Train_Set/video5.txt"
    put(other, "valence,arousal", "0.9,0.9")
    main(["import", str(affwild2)])
    assert "video5" not in read_sample_sheet(affwild2 / "videos.tsv")
    assert f"{other}: another VA file of this name differs: " in capsys.readouterr().out


def test_copies_of_one_file_are_one(affwild2):
    put(affwild2 / "VA_Estimation_Challenge/video5.txt", "valence,arousal ", "0.1,0.2")
    assert main(["import", str(affwild2)]) == 0
    assert "video5" in read_sample_sheet(affwild2 / "videos.tsv")


def test_names_become_ids_and_ids_stay_unique(tmp_path, capsys):
    for name in ("a b", "a.b", "c"):
        clip(tmp_path / f"{name}.mp4")
        put(tmp_path / f"{name}.txt", "valence,arousal", "0,0")
    assert main(["import", str(tmp_path)]) == 0
    assert list(read_sample_sheet(tmp_path / "videos.tsv")) == ["a-b", "c"]
    assert "the id 'a-b' is that of" in capsys.readouterr().out


def test_a_sheet_that_is_there_is_kept(affwild2, capsys):
    (affwild2 / "videos.tsv").write_text("mine")
    assert main(["import", str(affwild2)]) == 1
    assert "--force replaces it" in capsys.readouterr().err
    assert (affwild2 / "videos.tsv").read_text() == "mine"
    assert main(["import", str(affwild2), "--force"]) == 0
    assert capsys.readouterr().out.count("videos.tsv") == 1  # it is not listed as another text


@pytest.mark.parametrize("kind", ["missing", "empty", "unreadable"])
def test_nothing_to_import_is_one_line(tmp_path, capsys, kind):
    root = tmp_path / "db"
    if kind != "missing":
        root.mkdir()
    if kind == "unreadable":
        clip(root / "one.mp4")
        put(root / "one.txt", "valence,arousal", "0,7")
    assert main(["import", str(root)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert str(root) in error
    assert (kind == "unreadable") == ("arousal 7 is outside [-1, 1]" in error)
    assert not list(tmp_path.rglob("videos.tsv"))


def test_a_long_list_is_cut_unless_asked_for(tmp_path, capsys):
    clip(tmp_path / "one.mp4")
    put(tmp_path / "one.txt", "valence,arousal", "0,0")
    for number in range(20):
        clip(tmp_path / f"other{number:02d}.mp4")
    main(["import", str(tmp_path)])
    assert "… and 8 more (--all)" in capsys.readouterr().out
    main(["import", str(tmp_path), "--force", "--all"])
    assert "other19.mp4" in capsys.readouterr().out


def test_a_folder_of_elan_and_boris_files(tmp_path, capsys):
    root = tmp_path / "study"
    for name in ("both", "affect", "units", "events", "none", "people", "words"):
        clip(root / f"films/{name}.mp4")
    labels = root / "labels"
    labels.mkdir()
    unit, other = tier("AU12", (1000, 2000, "C")), tier("speech", (0, 500, "hello"))
    valence, arousal = tier("valence", (0, 500, "0.5")), tier("arousal", (0, 500, "0.1"))
    eaf(labels / "both.eaf", unit, valence, arousal, other)
    eaf(labels / "affect.eaf", valence, arousal)
    eaf(labels / "units.eaf", tier("AU4"), other)
    boris(labels / "events.tsv", *state("AU12", 1, 2, length="600.0"))
    eaf(labels / "none.eaf", other)
    eaf(
        labels / "people.eaf",
        tier("AU12", (0, 500, ""), PARTICIPANT="mother"),
        tier("AU4", (0, 500, ""), PARTICIPANT="child"),
    )
    eaf(labels / "words.eaf", tier("AU 4 or 7", (0, 500, "")), valence)
    assert main(["import", str(root)]) == 0
    rows = read_sample_sheet(root / "videos.tsv")
    held = {
        name: ([p.name for p in row.au], [p.name for p in row.va]) for name, row in rows.items()
    }
    assert held == {
        "both": (["both.eaf"], ["both.eaf"]),
        "affect": ([], ["affect.eaf"]),
        "units": (["units.eaf"], []),
        "events": (["events.tsv"], []),
        "words": ([], ["words.eaf"]),
    }
    assert (rows["both"].au_format, rows["both"].va_format) == ("elan", "elan")
    told = capsys.readouterr().out
    assert "5 rows of 5 videos, 3 with Action Units, 3 with valence and arousal" in told
    assert "people.eaf: labels of several people ('child', 'mother'); choose one in the" in told
    assert "words.eaf: line 12: the tier 'AU 4 or 7' is about Action Units, but 'or'" in told
    assert "none.mp4: there is no readable annotation of this name" in told
    assert "Other text files, not used: 1\n" in told
    assert "none.eaf" in told


def test_what_a_sheet_cannot_name_is_listed_and_the_rest_goes_on(tmp_path, capfdbinary):
    clip(tmp_path / "one.mp4")
    put(tmp_path / "one.txt", "valence,arousal", "0,0")
    clip(tmp_path / "One.mp4")
    put(tmp_path / "One.txt", "valence,arousal", "0,0")
    clip(tmp_path / "a|b.mp4")
    lost = ["a|b.txt", "a;b.txt", "a\nb.txt", "a{b}.txt", "e\x1b[31m.txt", os.fsdecode(b"\xff.txt")]
    for name in lost:
        put(tmp_path / name, "valence,arousal", "0,0")
    os.mkfifo(tmp_path / "pipe.txt")
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "gone.mp4").symlink_to("nowhere")
    assert main(["import", "--all", str(tmp_path)]) == 0
    assert list(read_sample_sheet(tmp_path / "videos.tsv")) == ["One"]
    told = capfdbinary.readouterr().out.decode()
    problems = [line for line in told.split("\n") if line.startswith(f"  {tmp_path}")]
    assert f"Not matched: {len(problems)}\n" in told
    assert all(line.isprintable() for line in problems)
    for text in (
        "separate files",
        "line end",
        "not UTF-8",
        "not a file",
        "One.mp4 too",
        "Snakemake",
    ):
        assert any(text in line for line in problems), text
