"""Annotations in the DAG: several annotators with weights, their agreement, files that are wrong.

On a tiny corpus: one real face and one video without any, 12 frames each.
"""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from workflow_support import Workflow, auva_lines, make_workflow, real_faces, write_clip

from auva.annotations import (
    ActionUnits,
    ValenceArousal,
    write_action_units,
    write_valence_arousal,
)
from auva.units import THESIS_NAMES
from auva.workflow.plan import Corpus

pytestmark = pytest.mark.workflow

FRAMES = 12
HEADER = "video\tpath\tidentity\tsex\tau\tva\tau_weights\tva_weights"
LABELS = ("results/labels/face.csv", "results/labels/blank.csv")
AGREEMENT = ("results/tables/agreement.csv", "results/figures/agreement.png")


def units(name: str, **present: list[int]) -> ActionUnits:
    """A table of the frames that a format counts, with the named units present in some frames."""
    presence = np.zeros((FRAMES, 8), int)
    for unit, frames in present.items():
        presence[np.array(frames) - 1, THESIS_NAMES.index(unit)] = 1
    frames_of = "original" if name in ("abaw", "openface") else "converted"
    labelled = np.ones_like(presence, bool)
    return ActionUnits(np.arange(1, FRAMES + 1), presence, labelled, frames_of=frames_of)


def everywhere(value: float) -> ValenceArousal:
    return ValenceArousal(np.full((FRAMES, 2), value))


ANNOTATORS = {
    "thesis": units("thesis", AU1=[1, 2, 3, 4, 5, 6], AU2=[1, 2, 3]),
    "elan": units("elan", AU1=[5, 6], AU2=[1, 2, 3, 4]),
    "openface": units("openface", AU1=[6], AU2=[4]),
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory, root, london) -> Workflow:
    """A workflow that labelled a face with three annotators, and a video without a face."""
    workflow = make_workflow(tmp_path_factory.mktemp("tiny") / "auva", root)
    corpus = workflow.folder / "corpus"
    corpus.mkdir()
    write_clip(corpus / "face.mp4", real_faces(london / "videos/5-50-640x360.mp4", FRAMES))
    write_clip(corpus / "blank.mp4", [np.full((64, 96, 3), 90, np.uint8)] * FRAMES)
    for name, table in ANNOTATORS.items():
        write_action_units(corpus / f"{name}.au", table, name)
    for name, value in (("one", 0.4), ("two", 0.8)):
        write_valence_arousal(corpus / f"{name}.va", everywhere(value), "abaw")
    rows = [
        HEADER,
        "face\tface.mp4\tanna\tfemale\tthesis.au;elan.au;openface.au\tone.va;two.va\t3;1;1\t3;1",
        "blank\tblank.mp4\tben\tmale\tthesis.au\tone.va\t\t",
    ]
    (corpus / "videos.tsv").write_text("\n".join(rows) + "\n")
    workflow.configure(videos="corpus/videos.tsv", detector={"name": "opencv"})
    workflow.run("--", *LABELS, *AGREEMENT)
    return workflow


def table(workflow: Workflow, path: str) -> list[dict[str, str]]:
    with (workflow.folder / path).open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_labels_are_the_weighted_consensus(tiny):
    rows = table(tiny, LABELS[0])
    assert len(rows) == FRAMES
    # The first annotator has 3 of 5 votes, so the others never outvote it.
    assert [row["AU1"] for row in rows] == ["1"] * 6 + ["0"] * 6
    assert [row["AU2"] for row in rows] == ["1"] * 3 + ["0"] * 9
    assert {row["valence"] for row in rows} == {"0.500000"}
    assert sum(row["selected"] == "1" for row in rows) > 0


