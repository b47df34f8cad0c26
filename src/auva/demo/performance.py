"""The performance of a person in a video: expressions, blinks, pose, light and affect.

An expression is an onset, an apex and an offset of a few Action Units. The upper and the lower face
have separate lists of expressions, which are shuffled so that each AU occurs several times. The
lower face prefers expressions that match the upper face (AU6 with AU12, AU1 with AU15, AU1 and AU2
with AU25).
"""

from dataclasses import dataclass

import numpy as np

from auva.demo.view import Moment
from auva.units import THESIS_UNITS

UPPER = (((1, 2), (4,), (6,)), ((1, 4), (2,), (6,)))
"""Lists of expressions of the upper face, used in turn; each has all of AU1, AU2, AU4 and AU6."""

LOWER = (((12,), (15,), (20, 25)), ((15,), (12, 25), (20,), (25,)))
"""Lists of expressions of the lower face; each has all of AU12, AU15, AU20 and AU25."""

COMPANIONS = {1: (15, 25), 2: (25, 20), 4: (15, 20), 6: (12,)}
"""Preferred expressions of the lower face for each AU of the upper face."""

_Hands = tuple[tuple[tuple[int, ...], ...], ...]

_VALENCE = {1: 0.0, 2: 0.05, 4: -0.35, 6: 0.25, 12: 0.60, 15: -0.50, 20: -0.30, 25: 0.05}
_AROUSAL = {1: 0.22, 2: 0.28, 4: 0.15, 6: 0.12, 12: 0.18, 15: -0.22, 20: 0.35, 25: 0.35}


@dataclass(frozen=True)
class Event:
    """One expression: Action Units with a common onset, apex and offset (times in seconds)."""

    units: tuple[int, ...]
    start: float
    onset: float
    apex: float
    offset: float
    strength: float

    @property
    def end(self) -> float:
        """End of the expression."""
        return self.start + self.onset + self.apex + self.offset

    def intensity(self, times: np.ndarray) -> np.ndarray:
        """Return the intensity at each time, 0 to `strength`."""
        rise = _smooth((times - self.start) / self.onset)
        fall = _smooth((self.end - times) / self.offset)
        return self.strength * np.minimum(rise, fall)


@dataclass(frozen=True)
class Performance:
    """The performance of a person in one video, as functions of time.

    Attributes
    ----------
    events : tuple of Event
        The expressions.
    blinks : tuple of float
        Middles of the blinks in seconds.
    waves : dict of str to float64 [k, 3]
        Amplitude, frequency (Hz) and phase of the slow motions.
    pose : two floats
        Resting yaw and pitch in radians.
    lamp : two floats
        Resting direction of the light.
    """

    events: tuple[Event, ...]
    blinks: tuple[float, ...]
    waves: dict[str, np.ndarray]
    pose: tuple[float, float]
    lamp: tuple[float, float]

    def intensities(self, times: np.ndarray) -> np.ndarray:
        """Return the intensity of the eight AUs, float64 [n, 8] in [0, 1]."""
        table = np.zeros((len(times), len(THESIS_UNITS)))
        for event in self.events:
            trace = event.intensity(times)
            for unit in event.units:
                column = table[:, THESIS_UNITS.index(unit)]
                np.maximum(column, trace, out=column)
        return table

    def affect(self, times: np.ndarray) -> np.ndarray:
        """Return valence and arousal, float64 [n, 2] in [-1, 1], from the AUs plus a drift."""
        shown = self.intensities(times)
        weights = np.array([[_VALENCE[unit], _AROUSAL[unit]] for unit in THESIS_UNITS])
        values = shown @ weights
        values[:, 0] += self.wave("valence", times)
        values[:, 1] += self.wave("arousal", times) - 0.10
        return np.clip(np.tanh(1.1 * values), -1.0, 1.0)

    def wave(self, name: str, times: np.ndarray) -> np.ndarray:
        """Return one slow motion at each time."""
        amplitude, frequency, phase = self.waves[name].T
        angle = 2 * np.pi * frequency * np.asarray(times)[..., None] + phase
        return (amplitude * np.sin(angle)).sum(axis=-1)

    def moments(self, times: np.ndarray) -> list[Moment]:
        """Return the state of the face at each time."""
        au = self.intensities(times)
        trace = {name: self.wave(name, times) for name in self.waves}
        blink = self._blink(times)
        return [
            Moment(
                au=dict(zip(THESIS_UNITS, au[i].tolist(), strict=True)),
                yaw=float(self.pose[0] + trace["yaw"][i]),
                pitch=float(self.pose[1] + trace["pitch"][i]),
                roll=float(trace["roll"][i]),
                blink=float(blink[i]),
                gaze=(float(trace["gaze_x"][i]), float(trace["gaze_y"][i])),
                light=(
                    float(self.lamp[0] + trace["light_x"][i]),
                    float(self.lamp[1] + trace["light_y"][i]),
                ),
                gain=_gain(float(trace["bright"][i]), float(trace["tint"][i])),
            )
            for i in range(len(times))
        ]

    def _blink(self, times: np.ndarray) -> np.ndarray:
        closed = np.zeros(len(times))
        for middle in self.blinks:
            closed = np.maximum(closed, _smooth(1.6 - np.abs(times - middle) / 0.075))
        return closed


