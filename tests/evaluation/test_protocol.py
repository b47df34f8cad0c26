"""Scores of checkpoints and the held-out protocol, on discriminators made of arrays."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import sklearn.metrics as reference
from pandas.testing import assert_frame_equal

from auva.dataset.read import FaceSet
from auva.errors import InputError
from auva.evaluation.bootstrap import bootstrap, faces_digest, intervals, sample
from auva.evaluation.catalogue import METRICS, NO_POSITIVE, metric_named
from auva.evaluation.checkpoints import STRETCH, evaluate_checkpoints, subset
from auva.evaluation.protocol import UNRATED, UNTUNED, held_out, rate
from auva.evaluation.scores import score
from auva.evaluation.settings import Settings
from auva.metrics import regression
from auva.models.gan.nodes import outputs_of
from auva.models.gan.scoring import named
from auva.models.predictions import Predictions
from auva.units import THESIS_NAMES
from auva.workflow.documentation import EVALUATION, with_metrics

N = 240


def faces(seed: int, n: int = N, people: int = 6) -> FaceSet:
    """Faces of `people` persons, two videos each; the image's first pixel is the row."""
    generator = np.random.default_rng(seed)
    identity = np.sort(generator.integers(0, people, n)) if people else np.zeros(0, int)
    video = identity * 2 + generator.integers(0, 2, n)
    image = np.zeros((n, 2, 2, 3), np.uint8)
    image[:, 0, 0, 0], image[:, 0, 0, 1] = np.arange(n) % 256, np.arange(n) // 256
    rates = np.linspace(0.1, 0.6, 8)
    return FaceSet(
        image=image,
        au=(generator.random((n, 8)) < rates).astype(np.uint8),
        au_mask=generator.random((n, 8)) < 0.9,
        va=generator.uniform(-1, 1, (n, 2)).astype(np.float32),
        va_mask=generator.random((n, 2)) < 0.9,
        video=np.char.add("v", video.astype(str)),
        identity=np.char.add("p", identity.astype(str)),
        frame=np.arange(1, n + 1, dtype=np.int32),
    )


def oracle(labels: FaceSet, noise: float, seed: int, kind: str = "vaau"):
    """A discriminator that knows the labels up to noise; its nodes are in the order of the run."""
    outputs = outputs_of(kind)
    generator = np.random.default_rng(seed)
    nodes = np.zeros((len(labels.identity), outputs.size))
    nodes[:, outputs.real_fake] = -2 + generator.normal(0, 2, len(nodes))
    au = 2.0 * labels.au - 1 + generator.normal(0, noise, labels.au.shape)
    va = labels.va + generator.normal(0, noise / 3, labels.va.shape)
    if outputs.au.stop:
        nodes[:, outputs.au] = au
    if outputs.va.stop:
        nodes[:, outputs.va] = va
    return nodes


def value(table, metric, target, **more):
    rows = table[(table["metric"] == metric) & (table["target"] == target)]
    for column, wanted in more.items():
        rows = rows[rows[column] == wanted]
    assert len(rows) == 1, (metric, target, more)
    return rows["value"].iloc[0]


def test_scores_equal_scikit_learn_on_every_named_node():
    labels = faces(1)
    nodes = oracle(labels, 1.0, 2)
    found = {row[:2]: row for row in score(named(nodes, outputs_of("vaau")), labels)}
    for i, au in enumerate(THESIS_NAMES):
        keep = labels.au_mask[:, i]
        truth, decided = labels.au[keep, i], nodes[keep, 2 + i] >= 0
        assert found["f1", au].value == pytest.approx(reference.f1_score(truth, decided))
        area = reference.roc_auc_score(truth, nodes[keep, 2 + i])
        assert found["auc", au].value == pytest.approx(area)
    f1_mean = np.mean([found["f1", au].value for au in THESIS_NAMES])
    accuracy_mean = np.mean([found["accuracy", au].value for au in THESIS_NAMES])
    assert found["f1_mean", "all"].value == pytest.approx(f1_mean)
    assert found["f1_accuracy_mean", "all"].value == pytest.approx((f1_mean + accuracy_mean) / 2)
    keep = labels.va_mask[:, 1]
    error = reference.mean_squared_error(labels.va[keep, 1], nodes[keep, 1])
    assert found["mse", "arousal"].value == pytest.approx(error)
    assert found["real_as_real", "all"].value == pytest.approx(np.mean(nodes[:, 10] < 0))


