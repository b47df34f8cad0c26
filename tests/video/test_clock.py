"""The laws of the three clocks: what times pictures get from what a file states."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.video.clock import (
    DecodingClock,
    PresentationClock,
    RateClock,
    Stamp,
    begin_of,
    choose_clock,
)

STEP = Fraction(1, 25)
STEPS = st.lists(st.integers(1, 400), min_size=1, max_size=60)  # milliseconds


def at(steps: Sequence[int], start: Fraction = Fraction(0)) -> list[Fraction]:
    times = [start]
    for step in steps:
        times.append(times[-1] + Fraction(step, 1000))
    return times


def stated(times: Sequence[Fraction | None], length: Fraction = STEP) -> list[Stamp]:
    return [Stamp(time, None, length) for time in times]


def run(clock, stamps: Sequence[Stamp]) -> list[Fraction]:
    times = [clock.time(stamp) for stamp in stamps]
    return [time - times[0] for time in times]


def by_decoding(times: Sequence[Fraction], delay: int) -> list[Stamp]:
    """What a file with times of decoding tells: picture k comes with packet k + delay."""
    pushed = [*times[delay:], *[None] * min(delay, len(times))]
    return [Stamp(None, time, STEP) for time in pushed]


@given(steps=STEPS, start=st.integers(-5000, 5000))
def test_stated_times_are_taken_as_they_are(steps: list[int], start: int) -> None:
    times = at(steps, Fraction(start, 1000))
    stamps = stated(times)
    assert choose_clock(stamps) is PresentationClock
    assert run(PresentationClock(), stamps) == [time - times[0] for time in times]


@given(count=st.integers(6, 80), delay=st.integers(0, 4), rate=st.sampled_from([24, 25, 30, 60]))
def test_times_of_decoding_are_those_of_presentation_but_for_a_delay(
    count: int, delay: int, rate: int
) -> None:
    times = [Fraction(k, rate) for k in range(count)]
    stamps = by_decoding(times, delay)
    assert choose_clock(stamps) is DecodingClock
    assert run(DecodingClock(), stamps) == times


def test_pauses_of_times_of_decoding_are_kept() -> None:
    times = at([40, 40, 280, 40, 120, 40, 40])
    stamps = by_decoding(times, delay=2)
    # The last two pictures come without a packet: they follow at the step before them.
    assert run(DecodingClock(), stamps) == at([280, 40, 120, 40, 40, 40, 40])


def test_packed_pictures_begin_with_an_empty_packet() -> None:
    times = [Fraction(k, 25) for k in (0, 2, 3, 4, 5, 6)]
    assert run(DecodingClock(), by_decoding(times, 1)) == [k * STEP for k in range(6)]


def test_several_pictures_after_one_packet_follow_each_other() -> None:
    stamps = [Stamp(None, Fraction(k, 25), STEP) for k in (1, 2, 2, 2, 5, 6)]
    assert run(DecodingClock(), stamps) == [k * STEP for k in range(6)]


@given(fields=st.lists(st.sampled_from([2, 3]), min_size=1, max_size=50))
def test_without_times_each_picture_lasts_its_fields(fields: list[int]) -> None:
    stamps = [Stamp(None, None, Fraction(n, 60)) for n in fields]
    assert choose_clock(stamps) is RateClock
    times = [Fraction(sum(fields[:k]), 60) for k in range(len(fields))]
    assert run(RateClock(), stamps) == times


@given(keep=st.sets(st.integers(0, 99), max_size=30), lead=st.integers(0, 10))
def test_missing_times_are_filled_by_the_rate(keep: set[int], lead: int) -> None:
    stamps = stated([k * STEP if k in keep and k >= lead else None for k in range(100)])
    if all(stamp.shown is None for stamp in stamps[:48]):
        return
    clock = PresentationClock(begin_of(stamps[:48], STEP))
    assert [clock.time(stamp) for stamp in stamps] == [k * STEP for k in range(100)]


@given(
    places=st.lists(st.integers(1, 9), min_size=3, max_size=12),
    wrong=st.integers(1, 10),
    error=st.sampled_from([-3, -2, -1, 1, 2, 3]),
)
def test_a_time_given_to_a_neighbour_does_not_count(
    places: list[int], wrong: int, error: int
) -> None:
    # Every fifth to thirteenth picture has a time; that of one of them belongs to a neighbour.
    numbers = [sum(places[:k]) + 5 * k for k in range(len(places) + 1)]
    times: list[Fraction | None] = [None] * (numbers[-1] + 1)
    for number in numbers:
        times[number] = number * STEP
    mistaken = numbers[min(wrong, len(numbers) - 2)]
    times[mistaken] = (mistaken + error) * STEP
    assert run(PresentationClock(), stated(times)) == [k * STEP for k in range(len(times))]


def test_a_pause_between_sparse_times_counts_when_it_is_stated_again() -> None:
    times: list[Fraction | None] = [None] * 60
    for number in (0, 10, 20):
        times[number] = number * STEP
    for number in (30, 40, 50):
        times[number] = (number + 5) * STEP
    seen = run(PresentationClock(), stated(times))
    assert seen[:40] == [k * STEP for k in range(40)]
    assert seen[40:] == [(k + 5) * STEP for k in range(40, 60)]


def test_a_long_pause_counts_at_once() -> None:
    times: list[Fraction | None] = [k * STEP if k % 10 == 0 else None for k in range(30)]
    times[20] = Fraction(9)
    assert run(PresentationClock(), stated(times))[20] == 9


@pytest.mark.parametrize("order", [[0, 2, 1, 3, 5, 4], [0, 3, 2, 1, 4, 6, 5]])
def test_times_of_decoding_under_the_name_of_the_others_are_recognised(order: list[int]) -> None:
    # The number of a picture in decoding order, given as its time of presentation.
    stamps = [Stamp(place * STEP, (k + 2) * STEP, STEP) for k, place in enumerate(order)]
    assert choose_clock(stamps) is DecodingClock
    assert run(DecodingClock(), stamps) == [k * STEP for k in range(len(order))]


def test_a_clock_that_jumps_back_stays_visible() -> None:
    # `SourceVideo` refuses it; a clock must not hide it.
    for clock, stamps in (
        (PresentationClock(), stated([Fraction(5), Fraction(6), Fraction(2)])),
        (DecodingClock(), [Stamp(None, Fraction(k), STEP) for k in (5, 6, 2)]),
    ):
        assert run(clock, stamps)[2] == -3
