"""What people do: every AU several times, plausible affect, smooth traces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auva.demo.catalogue import catalogue, video_of
from auva.demo.film import Film, generator
from auva.demo.labels import presences
from auva.demo.performance import Event, perform
from auva.demo.timing import converted_frames, duration, frame_times

SEED = 1


def presence(video):
    """Return the AUs present at each 30 fps frame of a video of the default length."""
    film = Film(video, seconds=6.0, scale=20.0, noise=0.0, seed=SEED)
    times = np.arange(film.frames30) / 30
    visible = np.array([film.face_visible(time) for time in times])
    return presences(film.performance.intensities(times), visible)


@pytest.fixture(scope="module")
def shown():
    return {video.id: presence(video) for video in catalogue()}


def test_base_rates_are_roughly_balanced(shown):
    rates = np.concatenate(list(shown.values())).mean(axis=0)
    assert rates.min() > 0.1
    assert rates.max() < 0.4


def test_every_person_shows_the_action_units_in_a_whole_video_more_than_once(shown):
    people = {}
    whole = {video.identity for video in catalogue() if video.length > 0.9}
    assert len(whole) == 9
    for video in catalogue():
        starts = (np.diff(shown[video.id], axis=0, prepend=0) == 1).sum(axis=0)
        people[video.identity] = people.get(video.identity, 0) + starts
    for identity, starts in people.items():
        once, twice = np.sum(starts >= 1), np.sum(starts >= 2)
        assert (once, twice) >= ((8, 6) if identity in whole else (7, 0)), (identity, starts)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.floats(2.0, 12.0))
def test_traces_are_bounded_and_smooth(seed, seconds):
    show = perform(seconds, np.random.default_rng(seed))
    times = np.arange(0, seconds, 1 / 30)
    au, va = show.intensities(times), show.affect(times)
    assert au.shape == (len(times), 8)
    assert au.min() >= 0
    assert au.max() <= 1
    assert np.abs(va).max() <= 1
    assert np.abs(np.diff(au, axis=0)).max() < 0.5
    assert np.abs(np.diff(va, axis=0)).max() < 0.5
    poses = show.moments(times)
    assert max(abs(moment.yaw) for moment in poses) < 0.45
    assert max(abs(moment.pitch) for moment in poses) < 0.2
    assert max(abs(moment.roll) for moment in poses) < 0.25


def test_an_event_rises_stays_and_falls():
    event = Event((12,), 1.0, 0.2, 0.6, 0.2, 0.9)
    trace = event.intensity(np.array([0.9, 1.0, 1.1, 1.2, 1.5, 1.8, 1.9, 2.0, 2.5]))
    assert trace == pytest.approx([0, 0, 0.45, 0.9, 0.9, 0.9, 0.45, 0, 0], abs=1e-9)


def test_affect_follows_the_expression():
    show = perform(6.0, np.random.default_rng(0))
    times = np.arange(0, 6.0, 1 / 30)

    def mean_affect(*units):
        event = Event(units, -1.0, 0.1, 20.0, 0.1, 1.0)
        alone = type(show)((event,), show.blinks, show.waves, show.pose, show.lamp)
        return alone.affect(times).mean(axis=0)

    assert mean_affect(6, 12)[0] > 0.4
    assert mean_affect(4, 15)[0] < -0.4
    assert mean_affect(1, 2, 25)[1] > mean_affect(15)[1] + 0.4


def test_counts_follow_the_time_stamps():
    rng = generator(SEED, "daniel-2", "clock")
    video = video_of("daniel-2")
    times = frame_times(video, 6.0, rng)
    assert converted_frames(video, times) == round(30 * float(times[-1]) + 1)
    film = video_of("daniel-1")
    times = frame_times(film, 6.0, rng)
    assert duration(film, times) * film.rate == len(times) == 144
    assert converted_frames(film, times) == 180