def test_other_weights_change_the_labels_and_nothing_before_them(tiny):
    sheet = tiny.folder / "corpus/videos.tsv"
    before = sheet.read_text()
    sheet.write_text(before.replace("3;1;1", "1;1;1"))
    jobs = tiny.planned(*LABELS, *AGREEMENT)
    assert jobs == {"align_labels": 1}
    tiny.run("--", *LABELS)
    rows = table(tiny, LABELS[0])
    assert [row["AU1"] for row in rows] == ["0"] * 4 + ["1"] * 2 + ["0"] * 6
    assert [row["AU2"] for row in rows] == ["1"] * 3 + ["1"] + ["0"] * 8
    sheet.write_text(before)


def test_the_agreement_is_that_of_independent_implementations(tiny):
    rows = table(tiny, AGREEMENT[0])
    assert {row["video"] for row in rows} == {"face", "all videos"}
    found = {row["target"]: row for row in rows if row["video"] == "face"}
    assert list(found) == [*THESIS_NAMES, "valence", "arousal"]
    pairs = [("thesis", "elan"), ("thesis", "openface"), ("elan", "openface")]
    for name in ("AU1", "AU2"):
        column = {
            key: each.presence[:, THESIS_NAMES.index(name)] for key, each in ANNOTATORS.items()
        }
        kappas = [cohen_kappa_score(column[a], column[b]) for a, b in pairs]
        assert float(found[name]["cohen_kappa"]) == pytest.approx(np.mean(kappas), abs=1e-5)
        same = [2 * np.mean(column[a] == column[b]) - 1 for a, b in pairs]
        assert float(found[name]["pabak"]) == pytest.approx(np.mean(same), abs=1e-5)
        assert (found[name]["annotators"], found[name]["frames"]) == ("3", "12")
    # An Action Unit that nobody ever sees has no kappa, but full agreement.
    assert (found["AU4"]["fleiss_kappa"], found["AU4"]["pabak"]) == ("", "1")
    assert found["valence"]["annotators"] == "2"
    assert (tiny.folder / "results/figures/agreement.svg").stat().st_size > 0


def test_the_agreement_is_among_the_tables_where_there_are_several_annotators(tiny):
    several = Corpus(str(tiny.folder / "corpus/videos.tsv"), None)
    assert several.multiply_annotated() == ["face"]
    # The digits of the categorical run are no part of this corpus: a plan asks for the file alone.
    digits = tiny.folder / "resources/digits/mnist.h5"
    digits.parent.mkdir()
    digits.touch()
    jobs = tiny.planned("all_tables", "all_figures", config=("results=elsewhere",))
    assert jobs["measure_agreement"] == jobs["draw_agreement"] == 1


def test_a_video_without_a_face_goes_on_with_no_selected_frame(tiny):
    rows = table(tiny, LABELS[1])
    assert [row["frame"] for row in rows] == [str(k) for k in range(1, FRAMES + 1)]
    assert {row["selected"] for row in rows} == {"0"}
    report = json.loads((tiny.folder / "results/labels/blank.json").read_text())
    assert report["selected"] == 0
    assert report["frames_by_reason"] == {"no detection": FRAMES}


ZEROS = " 0 0" * 8
WHOLE = [f"{frame}{ZEROS}" for frame in range(1, FRAMES + 1)]
BAD_UNITS = {
    "gap": ([*WHOLE[:4], *WHOLE[5:]], "line 5: frame 6 comes where frame 5 is expected (a gap)"),
    "twice": ([*WHOLE[:4], *WHOLE[3:]], "line 5: frame 4 is repeated or out of order"),
    "zero": ([f"0{ZEROS}", *WHOLE], "line 1: frame 0 is out of range"),
    "beyond": ([*WHOLE, f"13{ZEROS}", f"14{ZEROS}", f"15{ZEROS}"], "15 rows for 12 frames"),
    "short": (WHOLE[:9], "9 rows for 12 frames"),
    "two": ([*WHOLE[:2], "3 2 0" + " 0 0" * 7], "line 3: presence of AU1 is 2, neither 0 nor 1"),
    "half": (["1 0.5 0" + " 0 0" * 7], "line 1: presence of AU1 is 0.5, neither 0 nor 1"),
    "grade": (["1 1 9" + " 0 0" * 7], "line 1: intensity of AU1 is 9, outside [0, 5]"),
    "column": (["AU1,AUX", "1,1"], "line 1: 'AUX' is not an Action Unit"),
    "tracked": (["frame,success,AU01_c", "1,2,0"], "line 2: success is 2, neither 0 nor 1"),
    "running": (["Behavior\tStatus\tTime", "AU1\tSTART\t0.1"], "line 2: 'AU1' starts and never"),
    "tier": (["<ANNOTATION_DOCUMENT>", "<TIER/>"], "line 2: TIER_ID is missing"),
    "binary": (["1 0 \x00"], "line 1: not a text file in UTF-8"),
    "nothing": ([], "the annotation file is empty"),
}
BAD_AFFECT = {
    "range": (["valence,arousal", "0,0", "0,-1.5"], "line 3: arousal -1.5 is outside [-1, 1]"),
    "names": (["valence,arousl", "0,0"], "line 1: 'arousl' is neither valence nor arousal"),
}


