"""Predictions of one video: the table, other tools' formats, bad input."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.annotations import read_action_units, read_valence_arousal
from auva.dataset.read import FaceSet
from auva.dataset.resize import resize
from auva.errors import InputError
from auva.models.gan.scoring import load_discriminator
from auva.prediction.formats import nearest_frames, write_predictions
from auva.prediction.model import load_model
from auva.prediction.table import predict_faces, prediction_table
from auva.records.chosen import read_chosen, write_chosen
from auva.records.predictions import decision, prediction_columns
from auva.units import THESIS_NAMES

JOINT = ("va", "au")


@pytest.fixture
def predicted(trained, video, tmp_path):
    out = tmp_path / "out" / "v.csv"
    predict_faces(trained.joint, trained.joint / "chosen.json", *video.files, out)
    return pd.read_csv(out)


DECISIONS = tuple(map(decision, THESIS_NAMES))


def test_every_frame_has_a_row_and_only_faces_have_numbers(predicted, video):
    assert tuple(predicted.columns) == tuple(prediction_columns(()))
    assert predicted["frame"].tolist() == list(range(1, 10))
    numbers = [*THESIS_NAMES, *DECISIONS, "valence", "arousal", "fake"]
    assert predicted.loc[video.face, numbers].notna().all(axis=None)
    assert predicted.loc[~video.face, numbers].isna().all(axis=None)
    assert predicted.loc[~video.face, "reason"].tolist() == ["no detection"] * 2
    assert predicted[["valence", "arousal"]].abs().max(axis=None) <= 1


def test_numbers_are_those_of_the_held_out_checkpoint_and_its_thresholds(trained, predicted, video):
    model = load_discriminator(trained.joint, 2)
    expected = model.predictor()(FaceSet.unlabelled(resize(video.image, 28)))
    faces = predicted[video.face]
    np.testing.assert_allclose(faces[list(THESIS_NAMES)], expected.au, rtol=1e-4)
    np.testing.assert_allclose(
        faces[["valence", "arousal"]], np.clip(expected.va, -1, 1), rtol=1e-4, atol=1e-5
    )
    thresholds = 0.48 + np.arange(8) / 100
    np.testing.assert_array_equal(faces[list(DECISIONS)], expected.au >= thresholds)
    assert 0 < faces[list(DECISIONS)].mean(axis=None) < 1


def test_bytes_repeat(trained, video, tmp_path):
    for name in ("a", "b"):
        predict_faces(
            trained.joint, trained.joint / "chosen.json", *video.files, tmp_path / f"{name}.csv"
        )
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_run_without_action_units_leaves_their_cells_empty(trained, video, tmp_path):
    out = tmp_path / "v.csv"
    predict_faces(trained.affect, trained.affect / "chosen.json", *video.files, out)
    table = pd.read_csv(out)
    assert table[[*THESIS_NAMES, *DECISIONS]].isna().all(axis=None)
    assert table.loc[video.face, "valence"].notna().all()
    rest = (video.timestamps, load_model(trained.affect).tasks)
    written = write_predictions(table, tmp_path, "v", "abaw", *rest)
    assert [path.name for path in written] == ["v.abaw-va.txt"]
    (path,) = write_predictions(table, tmp_path, "v", "openface", *rest)
    assert not any(name.endswith("_c") for name in pd.read_csv(path).columns)


def test_abaw_files_have_a_row_per_source_frame(predicted, video, tmp_path):
    au, va = write_predictions(predicted, tmp_path, "v", "abaw", video.timestamps, JOINT)
    units, affect = read_action_units(au, "abaw"), read_valence_arousal(va, "abaw")
    assert len(units) == len(affect) == 8
    times = predicted["time"].to_numpy()
    for row in range(8):
        near = int(np.abs(times - row / 24).argmin())
        assert bool(units.mask[row].all()) == bool(video.face[near])
        if video.face[near]:
            expected = predicted.loc[near, list(DECISIONS)].to_numpy(int)
            np.testing.assert_array_equal(units.presence[row], expected)
            assert affect.values[row, 0] == pytest.approx(predicted.loc[near, "valence"], abs=1e-5)
    first = au.read_text().splitlines()
    assert first[0] == ",".join(THESIS_NAMES)
    assert any(line == ",".join(["-1"] * 8) for line in first)
    assert any(line.startswith("-5") for line in va.read_text().splitlines())


def test_openface_columns(predicted, video, tmp_path):
    (path,) = write_predictions(predicted, tmp_path, "v", "openface", video.timestamps, JOINT)
    table = pd.read_csv(path)
    assert list(table.columns[:5]) == ["frame", "face_id", "timestamp", "confidence", "success"]
    assert list(table.columns[5:13]) == [
        f"AU{number:02d}_c" for number in (1, 2, 4, 6, 12, 15, 20, 25)
    ]
    np.testing.assert_array_equal(table["success"], video.face)
    np.testing.assert_array_equal(
        table["AU12_c"][video.face], predicted["AU12_present"][video.face]
    )
    assert (table.loc[~video.face, "AU12_c"] == 0).all()
    assert table.notna().all(axis=None)


def test_a_video_without_any_face_has_every_file_and_column(predicted, video, tmp_path):
    numbers = [*THESIS_NAMES, *DECISIONS, "valence", "arousal", "fake"]
    empty = predicted.assign(**dict.fromkeys(numbers, np.nan), status="none", reason="no detection")
    au, va = write_predictions(empty, tmp_path, "v", "abaw", video.timestamps, JOINT)
    assert set(au.read_text().splitlines()[1:]) == {",".join(["-1"] * 8)}
    assert all(line.startswith("-5") for line in va.read_text().splitlines()[1:])
    (path,) = write_predictions(empty, tmp_path, "v", "openface", video.timestamps, JOINT)
    table = pd.read_csv(path)
    assert (table[["AU12_c", "valence", "success"]] == 0).all(axis=None)


def test_an_unknown_format_is_named(predicted, video, tmp_path):
    with pytest.raises(InputError, match="did you mean 'openface'"):
        write_predictions(predicted, tmp_path, "v", "open_face", video.timestamps, JOINT)


@given(
    st.lists(st.floats(0, 10), min_size=1, max_size=30).map(sorted),
    st.lists(st.floats(-1, 11), min_size=1, max_size=30).map(sorted),
)
def test_nearest_frames(times, source):
    times, source = np.array(times), np.array(source)
    rows = nearest_frames(times, source)
    best = np.abs(times[None] - source[:, None]).min(axis=1)
    np.testing.assert_allclose(np.abs(times[rows] - source), best, atol=1e-12)


def refused(run, files, tmp_path, chosen=None):
    out = tmp_path / "none.csv"
    with pytest.raises(InputError) as error:
        predict_faces(run, chosen or run / "chosen.json", *files, out)
    assert not out.exists()
    return str(error.value)


def test_a_run_that_was_not_evaluated_is_named(trained, video, tmp_path):
    message = refused(trained.joint, video.files, tmp_path, tmp_path / "chosen.json")
    assert "evaluate the run first" in message


def test_a_damaged_checkpoint_is_named(trained, video, tmp_path):
    run = shutil.copytree(trained.joint, tmp_path / "run")
    path = run / "checkpoints" / "iteration-00000002.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    assert "damaged checkpoint" in refused(run, video.files, tmp_path)
    write_chosen(run / "chosen.json", replace(read_chosen(run / "chosen.json"), iteration=3))
    assert "no checkpoint of iteration 3" in refused(run, video.files, tmp_path)


def test_crops_with_another_margin_are_refused(trained, video, tmp_path, caplog):
    model = load_model(trained.joint)
    prediction_table(replace(model, margin=0.0), *video.files)
    assert "margin" not in caplog.text
    with pytest.raises(InputError, match=r"crops.h5: faces with crops.margin 0, but the run vaau"):
        prediction_table(replace(model, margin=0.1), *video.files)
    prediction_table(model, *video.files)
    assert "run vaau_mse/lr1e-4_update5_alpha0.9: crops.margin is not stored" in caplog.text


def test_files_that_do_not_fit_together_are_named(trained, video, tmp_path, damage):
    crops, track, manifest = video.files
    short = tmp_path / "short.csv"
    damage(short, "".join(track.read_text().splitlines(keepends=True)[:-2]) + "\n")
    assert "8 frames, but the manifest has 9" in refused(
        trained.joint, (crops, short, manifest), tmp_path
    )
    damage(short, "frame,status\n1,face\n\n")
    assert "is not a face track" in refused(trained.joint, (crops, short, manifest), tmp_path)
    damage(short, "no HDF5")
    assert "is not an HDF5 file" in refused(trained.joint, (short, track, manifest), tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("", "is not the choice of an evaluation: the file is not JSON"),
        ("[1]", "not the choice of an evaluation"),
        ({"schema": 9}, "not the choice of an evaluation of layout 1"),
        ({"iteration": 2.5}, "iteration is not a whole number"),
        ({"thresholds": {"AU1": "high"}}, "thresholds.AU1 is not a number"),
        ({"thresholds": {"AU1": 1.5}}, "thresholds.AU1: 1.5 does not lie between 0 and 1"),
        ({"thresholds": {"AU99": 0.5}}, "thresholds: unknown Action Unit 'AU99'"),
        ({"thresholds": [0.5]}, "thresholds is not a mapping"),
        ({"scoring": None}, "scoring is not a mapping"),
        ({"scoring": {}}, "scoring has nothing, but the model gan needs statistics"),
        ({"scoring": {"statistics": "batches"}}, "scoring.statistics: 'batches' is not one of"),
        ({"counts": {"faces": 1}}, "counts.checkpoints is missing"),
    ],
)
def test_a_choice_that_is_none_is_named(trained, tmp_path, change, message):
    path = tmp_path / "chosen.json"
    stored = json.loads((trained.joint / "chosen.json").read_text())
    path.write_text(change if isinstance(change, str) else json.dumps(stored | change))
    with pytest.raises(InputError) as error:
        load_model(trained.joint, path)
    assert message in str(error.value)


def test_predictions_use_the_statistics_that_the_thresholds_were_tuned_with(
    trained, video, tmp_path
):
    chosen = read_chosen(trained.joint / "chosen.json")
    write_chosen(tmp_path / "chosen.json", replace(chosen, scoring={"statistics": "running"}))
    model = load_model(trained.joint, tmp_path / "chosen.json")
    faces = FaceSet.unlabelled(video.image)
    expected = load_discriminator(trained.joint, 2, "running").predictor()
    small = FaceSet.unlabelled(resize(video.image, 28))
    found = model(faces).au
    np.testing.assert_allclose(found, expected(small).au, rtol=1e-4)
    assert not np.allclose(load_model(trained.joint)(faces).au, found, rtol=1e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {
                "kind": "categorical",
                "va_loss": None,
                "dataset": "mnist",
                "axes": {},
                "name": "mnist_lr1e-4_update5_alpha0.9",
            },
            "of kind categorical on mnist makes no predictions",
        ),
        (
            {
                "kind": "vanilla",
                "va_loss": None,
                "axes": {"learning_rate": 0.001},
                "name": "lr1e-3",
            },
            "of kind vanilla on faces makes no predictions for faces",
        ),
        ({"kind": None}, "not the settings of a run"),
    ],
)
def test_a_run_that_says_nothing_about_faces_is_refused(trained, tmp_path, change, message):
    run = shutil.copytree(trained.joint, tmp_path / "run")
    settings = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps(settings | change))
    with pytest.raises(InputError, match=message):
        load_model(run)
    del settings["kind"]
    (run / "config.json").write_text(json.dumps(settings))
    with pytest.raises(InputError, match="not the settings of a run"):
        load_model(run)