@pytest.mark.parametrize("shift", [-2, -1, 1, 2])
def test_slices_that_slip_are_seen(shift):
    """The joint model scored with nodes moved by two: the published collapse, and VA with it."""
    labels = faces(1, n=2000)
    nodes = oracle(labels, 0.3, 2)
    sound = {row[:2]: row.value for row in score(named(nodes, outputs_of("vaau")), labels)}
    moved = named(np.roll(nodes, shift, axis=1), outputs_of("vaau"))
    slipped = {row[:2]: row.value for row in score(moved, labels)}
    assert sound["f1_mean", "all"] > 0.95
    assert slipped["f1_mean", "all"] < 0.6
    assert slipped["ccc", "arousal"] < 0.5 < 0.9 < sound["ccc", "arousal"]


def test_a_discriminator_with_other_nodes_is_refused():
    with pytest.raises(ValueError, match="11 names"):
        named(np.zeros((4, 9)), outputs_of("vaau"))
    with pytest.raises(ValueError, match="for 240 faces"):
        score(named(np.zeros((4, 11)), outputs_of("vaau")), faces(1))


def test_the_vanilla_node_means_real_and_categories_share_one_softmax():
    assert named(np.array([[9.0]]), outputs_of("vanilla")).fake[0] < 0.01
    assert named(np.full((1, 9), 9.0), outputs_of("au")).fake[0] > 0.99
    categories = named(np.arange(11.0)[None], outputs_of("categorical"))
    assert categories.classes is not None
    assert categories.classes.sum() + categories.fake[0] == pytest.approx(1)
    assert categories.classes.argmax() == 9


def run(kind="vaau", noises=(3.0, 0.5, 2.0), **settings):
    sets = {"validation": faces(10), "test": faces(20)}
    checkpoints = []
    for number, noise in enumerate(noises):
        nodes = {name: oracle(sets[name], noise, number, kind) for name in sets}
        by_set = {name: named(nodes[name], outputs_of(kind)) for name in sets}

        def predict(faces, by_set=by_set):
            for name, part in sets.items():
                if np.array_equal(faces.au, part.au):
                    return by_set[name]
            raise AssertionError("only whole sets are read here")

        checkpoints.append((number * 1000, predict))
    return sets, evaluate_checkpoints(checkpoints, sets, Settings(bootstrap=50, **settings))


@pytest.mark.parametrize("kind", ["au", "va", "vaau"])
def test_the_checkpoint_best_on_validation_is_held_out(kind):
    _, (scores, chosen, table, _) = run(kind)
    assert chosen.iteration == 1000
    assert list(scores.columns) == ["iteration", "set", "metric", "target", "value", "note"]
    assert set(scores["iteration"]) == {0, 1000, 2000}
    assert set(scores["set"]) == {"validation", "test"}
    assert set(table["iteration"]) == {1000}
    if kind == "va":
        assert value(table, "ccc", "valence") == pytest.approx(
            value(scores, "ccc", "valence", iteration=1000, set="test")
        )
        assert "f1" not in set(table["metric"])
    else:
        assert value(table, "auc", "AU12") == pytest.approx(
            value(scores, "auc", "AU12", iteration=1000, set="test")
        )


def test_the_test_set_has_no_say_in_the_choice():
    """Another test set changes neither the chosen checkpoint nor the thresholds."""
    _, (_, before, *_) = run()
    sets = {"validation": faces(10), "test": faces(99)}
    validation = named(oracle(sets["validation"], 0.5, 1), outputs_of("vaau"))
    choice = rate(validation, sets["validation"], Settings())
    assert choice is not None
    np.testing.assert_array_equal(before.threshold_array(THESIS_NAMES), choice.thresholds)
    other = named(np.zeros((N, 11)), outputs_of("vaau"))
    after, _ = held_out(1000, choice, other, sets["test"], Settings(bootstrap=10))
    np.testing.assert_array_equal(after.threshold_array(THESIS_NAMES), choice.thresholds)


