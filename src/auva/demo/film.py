"""A complete video before encoding: who does what, where and when."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from auva.demo import hand
from auva.demo.catalogue import DemoVideo
from auva.demo.people import person
from auva.demo.performance import Performance, perform
from auva.demo.scene import FOREHEAD, Box, Frame, Place, Scene, lay_over, sprite_image
from auva.demo.timing import converted_frames, duration, frame_times

_VISIBLE = 0.65
"""Share of the face's box that must be in the frame for the face to count as visible."""

_MOVE = 0.45
"""Maximum duration, in seconds, of leaving, coming back and raising a hand."""

_GUESTS = {
    "female": replace(
        person("ada"), identity="guest-f", hair=(0.20, 0.13, 0.09), hair_style="bob",
        skin=(0.86, 0.65, 0.52), texture=11,
    ),
    "male": replace(
        person("ben"), identity="guest-m", hair=(0.40, 0.30, 0.18), hair_style="receding",
        skin=(0.91, 0.72, 0.62), stubble=0.2, texture=12,
    ),
}  # fmt: skip
"""People who appear only in corners."""


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return the random generator of one named part of the corpus."""
    digest = hashlib.sha256("/".join([str(seed), *names]).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def appearance_seed(seed: int, identity: str) -> int:
    """Return the seed of a person's textures, the same in all their videos."""
    return int(generator(seed, "person", identity).integers(2**31))


@dataclass(frozen=True)
class Corner:
    """The window in a corner in which a second face is shown.

    Attributes
    ----------
    x, y, width, height : int
        Pixels.
    scene : Scene
        The scene in the window.
    performance : Performance
        The actions of the second person.
    """

    x: int
    y: int
    width: int
    height: int
    scene: Scene
    performance: Performance


