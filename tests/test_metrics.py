"""The metrics against independent implementations, and the laws they obey."""

import numpy as np
import pytest
import sklearn.metrics as reference
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from torchmetrics.regression import ConcordanceCorrCoef

from auva.metrics import classification, regression
from auva.metrics.bootstrap import interval, resampling_weights
from auva.metrics.classification import best_shared_threshold, best_threshold, mean_defined, roc_auc

lengths = st.shared(st.integers(1, 60), key="n")
binary = lengths.flatmap(lambda n: arrays(np.uint8, n, elements=st.integers(0, 1)))
probabilities = lengths.flatmap(
    lambda n: arrays(np.float64, n, elements=st.sampled_from(np.linspace(0, 1, 17)))
)
affect = lengths.flatmap(
    lambda n: arrays(np.float64, n, elements=st.floats(-1, 1).map(lambda v: round(v, 3)))
)


def counts(truth, decision, mask=None):
    return classification.confusion(truth, decision, mask)


@given(binary, probabilities)
def test_classification_equals_scikit_learn(truth, score):
    decision = score >= 0.5
    ours = counts(truth, decision)
    positives, negatives = truth.any(), (truth == 0).any()

    def theirs(function, **more):
        return function(truth, decision, zero_division=0.0, **more)

    assert classification.accuracy(ours) == pytest.approx(reference.accuracy_score(truth, decision))
    assert classification.base_rate(ours) == pytest.approx(truth.mean())
    if positives:
        assert classification.f1(ours) == pytest.approx(theirs(reference.f1_score))
        assert classification.recall(ours) == pytest.approx(theirs(reference.recall_score))
    if decision.any():
        assert classification.precision(ours) == pytest.approx(theirs(reference.precision_score))
    if positives and negatives:
        macro = theirs(reference.f1_score, average="macro")
        assert classification.f1_macro(ours) == pytest.approx(macro)
        assert roc_auc(truth, score) == pytest.approx(reference.roc_auc_score(truth, score))


@given(binary, probabilities)
def test_what_the_labels_cannot_define_is_nan(truth, score):
    ours = counts(truth, score >= 0.5)
    assert np.isnan(classification.f1(ours)) == (not truth.any())
    assert np.isnan(classification.recall(ours)) == (not truth.any())
    assert np.isnan(classification.precision(ours)) == (not (score >= 0.5).any())
    both = truth.any() and not truth.all()
    assert np.isnan(classification.f1_macro(ours)) == (not both)
    assert np.isnan(roc_auc(truth, score)) == (not both)


def test_nothing_labelled_is_nan_everywhere():
    nothing = np.zeros((5, 2), bool)
    ours = counts(np.ones((5, 2)), np.ones((5, 2)), nothing)
    for metric in (
        classification.f1,
        classification.f1_macro,
        classification.accuracy,
        classification.base_rate,
    ):
        assert np.isnan(metric(ours)).all()
    assert np.isnan(regression.ccc(np.ones((5, 2)), np.ones((5, 2)), nothing)).all()
    assert np.isnan(regression.mse(np.ones((5, 2)), np.ones((5, 2)), nothing)).all()
    assert np.isnan(classification.real_as_real([]))


@given(binary, probabilities, st.randoms())
def test_order_of_frames_does_not_matter(truth, score, random):
    order = list(range(len(truth)))
    random.shuffle(order)
    for function in (
        lambda t, s: classification.f1(counts(t, s >= 0.5)),
        roc_auc,
        lambda t, s: best_threshold(t, s)[0],
        regression.ccc,
        regression.mse,
    ):
        before, after = function(truth, score), function(truth[order], score[order])
        assert before == pytest.approx(after, nan_ok=True, abs=1e-9)


@given(binary, probabilities, st.integers(1, 20))
def test_masked_frames_count_nowhere(truth, score, extra):
    mask = np.r_[np.ones(len(truth), bool), np.zeros(extra, bool)]
    longer, noise = np.r_[truth, np.ones(extra, np.uint8)], np.r_[score, np.zeros(extra)]
    np.testing.assert_equal(counts(longer, noise >= 0.5, mask), counts(truth, score >= 0.5))
    np.testing.assert_equal(
        best_threshold(longer, noise, mask),
        best_threshold(truth, score),
    )
    np.testing.assert_equal(roc_auc(longer, noise, mask), roc_auc(truth, score))
    values = np.r_[score, np.full(extra, np.nan)]
    assert regression.ccc(longer, values, mask) == pytest.approx(
        regression.ccc(truth, score), abs=1e-9
    )
    assert regression.mse(longer, values, mask) == pytest.approx(regression.mse(truth, score))


