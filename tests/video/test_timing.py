from collections.abc import Iterator
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auva.video.timing import TIE, frame_count, resample

RATES = st.sampled_from([Fraction(30), Fraction(25), Fraction(24000, 1001), Fraction(60)])
STEPS = st.lists(st.integers(1, 400), max_size=60)  # milliseconds


def shown(times: list[Fraction], last: Fraction, rate: Fraction = Fraction(30)) -> list[int]:
    frames = [(time, last, number) for number, time in enumerate(times)]
    chosen = list(resample(frames, rate))
    assert [k for k, _ in chosen] == list(range(len(chosen)))
    return [number for _, number in chosen]


def clock(steps: list[int]) -> list[Fraction]:
    times = [Fraction(0)]
    for step in steps:
        times.append(times[-1] + Fraction(step, 1000))
    return times


@given(steps=STEPS, rate=RATES)
def test_each_frame_shows_the_nearest_source_frame(steps: list[int], rate: Fraction) -> None:
    times = clock(steps)
    for k, number in enumerate(shown(times, Fraction(1, 30), rate)):
        distances = [abs(time - k / rate) for time in times]
        nearest = min(distances)
        assert distances[number] <= nearest + TIE
        # Among equally near ones the earliest, and nobody farther than a tie.
        assert number <= distances.index(nearest)


@given(steps=STEPS, rate=RATES)
def test_count_is_the_rounded_duration(steps: list[int], rate: Fraction) -> None:
    times = clock(steps)
    last = Fraction(1, 25)
    duration = last if not steps or last * 2000 >= min(steps) else Fraction(min(steps), 1000)
    count = len(shown(times, last, rate))
    assert count == max(1, floor((times[-1] + duration) * rate + Fraction(1, 2)))


@given(steps=STEPS)
def test_source_frames_never_run_backwards_and_start_with_the_first(steps: list[int]) -> None:
    chosen = shown(clock(steps), Fraction(1, 30))
    assert chosen[0] == 0
    assert chosen == sorted(chosen)


@given(count=st.integers(1, 200), numerator=st.sampled_from([30, 60, 90]))
def test_multiples_of_the_rate_take_every_nth_frame(count: int, numerator: int) -> None:
    rate = Fraction(numerator)
    chosen = shown([number / rate for number in range(count)], 1 / rate)
    every = numerator // 30
    assert chosen[: count // every] == list(range(0, count, every))[: count // every]


def test_half_the_rate_shows_each_frame_twice() -> None:
    assert shown([number / Fraction(15) for number in range(4)], Fraction(1, 15)) == [
        *(0, 0, 1, 1, 2, 2, 3, 3)
    ]


@given(noise=st.lists(st.integers(-5, 5), min_size=10, max_size=40))
def test_rounding_noise_below_half_a_millisecond_changes_nothing(noise: list[int]) -> None:
    exact = [number / Fraction(15) for number in range(len(noise))]
    jittered = [t + Fraction(n, 10_000) for t, n in zip(exact, noise, strict=True)]
    relative = [t - jittered[0] for t in jittered]
    assert shown(relative, Fraction(1, 15)) == shown(exact, Fraction(1, 15))


def test_frames_of_the_same_time_are_never_shown() -> None:
    times = [Fraction(0), Fraction(0), Fraction(1, 30), Fraction(1, 30), Fraction(2, 30)]
    assert shown(times, Fraction(1, 30)) == [0, 2, 4]


@pytest.mark.parametrize("last", [Fraction(0), Fraction(1, 24000), Fraction(1000)])
def test_a_missing_or_broken_last_duration_is_the_shortest_step(last: Fraction) -> None:
    assert len(shown([Fraction(k, 25) for k in range(50)], last)) == 60


@pytest.mark.parametrize(("last", "count"), [(0, 1), (Fraction(1, 30), 1), (2, 60), (1000, 1)])
def test_a_single_frame_lasts_as_long_as_it_says(last: Fraction, count: int) -> None:
    assert shown([Fraction(0)], Fraction(last)) == [0] * count


def test_nothing_from_nothing() -> None:
    assert list(resample([], Fraction(30))) == []


@pytest.mark.parametrize(
    ("frames", "rate", "count"),
    # Frames, rate and 30 fps counts of real files, equal to those of FFmpeg's `fps=30`.
    [(160, "25", 192), (167, "24000/1001", 209), (180, "30000/1001", 180), (280, "50", 168)],
)
def test_counts_of_constant_rates(frames: int, rate: str, count: int) -> None:
    assert frame_count(frames / Fraction(rate), Fraction(30)) == count


@settings(max_examples=20)
@given(steps=st.lists(st.integers(5, 100), min_size=50, max_size=50))
def test_frames_are_given_while_they_arrive(steps: list[int]) -> None:
    taken = 0

    def frames() -> Iterator[tuple[Fraction, Fraction, int]]:
        nonlocal taken
        for number, time in enumerate(clock(steps)):
            taken = number
            yield time, Fraction(1, 30), number

    for k, number in resample(frames(), Fraction(30)):
        # At most a few frames are held: those within one output step of what is given.
        assert sum(steps[number : max(number, taken - 1)]) <= 1000 * 2 / 30 + 100, k