def spoil(workflow: Workflow) -> dict[str, tuple[str, str]]:
    """Add videos with wrong input; return for each id what its message must name."""
    corpus = workflow.folder / "corpus"
    expected, rows = {}, []
    for kinds, column in ((BAD_UNITS, "au"), (BAD_AFFECT, "va")):
        for key, (lines, message) in kinds.items():
            name = f"{key}.{column}"
            (corpus / name).write_text("".join(f"{line}\n" for line in lines))
            files = (name, "one.va") if column == "au" else ("thesis.au", name)
            rows.append(f"{key}\tface.mp4\t{key}\tmale\t{files[0]}\t{files[1]}\t\t")
            expected[key] = (name, message)
    rows.append("absent\tface.mp4\tabsent\tmale\tabsent.au\tone.va\t\t")
    expected["absent"] = ("absent.au", "no file")
    (corpus / "empty.mp4").write_bytes(b"")
    (corpus / "noise.mp4").write_bytes(b"\x00\x01 not a video \xff" * 400)
    for key in ("missing", "empty", "noise"):
        rows.append(f"{key}\t{key}.mp4\t{key}\tmale\tthesis.au\tone.va\t\t")
        expected[key] = (f"{key}.mp4", "")
    sheet = corpus / "videos.tsv"
    sheet.write_text(sheet.read_text() + "\n".join(rows) + "\n")
    # Their pictures are those of the good video, so that only the labels are left to make.
    results = workflow.folder / "results"
    for key in set(expected) - {"missing", "empty", "noise"}:
        for path in [*results.glob("video/face.*"), *results.glob("faces/face.*")]:
            shutil.copy2(path, path.with_name(path.name.replace("face", key, 1)))
    return expected


def test_each_wrong_input_is_one_line_and_the_others_go_on(tiny, tmp_path):
    """Told once, although failed jobs may be tried three times: no other attempt would help."""
    workflow = Workflow(tmp_path / "auva")
    shutil.copytree(tiny.folder, workflow.folder, symlinks=True)
    (workflow.folder / LABELS[0]).unlink()
    expected = spoil(workflow)
    targets = [f"results/labels/{key}.csv" for key in expected]
    done = workflow.run("--retries", "2", "--", *targets, LABELS[0], check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    messages = auva_lines(done.stdout)
    for key, (file, cause) in expected.items():
        told = [message for message in messages if f"/{file}" in message]
        assert len(told) == 1, (key, messages)
        assert cause in told[0]
        for folder, suffixes in (("labels", (".csv", ".json")), ("video", ())):
            for suffix in suffixes:
                assert not (workflow.folder / f"results/{folder}/{key}{suffix}").exists()
    assert len(messages) == len(expected)
    for key in ("missing", "empty", "noise"):
        assert not list((workflow.folder / "results/video").glob(f"{key}.*"))
    assert not [path for path in Path(workflow.folder / "results").rglob(".*-*") if path.is_file()]
    assert (workflow.folder / LABELS[0]).exists()