def test_held_out_uses_the_tuned_thresholds_and_prints_the_floor():
    sets, (_, chosen, table, _) = run("au")
    nodes = oracle(sets["test"], 0.5, 1, "au")
    for i, au in enumerate(THESIS_NAMES):
        keep = sets["test"].au_mask[:, i]
        truth = sets["test"].au[keep, i]
        probability = 1 / (1 + np.exp(-nodes[keep, i]))
        decided = probability >= chosen.thresholds[au]
        assert value(table, "f1", au) == pytest.approx(reference.f1_score(truth, decided))
        assert value(table, "base_rate", au) == pytest.approx(truth.mean())
        floor = reference.f1_score(truth, np.ones_like(truth))
        assert value(table, "floor", au) == pytest.approx(floor)
    assert (chosen.counts.people, chosen.counts.faces) == (6, N)


def test_a_shared_threshold_is_one_for_all_action_units():
    labels = faces(3)
    labels.au[:, 2] = 0
    predictions = named(oracle(labels, 1.0, 2, "au"), outputs_of("au"))
    each, shared = (
        rate(predictions, labels, Settings(thresholds=which)) for which in ("each", "shared")
    )
    assert each is not None
    assert shared is not None
    tuned = np.delete(shared.thresholds, 2)
    assert np.isnan(shared.thresholds[2])
    assert len(set(tuned)) == 1
    assert len(set(np.delete(each.thresholds, 2))) == 7
    assert shared.criterion < each.criterion


@pytest.mark.parametrize("which", ["each", "shared"])
def test_a_face_without_a_prediction_is_absent_although_all_others_are_present(which):
    labels = faces(3)
    scores = np.full(labels.au.shape, 0.3)
    scores[::7] = np.nan
    choice = rate(Predictions(au=scores), labels, Settings(thresholds=which))
    assert choice is not None
    np.testing.assert_array_equal(choice.thresholds, 0.3)
    _, (table, _) = held_out(5, choice, Predictions(au=scores), labels, Settings(bootstrap=10))
    found = table.set_index(["metric", "target"])["value"]
    decided = np.repeat(~np.isnan(scores[:, :1]), 8, axis=1)
    for unit, au in enumerate(THESIS_NAMES):
        keep = labels.au_mask[:, unit]
        wanted = reference.f1_score(labels.au[keep, unit], decided[keep, unit])
        assert found["f1", au] == pytest.approx(wanted)


def test_an_au_without_positives_is_undefined_and_says_so():
    labels = faces(3)
    labels.au[:, 2] = 0
    predictions = named(oracle(labels, 1.0, 2, "au"), outputs_of("au"))
    found = {row[:2]: row for row in score(predictions, labels)}
    assert np.isnan(found["f1", "AU4"].value)
    assert found["f1", "AU4"].note == NO_POSITIVE
    defined = [found["f1", au].value for au in THESIS_NAMES if au != "AU4"]
    assert found["f1_mean", "all"].value == pytest.approx(np.mean(defined))
    left_out = "mean over 7 of 8 AUs (without AU4)"
    assert found["f1_mean", "all"].note == found["f1_accuracy_mean", "all"].note == left_out
    assert found["accuracy_mean", "all"].note == ""
    choice = rate(predictions, labels, Settings())
    assert choice is not None
    assert np.isnan(choice.thresholds[2])
    chosen, (table, _) = held_out(5, choice, predictions, faces(4), Settings(bootstrap=10))
    assert chosen.thresholds["AU4"] == 0.5
    assert chosen.remarks == {"AU4": UNTUNED}
    missing = table["value"].isna()
    assert (table.loc[missing, "note"] != "").all()