class Film:
    """One video of the corpus as functions of time.

    Parameters
    ----------
    video : DemoVideo
        The video.
    seconds : float
        Configured length (`DemoVideo.length` is a share of it).
    scale : float
        Pixels per face unit at which faces are painted.
    noise : float
        Standard deviation of the pixel noise, in [0, 1] grey levels.
    seed : int
        Seed of the corpus.
    """

    def __init__(
        self, video: DemoVideo, seconds: float, scale: float, noise: float, seed: int
    ) -> None:
        self.video = video
        self.times = frame_times(video, seconds, generator(seed, video.id, "clock"))
        self.length = float(duration(video, self.times))
        self.frames30 = converted_frames(video, self.times)
        self.person = person(video.identity)
        self.performance = perform(self.length, generator(seed, video.id, "performance"))
        rng = generator(seed, video.id, "place")
        face = float(rng.uniform(0.44, 0.53)) * video.height
        self._unit = face / (self.person.chin - FOREHEAD)
        self._x = (0.37 if video.distractor else float(rng.uniform(0.46, 0.54))) * video.width
        self._y = float(rng.uniform(0.40, 0.44)) * video.height
        look = appearance_seed(seed, video.identity)
        self.scene = Scene(
            self.person, video.room, video.width, video.height, scale, self.performance.lamp, look
        )
        self._scale, self._noise = scale, noise
        self._noise_rng = generator(seed, video.id, "noise")
        self._corner = self._make_corner(scale, seed) if video.distractor else None
        self._hand = None
        if video.absence == "hand":
            self._hand = sprite_image(hand.paint_hand(self.person, scale))

    def _make_corner(self, scale: float, seed: int) -> Corner:
        video, rng = self.video, generator(seed, self.video.id, "corner")
        guest = _GUESTS["male" if video.sex == "female" else "female"]
        width, height = round(video.width * 0.29) // 2 * 2, round(video.height * 0.44) // 2 * 2
        performance = perform(self.length, rng)
        look = appearance_seed(seed, guest.identity)
        scene = Scene(guest, "plain", width, height, scale * 0.8, performance.lamp, look)
        top = 8 if rng.random() < 0.5 else video.height - height - 8
        return Corner(video.width - width - 8, top, width, height, scene, performance)

    def place(self, time: float) -> Place:
        """Return the position of the main head."""
        wave = self.performance.wave
        at = np.array(time)
        unit = self._unit * (1.0 + float(wave("zoom", at)))
        x = self._x + 0.8 * unit * float(wave("x", at))
        y = self._y + 0.8 * unit * float(wave("y", at))
        away = self._absence(time) if self.video.absence == "leave" else 0.0
        x -= away * (self._x + 2.6 * unit)
        return Place(x, y + 0.2 * unit * away, unit, float(wave("roll", at)) + 0.12 * away)

    def box(self, time: float) -> Box:
        """Return the box of the main face."""
        return self.place(time).face_box(self.person)

    def face_visible(self, time: float) -> bool:
        """Return whether the main face is visible."""
        hidden = self._absence(time) > 0.4 if self.video.absence in ("black", "hand") else False
        return (
            not hidden and self.box(time).visible(self.video.width, self.video.height) >= _VISIBLE
        )

    def distractor_box(self, time: float) -> Box | None:
        """Return the box of the second face, None while there is none."""
        if self._corner is None or not self._corner_shown(time) or self._black(time):
            return None
        corner = self._corner
        box = self._corner_place(time).face_box(corner.scene.person)
        return Box(box.cx + corner.x, box.cy + corner.y, box.width, box.height)

    def pictures(self) -> Iterator[Frame]:
        """Yield the original frames, uint8 RGB [h, w, 3]."""
        times = np.array([float(time) for time in self.times])
        moments = self.performance.moments(times)
        others = self._corner.performance.moments(times) if self._corner else moments
        bank = _noise_bank(self.video.width, self.video.height, self._noise, self._noise_rng)
        for time, moment, other in zip(times.tolist(), moments, others, strict=True):
            place = self.place(time)
            moment = replace(moment, roll=place.roll)
            picture = self.scene.frame(moment, place)
            if self._hand is not None and self._absence(time) > 0.0:
                self._raise_hand(picture, place, self._absence(time))
            if self._corner is not None and self._corner_shown(time):
                self._show_corner(picture, other, time)
            if self._black(time):
                picture[:] = 6
            yield _noisy(picture, bank, self._noise_rng)

    def _absence(self, time: float) -> float:
        """Return the progress of the absence: 0 the face is visible, 1 it is absent."""
        span = self.video.absent
        if span is None:
            return 0.0
        start, end = span.start * self.length, span.end * self.length
        if self.video.absence == "black":
            return float(start <= time < end)
        move = min(_MOVE, 0.4 * (end - start))
        t = np.clip([(time - start) / move, (end - time) / move], 0.0, 1.0).min()
        return float(t * t * (3.0 - 2.0 * t))

    def _black(self, time: float) -> bool:
        return self.video.absence == "black" and self._absence(time) > 0.5

    def _raise_hand(self, picture: Frame, place: Place, share: float) -> None:
        assert self._hand is not None
        low = place.y + (0.30 + 3.4 * (1.0 - share)) * place.unit
        at = Place(place.x, low, place.unit, place.roll + 0.08)
        lay_over(
            picture, self._hand, at, (hand.LEFT, hand.TOP, hand.RIGHT, hand.BOTTOM), self._scale
        )

    def _corner_shown(self, time: float) -> bool:
        span = self.video.distractor
        return span is not None and span.start * self.length <= time < span.end * self.length

    def _corner_place(self, time: float) -> Place:
        corner = self._corner
        assert corner is not None
        wave, at = corner.performance.wave, np.array(time)
        guest = corner.scene.person
        unit = 0.62 * corner.height / (guest.chin - FOREHEAD)
        x = corner.width * 0.5 + 0.3 * unit * float(wave("x", at))
        y = corner.height * 0.46 + 0.3 * unit * float(wave("y", at))
        return Place(x, y, unit, 0.7 * float(wave("roll", at)))

    def _show_corner(self, picture: Frame, moment: object, time: float) -> None:
        corner = self._corner
        assert corner is not None
        inset = corner.scene.frame(moment, self._corner_place(time))  # type: ignore[arg-type]
        rows = slice(corner.y, corner.y + corner.height)
        columns = slice(corner.x, corner.x + corner.width)
        frame = (slice(corner.y - 2, rows.stop + 2), slice(corner.x - 2, columns.stop + 2))
        picture[frame] = 24
        picture[rows, columns] = inset


def truth_times(film: Film) -> list[Fraction]:
    """Return the times of the 30 fps frames."""
    return [Fraction(index, 30) for index in range(film.frames30)]


def _noise_bank(width: int, height: int, sd: float, rng: np.random.Generator) -> np.ndarray:
    """Return noise that is larger than a frame; each frame uses another part of it."""
    shape = (height + 97, width + 97)
    grey = rng.normal(0.0, 255.0 * sd, shape)[..., None]
    colour = rng.normal(0.0, 255.0 * sd * 0.45, (*shape, 3))
    return np.rint(0.9 * grey + colour).astype(np.int16)


def _noisy(picture: Frame, bank: np.ndarray, rng: np.random.Generator) -> Frame:
    height, width = picture.shape[:2]
    dy, dx = rng.integers(0, 97, 2)
    return np.clip(picture + bank[dy : dy + height, dx : dx + width], 0, 255).astype(np.uint8)