@given(binary, probabilities)
def test_complement_swaps_classes(truth, score):
    ours, swapped = counts(truth, score >= 0.5), counts(1 - truth, score < 0.5)
    assert classification.accuracy(ours) == classification.accuracy(swapped)
    np.testing.assert_equal(classification.f1_macro(ours), classification.f1_macro(swapped))
    both = np.mean([classification.f1(ours), classification.f1(swapped)])
    np.testing.assert_equal(classification.f1_macro(ours), both)
    assert roc_auc(truth, score) == pytest.approx(roc_auc(1 - truth, -score), nan_ok=True)


@given(binary)
def test_floor_is_the_f1_of_always_present(truth):
    ours = counts(truth, np.ones(len(truth)))
    np.testing.assert_allclose(
        classification.always_positive_f1(classification.base_rate(ours)), classification.f1(ours)
    )


@given(binary, probabilities)
def test_best_threshold_beats_every_other(truth, score):
    threshold, best = best_threshold(truth, score)
    if not truth.any():
        assert np.isnan(threshold)
        assert np.isnan(best)
        return
    assert classification.f1(counts(truth, score >= threshold)) == pytest.approx(best)
    others = [classification.f1(counts(truth, score >= cut)) for cut in np.unique(score)]
    assert best == pytest.approx(max(others))
    assert best >= classification.always_positive_f1(truth.mean()) - 1e-12


@given(binary, probabilities, lengths.flatmap(lambda n: arrays(bool, n)))
def test_a_case_without_a_score_is_absent_at_every_threshold(truth, score, told):
    known = np.where(told, score, np.nan)
    threshold, best = best_threshold(truth, known)
    shared, (best_too,) = best_shared_threshold(truth[:, None], known[:, None])
    np.testing.assert_equal((shared, best_too), (threshold, best))
    if not truth.any():
        assert np.isnan(best)
        return
    cuts = np.append(score[told], np.inf)
    others = [classification.f1(counts(truth, known >= cut)) for cut in cuts]
    assert best == pytest.approx(max(others))
    if told.any():
        assert score[told].min() <= threshold <= score[told].max()
    else:
        assert np.isnan(threshold)


def test_best_threshold_lies_between_the_scores():
    assert best_threshold([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.9]) == (
        pytest.approx(0.4),
        1.0,
    )


@pytest.mark.parametrize("function", [classification.confusion, regression.ccc, regression.mse])
def test_different_shapes_are_an_error(function):
    with pytest.raises(ValueError, match="shapes differ"):
        function(np.zeros((4, 8)), np.zeros((4, 1)))


@given(affect, st.floats(0.05, 3), st.floats(-1, 1), st.integers(0, 2**31))
def test_ccc_equals_torchmetrics_up_to_its_variance(truth, scale, shift, seed):
    prediction = scale * truth + shift + np.random.default_rng(seed).normal(0, 0.3, len(truth))
    if len(truth) < 3 or np.ptp(truth) < 0.01:
        return
    other = ConcordanceCorrCoef().double()
    other.update(torch.from_numpy(prediction), torch.from_numpy(truth))
    ours = regression.ccc(truth, prediction)
    # torchmetrics divides variances and covariance by n - 1 but not the distance of the means.
    x, y, n = truth, prediction, len(truth)
    cov = np.mean((x - x.mean()) * (y - y.mean()))
    whole = np.var(x) + np.var(y) + (x.mean() - y.mean()) ** 2
    assert ours == pytest.approx(2 * cov / whole, abs=1e-9)
    corrected = 2 * cov / (np.var(x) + np.var(y) + (x.mean() - y.mean()) ** 2 * (n - 1) / n)
    assert float(other.compute()) == pytest.approx(corrected, abs=1e-6)


@given(affect, probabilities)
def test_ccc_laws(truth, prediction):
    value = regression.ccc(truth, prediction)
    assert -1 <= value <= 1
    assert value == pytest.approx(regression.ccc(prediction, truth), abs=1e-9)
    assert regression.ccc(truth + 0.25, prediction + 0.25) == pytest.approx(value, abs=1e-6)
    assert regression.ccc(2 * truth, 2 * prediction) == pytest.approx(value, abs=1e-9)
    varies = np.ptp(truth) > 0
    assert regression.ccc(truth, truth) == pytest.approx(1.0 if varies else 0.0, abs=1e-6)
    if np.ptp(prediction) > 0 and varies:
        assert abs(value) <= abs(np.corrcoef(truth, prediction)[0, 1]) + 1e-6
    opposite = regression.ccc(truth - truth.mean(), truth.mean() - truth)
    assert opposite == pytest.approx(-1.0 if varies else 0.0, abs=1e-6)


@given(affect, st.floats(-1, 1))
def test_a_constant_series_has_ccc_zero(truth, constant):
    assert regression.ccc(truth, np.full(len(truth), constant)) == 0
    assert regression.ccc(np.full(len(truth), constant), truth) == 0