def test_without_validation_people_nothing_is_chosen():
    sets = {"validation": faces(1, n=0, people=0), "test": faces(2)}
    predictions = named(oracle(sets["test"], 1.0, 2), outputs_of("vaau"))
    scores, chosen, table, _ = evaluate_checkpoints(
        [(0, lambda faces: predictions), (7, lambda faces: predictions)],
        sets,
        Settings(bootstrap=10),
    )
    assert set(scores["set"]) == {"test"}
    assert set(table["iteration"]) == {7}
    assert set(chosen.thresholds.values()) == {0.5}
    assert "no labelled validation faces" in chosen.note


def test_validation_faces_without_labels_choose_nothing():
    sets = {"validation": faces(1), "test": faces(2)}
    sets["validation"].au_mask[:] = False
    sets["validation"].va_mask[:] = False
    predictions = named(oracle(sets["test"], 1.0, 2), outputs_of("vaau"))
    checkpoints = [(number, lambda faces: predictions) for number in (0, 4, 8)]
    _, chosen, table, _ = evaluate_checkpoints(checkpoints, sets, Settings(bootstrap=10))
    assert set(table["iteration"]) == {chosen.iteration} == {8}


@pytest.mark.parametrize(("kind", "selection"), [("au", "ccc"), ("au", "mse"), ("va", "f1_best")])
def test_a_run_without_the_named_score_is_chosen_as_by_auto(kind, selection):
    _, (_, by_auto, auto, _) = run(kind)
    _, (_, chosen, table, _) = run(kind, selection=selection)
    assert_frame_equal(table, auto)
    note = f"no {selection} on the validation set: chosen as by auto"
    assert chosen == replace(by_auto, note=note)


def test_validation_faces_without_a_positive_label_are_not_called_unlabelled():
    sets = {"validation": faces(1), "test": faces(2)}
    sets["validation"].au[:] = 0
    predictions = named(oracle(sets["test"], 1.0, 2, "au"), outputs_of("au"))
    checkpoints = [(number, lambda faces: predictions) for number in (0, 4, 8)]
    _, chosen, *_ = evaluate_checkpoints(checkpoints, sets, Settings(bootstrap=10))
    assert (chosen.iteration, chosen.note, chosen.criterion) == (8, UNRATED, None)
    assert set(chosen.remarks.values()) == {UNTUNED}


def test_affect_floor_is_the_mean_of_each_video():
    _, (_, _, table, _) = run("va")
    labels = faces(20)
    for i, target in enumerate(("valence", "arousal")):
        keep = labels.va_mask[:, i]
        truth, video = labels.va[keep, i].astype(float), labels.video[keep]
        within = sum(
            ((truth[video == v] - truth[video == v].mean()) ** 2).sum() for v in set(video)
        )
        assert value(table, "mse_video_mean", target) == pytest.approx(within / keep.sum())
        per_video = [
            float(regression.ccc(truth[video == v], truth[video == v] * 0.5))
            for v in sorted(set(video))
        ]
        halved = regression.per_group_ccc(
            labels.va[:, i], labels.va[:, i] * 0.5, keep, labels.video
        )
        assert halved == pytest.approx(np.mean(per_video), abs=1e-6)


def test_intervals_equal_those_of_resampled_faces():
    """The additive shortcut gives what scoring each resampled set of faces would give."""
    labels = faces(5, people=5)
    predictions = named(oracle(labels, 1.5, 6), outputs_of("vaau"))
    assert predictions.au is not None
    thresholds = np.full(8, 0.4)
    draw = bootstrap(labels, samples=60, level=0.8, seed=3)
    found = intervals(sample(predictions, labels, thresholds, 0.5, draw), draw)
    slow: dict[tuple[str, str], list[float]] = {}
    names = np.unique(labels.identity)
    for weights in draw.weights:
        rows = np.concatenate(
            [
                np.tile(np.flatnonzero(labels.identity == name), int(times))
                for name, times in zip(names, weights, strict=True)
            ]
        )
        part = subset_rows(labels, rows)
        chosen = predictions.take(rows)
        shifted = replace(chosen, au=chosen.au + 0.1)  # threshold 0.4 is 0.5 after this
        for row in score(shifted, part):
            slow.setdefault(row[:2], []).append(row.value)
    for key, (low, high) in found.items():
        if key[0] == "real_as_real":
            continue
        expected = np.nanquantile(slow[key], [0.1, 0.9])
        np.testing.assert_allclose([low, high], expected, atol=1e-7, err_msg=str(key))


