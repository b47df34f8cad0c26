"""The search: its fast cost is the plain one, its best is the true one where that can be known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_corpora import THESIS_AU, simulate

from auva.errors import InputError
from auva.sheet import Recording
from auva.splits import bound, search
from auva.splits.distances import Goal, au_gaps, cost, distances
from auva.splits.divide import divide
from auva.splits.folds import fold_numbers
from auva.splits.neighbourhood import Neighbourhood
from auva.splits.people import AU, FRAMES, PEOPLE, POSITIVE, count_people
from auva.splits.random_search import random_divisions
from auva.splits.settings import Settings
from auva.statistics import VideoCounts

GOALS = st.builds(Goal, st.floats(0.1, 0.6), st.integers(1, 2), st.integers(1, 3))


def people_of(seed: int, people: int):
    return count_people(simulate(seed, people + 2, people))


def subsets(people: int) -> np.ndarray:
    return (np.arange(2**people)[:, None] >> np.arange(people)) & 1 == 1


@given(st.integers(0, 1000), st.integers(4, 9), GOALS, st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_fast_cost_of_all_divisions_is_the_plain_cost(seed, people, goal, few_labels):
    counts = people_of(seed, people).counts.copy()
    if few_labels:
        counts[1:, 4:12] = 0
        counts[:, 28:] = 0
    chosen = subsets(people)
    number = chosen.sum(1)
    allowed = (number >= goal.chosen) & (number <= people - goal.rest)
    values = Neighbourhood.of(counts, goal).all_costs()
    assert np.isinf(values[~allowed]).all()
    plain = cost(chosen[allowed] @ counts, counts.sum(0), goal)
    np.testing.assert_allclose(values[allowed], plain, atol=1e-9)


@given(st.integers(0, 1000), GOALS, st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_the_cost_after_an_exchange_is_the_plain_cost(seed, goal, draw):
    counts = people_of(seed, 12).counts
    rng = np.random.default_rng(draw)
    inside = np.append(rng.permutation(12) < rng.integers(3, 8), False)
    leave = np.append(np.flatnonzero(inside), 12)
    enter = np.append(np.flatnonzero(~inside[:-1]), 12)
    values = Neighbourhood.of(counts, goal).costs(inside, leave, enter)
    for row, column in rng.integers(0, (len(leave), len(enter)), (10, 2)):
        after = inside.copy()
        after[leave[row]], after[enter[column]] = False, True
        expected = cost(counts[after[:-1]].sum(0), counts.sum(0), goal)
        assert values[row, column] == pytest.approx(float(expected), abs=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_the_local_search_finds_what_trying_everything_finds(seed, monkeypatch):
    counts, goal = people_of(seed, 17).counts, Goal(0.2, 1, 2)
    best = search.candidates(counts, goal, (seed,))
    assert best.proven
    monkeypatch.setattr(search, "EXHAUSTIVE_PEOPLE", 0)
    found = search.candidates(counts, goal, (seed,))
    assert not found.proven
    assert found.cost[0] == pytest.approx(best.cost[0], abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_no_division_is_below_the_lower_bound(seed, monkeypatch):
    counts, goal = people_of(seed, 16).counts, Goal(0.2)
    best = float(Neighbourhood.of(counts, goal).all_costs().min())
    assert bound.lower_bound(counts, goal, best) == (best, "all divisions tried")
    monkeypatch.setattr(bound, "EXHAUSTIVE_PEOPLE", 0)
    value, how = bound.lower_bound(counts, goal, best * 1.2)
    assert how == "mixed-integer relaxation"
    assert 0 < value <= best


def test_the_joint_choice_of_test_and_validation_is_the_best_of_all():
    people = people_of(5, 6)
    found = divide(people, Settings(), 0)
    assert found.proven
    total, counts = people.counts.sum(0), people.counts
    best = np.inf
    for number in range(3**6):
        place = number // 3 ** np.arange(6) % 3
        if len(set(place)) < 3:
            continue
        sides = [counts[place == k].sum(0) for k in range(3)]
        value = cost(sides[0], total, Goal(0.2, 1, 2)) + cost(sides[1], total - sides[0], Goal(0.2))
        best = min(best, float(value))
    test, validation = (counts[found.set == name].sum(0) for name in ("test", "validation"))
    ours = cost(test, total, Goal(0.2, 1, 2)) + cost(validation, total - test, Goal(0.2))
    assert float(ours) == pytest.approx(best, abs=1e-9)


def test_simulated_corpora_have_the_marginals_of_the_thesis():
    corpus = simulate(1)
    assert len(corpus.video) == 64
    assert len(set(corpus.identity)) == 59
    np.testing.assert_allclose(corpus.au.sum(0) / np.array(THESIS_AU), 1, atol=0.01)
    assert corpus.kept.sum() == pytest.approx(130_795, rel=0.01)


def test_a_set_without_an_action_unit_is_far_worse_than_any_other_distance():
    people = people_of(2, 12)
    counts = people.counts.copy()
    rare, shown = counts[:, AU][:, 1], counts[:, POSITIVE][:, 1]
    rare[3:] = shown[3:] = 0
    rare[:3] = shown[:3] = 1
    test = search.candidates(counts, Goal(0.2, 1, 2), (0,)).chosen[0]
    assert np.count_nonzero(rare[test]) == 1
    assert distances(counts[test].sum(0), counts.sum(0), Goal(0.2, 1, 2))["missing"] == 0


def test_the_thesis_method_fills_training_up_to_its_share_and_keeps_people_together():
    people = people_of(3, 20)
    frames = people.counts[:, FRAMES]
    chosen = random_divisions(people.counts, people.order, 0.2, 200, (1,))
    share = chosen @ frames / frames.sum()
    assert (share[chosen.sum(1) > 1] <= 0.2 + 1e-12).all()
    assert len({row.tobytes() for row in chosen}) > 100


def test_search_has_at_most_a_third_of_the_gap_of_the_thesis_method():
    ratios = []
    for seed in range(2):
        people = count_people(simulate(seed))
        total = people.counts.sum(0)
        runs = random_divisions(people.counts, people.order, 0.2, 1000, (seed, 0))
        published = au_gaps(runs @ people.counts, total).max(1).min()
        test = search.candidates(people.counts, Settings().goal(0.2, 1, 2), (seed, 0)).chosen[0]
        ratios.append(au_gaps(people.counts[test].sum(0), total).max() / published)
    assert np.median(ratios) <= 1 / 3


@pytest.mark.slow
def test_search_has_at_most_a_third_of_the_gap_on_twenty_corpora():
    ratios = []
    for seed in range(20):
        people = count_people(simulate(seed))
        total = people.counts.sum(0)
        runs = random_divisions(people.counts, people.order, 0.2, 1000, (seed, 0))
        published = au_gaps(runs @ people.counts, total).max(1).min()
        test = divide(people, Settings(), seed).set == "test"
        ratios.append(au_gaps(people.counts[test].sum(0), total).max() / published)
    assert np.median(ratios) <= 1 / 3


@given(st.integers(0, 100), st.integers(2, 6), st.integers(0, 12))
@settings(max_examples=15, deadline=None)
def test_folds_are_a_partition_in_which_every_fold_has_somebody(seed, folds, more):
    people = people_of(seed, folds + more)
    fold = fold_numbers(people, Settings(folds=folds), seed)
    assert set(fold) == set(range(1, folds + 1))
    assert people.counts[:, PEOPLE].sum() == len(fold)


def test_folds_of_one_person_each_are_possible():
    assert sorted(fold_numbers(people_of(0, 7), Settings(folds=7), 0)) == list(range(1, 8))


def counts_of(videos: list[Recording]) -> VideoCounts:
    corpus = simulate(0, len(videos), len(videos))
    return VideoCounts(
        **{
            **vars(corpus),
            "identity": tuple(video.identity for video in videos),
            "group": tuple(video.identity for video in videos),
            "sex": tuple(video.sex for video in videos),
        }
    )


def test_one_person_cannot_have_two_sexes():
    known = Recording("a", "p", "female", "p"), Recording("b", "p", "unknown", "p")
    assert count_people(counts_of(list(known))).counts[0, 2] == 1
    wrong = [*known, Recording("c", "p", "male", "p")]
    with pytest.raises(InputError, match="person 'p' is male in video"):
        count_people(counts_of(wrong))
