"""Files of other tools, scored on the same people as our runs."""

import numpy as np
import pandas as pd
import pytest

from auva import cli
from auva.dataset.read import FaceSet, load
from auva.dataset.write import write_faces
from auva.errors import InputError
from auva.evaluation.peers import evaluate_peer
from auva.evaluation.protocol import scored
from auva.evaluation.settings import Settings
from auva.models.predictions import Predictions
from auva.records.bootstrap import read_bootstrap
from auva.records.predictions import decision, write_predictions
from auva.records.scores import read_peer
from auva.units import SETS, THESIS_NAMES, THESIS_UNITS

FRAMES = 40
CFG = {"bootstrap": 30}


def truth(video):
    """Action Units of all converted frames of a video; those of odd source frames differ."""
    rng = np.random.default_rng(sum(map(ord, video)))
    return (rng.random((FRAMES, 8)) < 0.4).astype("u1")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Six people with a video each, every second frame packed, originals of 60 pictures a second.

    Converted frame n (from 1) shows source frame 2 (n - 1) (from 0).
    """
    folder = tmp_path_factory.mktemp("peers")
    (folder / "video").mkdir()
    (folder / "dataset").mkdir()
    sets = {}
    for number, name in enumerate(SETS):
        parts = []
        for video in (f"v{2 * number}", f"v{2 * number + 1}"):
            frame = np.arange(1, FRAMES + 1, 2, dtype="i4")
            au = truth(video)[frame - 1]
            n = len(frame)
            va = np.c_[au[:, 0] - 0.5, au[:, 1] - 0.5].astype("f4")
            names = np.full(n, video)
            known = np.ones((n, 8), bool), np.ones((n, 2), bool)
            image = np.zeros((n, 8, 8, 3), "u1")
            parts.append(FaceSet(image, au, known[0], va, known[1], names, names, frame))
            at = np.arange(FRAMES)
            manifest = [f"{k + 1},{k / 30:.6f},{2 * k},{2 * k / 60:.6f}" for k in at]
            header = "frame,time,source_frame,source_time"
            (folder / "video" / f"{video}.frames.csv").write_text(
                "\n".join([header, *manifest, "", ""])
            )
            stamps = [f"{k},{k / 60:.6f},{k / 60:.6f}" for k in range(2 * FRAMES)]
            header = "source_frame,source_time,player_time"
            (folder / "video" / f"{video}.source.csv").write_text(
                "\n".join([header, *stamps, "", ""])
            )
        sets[name] = FaceSet.concatenate(parts)
    write_faces(folder / "dataset" / "faces_8.h5", sets)
    return folder


def scores(video, frames):
    """What a tool believes, per source frame: right on average, wrong on the frames between."""
    rng = np.random.default_rng(1 + sum(map(ord, video)))
    right = truth(video)[np.arange(frames) * FRAMES // frames]
    noisy = np.clip(0.5 * right + 0.7 * rng.random((frames, 8)), 0, 1)
    if frames == 2 * FRAMES:
        noisy[1::2] = 0.99  # no converted frame shows these
    return noisy


def write(folder, format, frames_of="original", left=()):
    """Write the files of a tool; the first frames of `left` videos have no row or no face."""
    folder.mkdir(exist_ok=True)
    frames = 2 * FRAMES if frames_of == "original" else FRAMES
    for video in (f"v{k}" for k in range(6)):
        p = scores(video, frames)
        lost = 8 if video in left else 0
        if format == "openface":
            head = [f"AU{unit:02d}_{kind}" for kind in "rc" for unit in THESIS_UNITS]
            table = pd.DataFrame(np.c_[5 * p, p >= 0.6], columns=head)
            table.insert(0, "success", (np.arange(frames) >= lost).astype(int))
            table.insert(0, "confidence", 0.9)
            table.insert(0, "frame", np.arange(1, frames + 1))
            table[head[8:]] = table[head[8:]].astype(int)
        elif format == "pyfeat":
            table = pd.DataFrame(p, columns=[f"AU{unit:02d}" for unit in THESIS_UNITS])
            table.insert(0, "FaceScore", 0.9)
            table.insert(0, "frame", np.arange(frames))
            table = table.iloc[lost:]
        elif format == "libreface":
            head = [f"au_{unit}_intensity" for unit in THESIS_UNITS]
            table = pd.DataFrame(5 * p, columns=head)
            for place, unit in enumerate(THESIS_UNITS[:6]):
                table[f"au_{unit}"] = (p[:, place] >= 0.6).astype(int)
            table.insert(0, "frame_idx", np.arange(frames))
            table = table.iloc[lost:]
        else:
            codes = (p >= 0.6).astype(int)
            codes[:lost] = -1
            table = pd.DataFrame(codes, columns=list(THESIS_NAMES)).drop(columns="AU20")
            affect = pd.DataFrame(np.clip(p[:, :2] - 0.5, -1, 1), columns=["valence", "arousal"])
            affect.to_csv(folder / f"{video}.va.txt", index=False)
        table.to_csv(folder / f"{video}.csv", index=False)
    return folder


def evaluated(corpus, folder, format, out, **options):
    files = out / "scores.csv", (out / "given.csv", out / "tuned.csv")
    evaluate_peer(
        folder,
        format,
        corpus / "dataset" / "faces_8.h5",
        corpus / "video",
        *files,
        **{"cfg": CFG, **options},
    )
    return read_peer(files[0]).set_index(["thresholds", "metric", "target"])


def expected(corpus, decision):
    """The scores of decisions of the test faces, by our own protocol."""
    labels = load(corpus / "dataset" / "faces_8.h5", "test")
    found = np.concatenate(
        [decision(video)[labels.frame[labels.video == video] - 1] for video in ("v4", "v5")]
    )
    run = Predictions(au=found.astype(float))
    table, samples = scored(0, run, labels, np.full(8, 0.5), Settings(bootstrap=30))
    return table.set_index(["metric", "target"]), samples


@pytest.mark.parametrize("format", ["openface", "pyfeat", "libreface"])
@pytest.mark.parametrize("frames_of", ["original", "converted"])
def test_the_frames_that_the_tool_saw_are_scored(corpus, tmp_path, format, frames_of):
    folder = write(tmp_path / "tool", format, frames_of)
    found = evaluated(corpus, folder, format, tmp_path, frames_of=frames_of)
    cut = {"openface": 0.6, "pyfeat": 0.5, "libreface": 0.6}[format]
    frames = 2 * FRAMES if frames_of == "original" else FRAMES

    def decision(video):
        shown = scores(video, frames)[:: frames // FRAMES]
        if format != "libreface":
            return shown >= cut
        return np.c_[shown[:, :6] >= 0.6, 5 * shown[:, 6:] >= 1]

    wanted, samples = expected(corpus, decision)
    for key in [("f1", au) for au in THESIS_NAMES] + [("f1_mean", "all"), ("floor", "AU1")]:
        columns = ["value", "low", "high"]
        np.testing.assert_allclose(
            found.loc[("as_given", *key), columns].astype(float),
            wanted.loc[key, columns].astype(float),
            atol=1e-6,
        )
    ranks, _ = expected(corpus, lambda video: scores(video, frames)[:: frames // FRAMES])
    for name in ("as_given", "tuned"):
        auc = found.loc[(name, "auc_mean", "all"), "value"]
        assert auc == pytest.approx(ranks.loc[("auc_mean", "all"), "value"], abs=1e-6)
        assert found.loc[(name, "faces_without_prediction", "all"), "value"] == 0
    given = read_bootstrap(tmp_path / "given.csv")
    assert given.faces == samples.faces
    np.testing.assert_allclose(given.scores["f1_mean"], samples.scores["f1_mean"], atol=1e-6)


def test_thresholds_are_tuned_on_the_validation_people_alone(corpus, tmp_path):
    found = evaluated(corpus, write(tmp_path / "tool", "pyfeat"), "pyfeat", tmp_path)
    folder = write(tmp_path / "other", "pyfeat")
    for video in ("v0", "v1", "v4", "v5"):  # train and test people: another order of the scores
        path = folder / f"{video}.csv"
        table = pd.read_csv(path)
        columns = [name for name in table if name.startswith("AU")]
        table[columns] = table[columns] ** 3
        table.to_csv(path, index=False)
    other = evaluated(corpus, folder, "pyfeat", tmp_path)
    assert found.loc[("tuned", "auc_mean", "all"), "value"] == pytest.approx(
        other.loc[("tuned", "auc_mean", "all"), "value"]
    )
    assert (
        found.loc[("tuned", "f1_mean", "all"), "value"]
        > other.loc[("tuned", "f1_mean", "all"), "value"]
    )


@pytest.mark.parametrize("format", ["openface", "pyfeat", "libreface", "abaw"])
def test_faces_without_a_prediction_are_counted_and_named(corpus, tmp_path, format):
    folder = write(tmp_path / "tool", format, left=("v4",))
    found = evaluated(corpus, folder, format, tmp_path)
    lost = found.loc[("tuned", "faces_without_prediction", "all")]
    assert lost["value"] == 2  # source frames 0 to 7 are converted frames 1 to 4: 1 and 3 packed
    assert "2 of 40 faces" in lost["note"]
    assert lost["note"].endswith("frames of v4 1, 3")
    whole = evaluated(corpus, write(tmp_path / "whole", format), format, tmp_path)
    floors = ("as_given", "floor_mean", "all")
    assert found.loc[floors, "value"] == whole.loc[floors, "value"]


def test_a_video_without_a_file_is_named(corpus, tmp_path):
    folder = write(tmp_path / "tool", "openface")
    (folder / "v5.csv").unlink()
    found = evaluated(corpus, folder, "openface", tmp_path)
    lost = found.loc[("as_given", "faces_without_prediction", "all")]
    assert lost["value"] == 20
    assert "v5 1, 3, 5" in lost["note"]


def test_without_predictions_for_the_validation_people_no_threshold_is_tuned(corpus, tmp_path):
    folder = write(tmp_path / "tool", "openface")
    for video in ("v2", "v3"):
        (folder / f"{video}.csv").unlink()
    found = evaluated(corpus, folder, "openface", tmp_path)
    for au in THESIS_NAMES:
        tuned, given = (found.loc[(name, "f1", au)] for name in ("tuned", "as_given"))
        assert tuned["value"] == given["value"]
        assert tuned["note"].startswith("as the tool decides: no prediction for a labelled")
    write(folder, "openface", left=("v2",))
    found = evaluated(corpus, folder, "openface", tmp_path)
    told = found.loc[("tuned", "faces_without_prediction", "all"), "note"]
    assert told == "2 of 40 faces that tune the thresholds have no prediction"
    assert found.loc[("as_given", "faces_without_prediction", "all"), "note"] == ""


@pytest.mark.parametrize(("format", "column"), [("pyfeat", "frame"), ("libreface", "frame_idx")])
def test_frames_that_count_from_1_are_refused(corpus, tmp_path, format, column):
    folder = write(tmp_path / "tool", format)
    path = folder / "v4.csv"
    table = pd.read_csv(path)
    table[column] += 1
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match=r"line 81: frame 80 of 80 frames: .* from 0, not from 1"):
        evaluated(corpus, folder, format, tmp_path)


def test_what_else_a_tool_writes_is_not_read(corpus, tmp_path):
    folder = write(tmp_path / "tool", "openface")
    for name in ("v4.hog", "v4.avi", "v4_of_details.txt"):
        (folder / name).write_bytes(b"\0")
    (folder / "v4_aligned").mkdir()
    found = evaluated(corpus, folder, "openface", tmp_path)
    assert found.loc[("as_given", "faces_without_prediction", "all"), "note"] == ""


@pytest.mark.parametrize("rows", [FRAMES - 2, FRAMES + 1])
def test_our_own_table_must_have_every_frame_of_its_video(corpus, tmp_path, rows):
    folder = tmp_path / "tool"
    folder.mkdir()
    table = pd.DataFrame({"frame": np.arange(1, rows + 1), "time": np.arange(rows) / 30})
    for name in (*THESIS_NAMES, *map(decision, THESIS_NAMES), "valence", "arousal"):
        table[name] = 0
    table = table.assign(fake=np.nan, status="face", reason="one face")
    write_predictions(folder / "v4.csv", table)
    with pytest.raises(InputError, match=f"v4.csv: has {rows} frames, but .*v4.frames.csv has 40"):
        evaluated(corpus, folder, "auva", tmp_path)
    if rows < FRAMES:
        call = folder, "auva", corpus / "dataset" / "faces_8.h5", None, tmp_path / "scores.csv"
        with pytest.raises(InputError, match=r"v4.csv: 38 frames, but .* face of frame 39"):
            evaluate_peer(*call, cfg=CFG)


def test_files_of_other_videos_are_named(corpus, tmp_path):
    folder = write(tmp_path / "tool", "pyfeat")
    (folder / "v44.csv").write_text("not read")
    found = evaluated(corpus, folder, "pyfeat", tmp_path)
    lost = found.loc[("as_given", "faces_without_prediction", "all")]
    assert (lost["value"], lost["note"]) == (0, "files of no packed video: v44.csv")


def test_units_that_the_tool_lacks_are_undefined_and_have_their_floor(corpus, tmp_path):
    found = evaluated(corpus, write(tmp_path / "tool", "abaw"), "abaw", tmp_path)
    for name in ("as_given", "tuned"):
        assert np.isnan(found.loc[(name, "f1", "AU20"), "value"])
        assert found.loc[(name, "f1", "AU20"), "note"] == "the tool does not predict it"
        assert "without AU20" in found.loc[(name, "f1_mean", "all"), "note"]
        assert found.loc[(name, "floor", "AU20"), "value"] > 0
        assert found.loc[(name, "floor_mean", "all"), "note"] == ""
        assert -1 <= found.loc[(name, "ccc", "valence"), "value"] <= 1


BAD = {
    "nothing": (lambda folder: None, "has no file of a scored video, such as v4.csv"),
    "shorter": (
        lambda folder: (folder / "v4.csv").write_text("frame,success,AU01_c\n1,1,0\n"),
        r"v4.csv: 1 rows for 80 frames of the original video",
    ),
    "second": (
        lambda folder: [(folder / f"v4.{end}.csv").write_text("x\n") for end in ("a", "b")],
        "v4.a.csv: a second file of the same video: v4.b.csv",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_scored_is_one_line(corpus, tmp_path, case):
    make, message = BAD[case]
    folder = tmp_path / "tool"
    folder.mkdir()
    make(folder)
    with pytest.raises(InputError, match=message):
        evaluated(corpus, folder, "openface", tmp_path)
    assert not (tmp_path / "scores.csv").exists()


def test_the_command_scores_both_rows(corpus, tmp_path, capsys):
    folder = write(tmp_path / "tool", "libreface")
    faces, out = corpus / "dataset" / "faces_8.h5", tmp_path / "out.csv"
    call = ["evaluate", "--predictions", str(folder), "--faces", str(faces), "--out", str(out)]
    assert cli.main([*call, "--format", "libreface", "--bootstrap", "10"]) == 0
    told = capsys.readouterr().out
    assert "thresholds as given\n" in told
    assert "thresholds tuned\n" in told
    assert "faces_without_prediction all: 0" in told
    assert set(read_peer(out)["thresholds"]) == {"as_given", "tuned"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give a RUN or --predictions, one of the two"),
        (["run", "--predictions", "x"], "give a RUN or --predictions, one of the two"),
        (["run", "--frames-of", "original"], "--frames-of belongs to --predictions"),
        (["--predictions", "x"], "--predictions needs --format"),
        (["--predictions", "x", "--format", "openfase"], "did you mean 'openface'"),
        (["--predictions", "x", "--format", "abaw", "--set", "validation"], "tune the thresholds"),
        (["--predictions", "x", "--format", "abaw"], "x: no such folder of predictions"),
    ],
)
def test_a_wrong_call_is_one_line(corpus, tmp_path, capsys, arguments, message):
    faces = ["--faces", str(corpus / "dataset" / "faces_8.h5"), "--out", str(tmp_path / "o.csv")]
    assert cli.main(["evaluate", *arguments, *faces]) == 1
    told = capsys.readouterr().err
    assert message in told
    assert len(told.splitlines()) == 1