def subset_rows(labels, rows):
    return labels.take(rows)


def test_one_person_has_no_interval():
    labels = faces(5, people=1)
    predictions = named(oracle(labels, 1.5, 6), outputs_of("vaau"))
    _, (table, _) = held_out(0, None, predictions, labels, Settings(bootstrap=10))
    assert table["low"].isna().all()


def test_a_subset_is_fixed_and_the_held_out_test_set_is_whole():
    video = faces(1).video
    rows = subset(video, 50, seed=4)
    assert len(rows) == 50
    np.testing.assert_array_equal(rows, subset(video, 50, seed=4))
    np.testing.assert_array_equal(subset(video, N, seed=4), np.arange(N))
    sets = {"validation": faces(10), "test": faces(20)}
    seen = []
    predictions = named(oracle(sets["test"], 1.0, 2), outputs_of("vaau"))

    def predict(part):
        seen.append(len(part))
        return predictions.take(np.arange(len(part)))

    _, chosen, *_ = evaluate_checkpoints([(0, predict)], sets, Settings(subsample=30, bootstrap=10))
    assert seen == [30, 30, N]
    assert chosen.counts.faces == N
    assert (chosen.counts.validation_faces, chosen.counts.test_faces) == (30, 30)


def test_a_set_that_is_read_in_blocks_has_the_scores_of_one_in_memory(monkeypatch):
    """Blocks of two batches; a model that errs by the place of a face in its batch shows it."""
    sets = {name: faces(seed) for name, seed in (("validation", 10), ("test", 20))}
    wrong = np.random.default_rng(0).random((4, len(sets["test"].au_names)))
    seen = []

    def predict(part):
        seen.append(len(part))
        return Predictions(au=np.resize(wrong, (len(part), wrong.shape[1])))

    settings = Settings(subsample=N - 3, bootstrap=10, batch_size=4)
    whole = evaluate_checkpoints([(0, predict), (1, predict)], sets, settings)
    assert max(seen) == N
    monkeypatch.setattr("auva.evaluation.checkpoints._BLOCK", 8)
    monkeypatch.setattr("auva.evaluation.checkpoints._KEPT_BYTES", 0)
    seen.clear()
    blocks = evaluate_checkpoints([(0, predict), (1, predict)], sets, settings)
    assert max(seen) == 8
    assert whole.scores.equals(blocks.scores)
    assert whole.held_out.equals(blocks.held_out)
    assert whole.chosen == blocks.chosen


def test_scoring_shows_progress_within_a_checkpoint(monkeypatch, caplog):
    sets = {"validation": faces(10), "test": faces(20)}
    truth = named(oracle(sets["test"], 1.0, 2), outputs_of("vaau"))

    def predict(part):
        return truth.take(part.image[:, 0, 0, 0].astype(int))

    settings = Settings(subsample=100, bootstrap=10, batch_size=16)
    monkeypatch.setattr("auva.evaluation.checkpoints._BLOCK", 40)
    monkeypatch.setattr("auva.progress._LOG_SECONDS", 0.0)
    with caplog.at_level(logging.INFO, logger="auva"):
        evaluate_checkpoints([(0, predict), (1, predict)], sets, settings, "score x", 2)
    # 100 faces are four blocks of 32: both sets of two checkpoints, then the whole test set
    blocks = 2 * (4 + 4) + -(-N // 32)
    told = [line for line in caplog.messages if line.startswith("score x:")]
    assert told[0].startswith(f"score x: 1 of {blocks} blocks, ")
    assert told[0].endswith(" left")
    assert told[-1].startswith(f"score x: {blocks} blocks in ")


def test_a_subset_keeps_faces_of_a_video_together():
    """A model that reads sequences must see frames that follow each other."""
    labels = faces(1, n=1000, people=2)
    labels = labels.take(np.argsort(labels.video, kind="stable"))
    rows = subset(labels.video, 300, seed=0)
    assert len(np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)) <= 300 // STRETCH + 1


