"""Agreement of annotators, against independent computations."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score
from torchmetrics.regression import ConcordanceCorrCoef

from auva.agreement.coefficients import (
    cohen_kappa,
    dimension_agreement,
    fleiss_kappa,
    icc_2k,
    pabak,
    unit_agreement,
)
from auva.agreement.picture import plot_agreement
from auva.agreement.table import ALL, COLUMNS, agreement_table
from auva.units import THESIS_NAMES

LABELS = arrays(np.int64, (3, 40), elements=st.integers(0, 1))


@settings(max_examples=60, deadline=None)
@given(LABELS)
def test_cohen_is_that_of_scikit_learn(labels):
    one, other = labels[0], labels[1]
    ours = cohen_kappa(one, other)
    if len(set(one) | set(other)) == 1:
        assert np.isnan(ours)
    else:
        assert ours == pytest.approx(cohen_kappa_score(one, other))


@settings(max_examples=60, deadline=None)
@given(LABELS)
def test_fleiss_is_the_formula_of_the_paper(labels):
    raters, frames = labels.shape
    counts = np.stack([(labels == category).sum(axis=0) for category in (0, 1)], axis=1)
    share = counts.sum(axis=0) / (raters * frames)
    per_frame = [
        (sum(int(c) ** 2 for c in row) - raters) / (raters * (raters - 1)) for row in counts
    ]
    chance = float((share**2).sum())
    ours = fleiss_kappa(labels)
    if chance == 1:
        assert np.isnan(ours)
    else:
        assert ours == pytest.approx((np.mean(per_frame) - chance) / (1 - chance))


def test_fleiss_of_the_published_example():
    """Fleiss 1971 in two categories: agreement of all is 1, of none is below 0."""
    assert fleiss_kappa([[0, 1, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0]]) == pytest.approx(1)
    assert fleiss_kappa([[0, 1, 0, 1], [1, 0, 1, 0]]) == pytest.approx(-1)


def test_icc_of_the_published_example():
    """The ratings of Shrout and Fleiss 1979, Table 2: ICC(2,4) is 0.62."""
    ratings = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    )
    assert icc_2k(ratings.T) == pytest.approx(0.62, abs=0.005)


def test_rare_units_lower_kappa_but_not_pabak():
    one, other = np.zeros(100, int), np.zeros(100, int)
    one[:2], other[1:3] = 1, 1
    assert cohen_kappa(one, other) < 0.5
    assert pabak(one, other) == pytest.approx(0.96)


@settings(max_examples=40, deadline=None)
@given(LABELS, st.permutations(range(40)), st.permutations(range(3)))
def test_the_order_of_frames_and_annotators_does_not_matter(labels, frames, raters):
    turned = labels[np.ix_(raters, frames)]
    everywhere = np.ones_like(labels, bool)
    first, second = unit_agreement(labels, everywhere), unit_agreement(turned, everywhere)
    for name in first:
        assert first[name] == pytest.approx(second[name], nan_ok=True)


def test_unlabelled_frames_do_not_count():
    labels = np.array([[1, 0, 1, 0, 1], [1, 0, 1, 0, 0]])
    mask = np.array([[True] * 5, [True, True, True, True, False]])
    assert unit_agreement(labels, mask)["cohen_kappa"] == pytest.approx(1)
    values = np.array([[0.1, 0.5, np.nan, -0.2], [0.1, 0.5, 0.9, -0.2]])
    assert dimension_agreement(values) == pytest.approx({"ccc": 1, "icc_2k": 1})


def test_annotators_who_each_say_one_value_do_not_agree():
    """All the variance is between them: the mean tells nothing about a frame."""
    values = np.array([[0.4] * 12, [0.8] * 12])
    assert dimension_agreement(values) == {"ccc": 0, "icc_2k": 0}
    same = np.full((2, 12), 0.4)
    assert np.isnan(dimension_agreement(same)["icc_2k"])


def test_one_annotator_has_no_agreement():
    assert np.isnan(unit_agreement(np.ones((1, 5)), np.ones((1, 5), bool))["fleiss_kappa"])
    assert np.isnan(dimension_agreement(np.ones((1, 5)))["icc_2k"])


def test_icc_is_that_of_an_analysis_of_variance():
    """ICC(2,k) from the mean squares of a two-way layout, fitted by least squares as R would."""
    rng = np.random.default_rng(4)
    frames, raters = 30, 4
    values = (
        rng.normal(size=(1, frames))
        + rng.normal(size=(raters, 1)) * 0.3
        + rng.normal(size=(raters, frames)) * 0.5
    )
    rater, frame = (index.ravel() for index in np.indices(values.shape))
    observed = values.ravel()

    def unexplained(*factors):
        columns = [np.ones(len(observed))]
        for factor in factors:
            columns += [factor == level for level in range(1, factor.max() + 1)]
        design = np.stack(columns, axis=1).astype(float)
        fitted = design @ np.linalg.lstsq(design, observed, rcond=None)[0]
        return float(((observed - fitted) ** 2).sum())

    both = unexplained(rater, frame)
    ms_error = both / ((frames - 1) * (raters - 1))
    ms_frames = (unexplained(rater) - both) / (frames - 1)
    ms_raters = (unexplained(frame) - both) / (raters - 1)
    expected = (ms_frames - ms_error) / (ms_frames + (ms_raters - ms_error) / frames)
    assert icc_2k(values) == pytest.approx(expected)


def test_the_table_has_each_video_and_all_of_them():
    rng = np.random.default_rng(1)
    tables, labels = {}, {}
    for video, raters in (("b", 2), ("a", 2), ("c", 3)):
        labels[video] = rng.integers(0, 2, (raters, 50, 8))
        known = rng.random((raters, 50, 8)) < 0.9
        tables[video] = list(zip(labels[video], known, strict=True))
    values = rng.uniform(-1, 1, (2, 50, 2))
    values[1, :10, 0] = np.nan
    table = agreement_table(tables, {"a": list(values)})
    assert list(table.columns) == list(COLUMNS)
    units = table[table["target"].isin(THESIS_NAMES)]
    assert list(dict.fromkeys(units["video"])) == ["a", "b", "c", ALL]
    pairs = units[(units["target"] == "AU4") & (units["video"] == ALL)]
    assert pairs["annotators"].tolist() == [2, 3]
    pooled = [np.concatenate([labels[v][k, :, 2] for v in "ab"]) for k in range(2)]
    known = [np.concatenate([tables[v][k][1][:, 2] for v in "ab"]) for k in range(2)]
    both = known[0] & known[1]
    expected = cohen_kappa_score(pooled[0][both], pooled[1][both])
    assert pairs["cohen_kappa"].iloc[0] == pytest.approx(expected)
    assert pairs["frames"].iloc[0] == both.sum()
    affect = table[table["target"] == "valence"]
    assert affect["frames"].tolist() == [40, 40]
    known = ~np.isnan(values[1, :, 0])
    expected = ConcordanceCorrCoef()(*(torch.tensor(v[known, 0]) for v in values))
    assert affect["ccc"].iloc[0] == pytest.approx(float(expected), abs=1e-3)


def test_the_picture(tmp_path):
    rng = np.random.default_rng(1)
    presence = rng.integers(0, 2, (50, 8))
    known = np.ones((50, 8), bool)
    values = rng.uniform(-1, 1, (50, 2))
    table = agreement_table(
        {"a": [(presence, known), (presence, known)]}, {"a": [values, values + 0.01]}
    )
    assert table["cohen_kappa"].dropna().eq(1).all()
    for name in ("one", "two"):
        plot_agreement(table, tmp_path / f"{name}.png", tmp_path / f"{name}.svg")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert "prevalence-adjusted" in (tmp_path / "one.svg").read_text()
    plot_agreement(agreement_table({}, {}), tmp_path / "none.png", tmp_path / "none.svg")
    assert "several annotators" in (tmp_path / "none.svg").read_text()