@given(affect, probabilities)
def test_mse_equals_scikit_learn(truth, prediction):
    expected = reference.mean_squared_error(truth, prediction)
    assert regression.mse(truth, prediction) == pytest.approx(expected, abs=1e-12)


@given(affect, probabilities, st.integers(1, 59))
def test_counts_and_moments_add_up_over_groups(truth, prediction, cut):
    cut = min(cut, len(truth))
    parts = [
        regression.moments(truth[part], prediction[part]) for part in (slice(cut), slice(cut, None))
    ]
    joined = regression.Moments(*(sum(field) for field in zip(*parts, strict=True)))
    assert regression.ccc_of(joined) == pytest.approx(regression.ccc(truth, prediction), abs=1e-7)
    labels, decisions = truth > 0, prediction > 0.5
    halves = [counts(labels[p], decisions[p]) for p in (slice(cut), slice(cut, None))]
    summed = classification.Confusion(*(sum(field) for field in zip(*halves, strict=True)))
    np.testing.assert_equal(summed, counts(labels, decisions))


def test_per_video_ccc_only_rewards_change_within_a_video():
    truth = np.r_[np.linspace(-0.9, -0.7, 50), np.linspace(0.5, 0.7, 50)]
    video = np.r_[np.zeros(50), np.ones(50)]
    means = np.r_[np.full(50, -0.8), np.full(50, 0.6)]
    assert regression.ccc(truth, means) > 0.99
    assert regression.per_group_ccc(truth, means, None, video) == 0
    assert regression.per_group_ccc(truth, truth, None, video) == pytest.approx(1)


def test_golden_values():
    truth, score = np.array([1, 1, 1, 0, 0, 0, 0, 0]), np.array([9, 8, 2, 7, 1, 1, 1, 1]) / 10
    ours = counts(truth, score >= 0.5)
    assert [float(field) for field in ours] == [2, 1, 1, 4]
    assert classification.f1(ours) == pytest.approx(2 / 3)
    assert classification.f1_macro(ours) == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert roc_auc(truth, score) == pytest.approx(14 / 15)
    assert regression.ccc([0, 0.5, 1], [0.5, 0.5, 1]) == pytest.approx(2 / 3)
    assert mean_defined([0.5, np.nan, 0.7]) == pytest.approx(0.6)
    assert np.isnan(mean_defined([np.nan]))
    assert classification.real_as_real([0.1, 0.5, 0.6, 0.4]) == 0.5


def test_resampling_draws_people():
    weights = resampling_weights(5, 2000, seed=1)
    assert weights.shape == (2000, 5)
    assert (weights.sum(axis=1) == 5).all()
    assert weights.mean() == pytest.approx(1, abs=0.05)
    np.testing.assert_array_equal(weights, resampling_weights(5, 2000, seed=1))
    assert not np.array_equal(weights, resampling_weights(5, 2000, seed=2))
    assert resampling_weights(0, 10, seed=1).shape == (10, 0)


def test_interval_of_the_mean_covers_it_about_as_often_as_it_says():
    generator = np.random.default_rng(3)
    covered = 0
    for trial in range(200):
        people = generator.normal(0.5, 0.1, 30)
        means = resampling_weights(30, 400, seed=trial) @ people / 30
        low, high = interval(means, 0.95)
        covered += bool(low <= 0.5 <= high)
    assert 0.88 <= covered / 200 <= 0.99


def test_interval_leaves_out_undefined_samples():
    values = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    low, high = interval(values, 0.5)
    np.testing.assert_allclose(low, [1.5, np.nan])
    np.testing.assert_allclose(high, [2.5, np.nan])


def test_a_shared_threshold_maximises_the_mean_f1():
    generator = np.random.default_rng(4)
    truth = (generator.random((80, 3)) < (0.2, 0.5, 0.0)).astype(int)
    score = np.clip(0.5 * truth + generator.random((80, 3)), 0, 1).round(2)
    mask = generator.random((80, 3)) < 0.8
    threshold, f1 = best_shared_threshold(truth, score, mask)
    assert np.isnan(f1[2])

    def mean_f1(cut):
        return mean_defined(classification.f1(classification.confusion(truth, score >= cut, mask)))

    assert mean_defined(f1) == pytest.approx(mean_f1(threshold))
    assert all(mean_f1(cut) <= mean_f1(threshold) + 1e-12 for cut in np.linspace(0, 1.01, 400))
    alone = best_shared_threshold(truth[:, :1], score[:, :1], mask[:, :1])
    assert (alone[0], alone[1][0]) == best_threshold(truth[:, 0], score[:, 0], mask[:, 0])
    nothing = best_shared_threshold(np.zeros((4, 2)), np.ones((4, 2)))
    assert np.isnan(nothing[0])
    assert np.isnan(nothing[1]).all()