@pytest.mark.parametrize("task", ["au", "va", "fake"])
def test_a_model_that_predicts_one_part_only_is_scored_on_that_part(task):
    labels = faces(3)
    whole = named(oracle(labels, 1.0, 2), outputs_of("vaau"))
    found = score(Predictions(**{task: getattr(whole, task)}), labels)
    names = {row.metric.removesuffix("_mean") for row in found}
    listed = {metric.name for metric in METRICS if metric.task == task}
    extra = {"au": {"f1_accuracy"}, "va": set(), "fake": {"real_as_real"}}
    assert names == listed | extra[task]


def test_predictions_without_a_part_or_of_two_lengths_are_refused():
    for parts in ({}, {"au": np.zeros((3, 8)), "fake": np.zeros(2)}):
        with pytest.raises(ValueError, match="predictions with parts of the lengths"):
            Predictions(**parts)


def test_the_docs_list_every_metric(root):
    page = (root / EVALUATION).read_text(encoding="utf-8")
    assert with_metrics(page) == page, "make docs writes the table"
    assert all(page.count(f"\n| `{metric.name}` | ") == 1 for metric in METRICS)


def test_a_metric_is_found_by_its_name_and_by_that_of_its_mean():
    assert metric_named("f1_mean") is metric_named("f1")
    assert metric_named("mse").lowest_is_best


@pytest.mark.parametrize(
    ("cfg", "message"),
    [
        ({"bath_size": 3}, "unknown key 'bath_size' (did you mean 'batch_size'?)"),
        ({"selection": "f1_bst"}, "did you mean 'f1_best'?"),
        ({"every": 0}, "evaluation.every: 0 is not at least 1"),
        ({"subsample": 0}, "evaluation.subsample: 0 is not at least 1"),
        ({"threshold": 1}, "evaluation.threshold: 1 is not above 0 and below 1"),
        ({"threshold": "half"}, "evaluation.threshold: 'half' is not a number"),
        ({"bootstrap": True}, "evaluation.bootstrap: 'True' is not a whole number"),
    ],
)
def test_bad_settings_are_named(cfg, message):
    with pytest.raises(InputError) as error:
        Settings.read(cfg)
    assert message in str(error.value)


def test_settings_default_to_all_faces_and_all_checkpoints():
    assert Settings.read(None) == Settings()
    assert Settings.read({"subsample": None, "every": 2}).every == 2


def test_samples_of_two_runs_are_of_the_same_people():
    labels = faces(5, people=4)
    settings = Settings(bootstrap=30)
    near, far = (named(oracle(labels, noise, 6), outputs_of("vaau")) for noise in (0.5, 3.0))
    one, two = (held_out(0, None, found, labels, settings)[1] for found in (near, far))
    assert one.samples.faces == two.samples.faces
    rows = one.table.set_index(["metric", "target"])
    for name, key in (("f1_mean", ("f1_mean", "all")), ("ccc_valence", ("ccc", "valence"))):
        low, high = np.quantile(one.samples.scores[name], [0.025, 0.975])
        np.testing.assert_allclose(rows.loc[key, ["low", "high"]].astype(float), [low, high])


def test_another_face_label_or_draw_is_another_test_set():
    labels = faces(5, people=4)
    draw = bootstrap(labels, 10, 0.9, 0)
    digest = faces_digest(labels, draw)
    pixels = replace(labels, image=np.zeros_like(labels.image))
    assert faces_digest(pixels, draw) == digest
    au = labels.au.copy()
    au[0, 0] ^= 1
    others = (
        (replace(labels, au=au), draw),
        (replace(labels, frame=labels.frame + 1), draw),
        (labels, bootstrap(labels, 10, 0.9, 1)),
        (labels, bootstrap(labels, 11, 0.9, 0)),
    )
    assert len({faces_digest(*other) for other in others} | {digest}) == 5