def _gain(bright: float, tint: float) -> tuple[float, float, float]:
    """Return the colour of the light, which the watched screen makes warmer or bluer."""
    return (1.0 + bright + tint, 1.0 + bright, 1.0 + bright - tint)


def _smooth(t: np.ndarray) -> np.ndarray:
    t = np.clip(t, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def perform(seconds: float, rng: np.random.Generator) -> Performance:
    """Return a random performance of `seconds` seconds."""
    upper = _deal(UPPER, seconds, rng)
    lower = _accompany(upper, seconds, rng)
    blinks, now = [], float(rng.uniform(0.5, 2.5))
    while now < seconds:
        blinks.append(now)
        now += float(rng.uniform(1.8, 3.6))
    waves = {name: _waves(size, speed, rng) for name, (size, speed) in _MOTIONS.items()}
    pose = (float(rng.uniform(-0.08, 0.08)), float(rng.uniform(-0.03, 0.05)))
    side = float(rng.choice([-1.0, 1.0]))
    lamp = (side * float(rng.uniform(0.12, 0.36)), float(rng.uniform(0.28, 0.48)))
    return Performance((*upper, *lower), tuple(blinks), waves, pose, lamp)


_MOTIONS = {
    "yaw": (0.08, 0.45), "pitch": (0.03, 0.45), "roll": (0.035, 0.40),
    "x": (0.15, 0.45), "y": (0.09, 0.50), "zoom": (0.055, 0.35),
    "gaze_x": (0.022, 0.45), "gaze_y": (0.010, 0.40),
    "light_x": (0.10, 0.20), "light_y": (0.06, 0.20),
    "bright": (0.05, 0.50), "tint": (0.025, 0.40),
    "valence": (0.07, 0.12), "arousal": (0.07, 0.12),
}  # fmt: skip
"""Standard size and typical frequency (Hz) of the slow motions."""


def _waves(size: float, speed: float, rng: np.random.Generator) -> np.ndarray:
    frequency = speed * rng.uniform(0.5, 1.6, 3)
    return np.stack([size * rng.uniform(0.5, 1.0, 3) * 0.8, frequency, rng.uniform(0, 6.28, 3)], 1)


def _event(units: tuple[int, ...], start: float, rng: np.random.Generator) -> Event:
    onset, offset = rng.uniform(0.13, 0.26), rng.uniform(0.15, 0.30)
    apex, strength = rng.uniform(0.30, 0.62), rng.uniform(0.80, 1.0)
    return Event(units, start, float(onset), float(apex), float(offset), float(strength))


def _shuffled(hands: _Hands, turn: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    hand = hands[turn % len(hands)]
    return [hand[i] for i in rng.permutation(len(hand))]


def _deal(hands: _Hands, seconds: float, rng: np.random.Generator) -> list[Event]:
    """Return the expressions of consecutive lists, one after another."""
    events: list[Event] = []
    cards: list[tuple[int, ...]] = []
    now, turn = float(rng.uniform(0.1, 0.4)), int(rng.integers(len(hands)))
    while now < seconds - 0.5:
        if not cards:
            cards, turn = _shuffled(hands, turn, rng), turn + 1
        events.append(_event(cards.pop(), now, rng))
        now = _next_start(events[-1], rng)
    return events


def _accompany(upper: list[Event], seconds: float, rng: np.random.Generator) -> list[Event]:
    """Return expressions of the lower face; most of them match those of the upper face."""
    events: list[Event] = []
    cards: list[tuple[int, ...]] = []
    now, turn = float(rng.uniform(0.0, 0.3)), int(rng.integers(len(LOWER)))
    while now < seconds - 0.5:
        if not cards:
            cards, turn = _shuffled(LOWER, turn, rng), turn + 1
        near = min(upper, key=lambda event: abs(event.start - now))
        fits = [i for i, card in enumerate(cards) if card[0] in COMPANIONS[near.units[0]]]
        index = fits[-1] if fits and rng.random() < 0.6 else len(cards) - 1
        events.append(_event(cards.pop(index), now, rng))
        now = _next_start(events[-1], rng)
    return events


def _next_start(event: Event, rng: np.random.Generator) -> float:
    return event.end - 0.1 + float(rng.exponential(0.12))
