"""The videos of the synthetic corpus, one record each. No numerical library is imported here."""

from dataclasses import dataclass
from fractions import Fraction

from auva.demo.people import PEOPLE
from auva.errors import InputError, suggest

NTSC_FILM = Fraction(24000, 1001)
NTSC = Fraction(30000, 1001)


@dataclass(frozen=True)
class Span:
    """A part of a video, as shares of its length.

    Attributes
    ----------
    start, end : float
        0 is the first frame, 1 the last.
    """

    start: float
    end: float


@dataclass(frozen=True)
class DemoVideo:
    """One video of the corpus.

    Attributes
    ----------
    id : str
        Name in the sample sheet and of its files.
    identity, sex : str
        The main person.
    width, height : int
        Frame size in pixels.
    rate : Fraction or None
        Frames per second; None is a variable rate.
    container, codec : str
        File name extension and encoder.
    length : float
        Duration as a share of the configured one.
    room : str
        Background: shelf, window, office, kitchen or plain.
    distractor : Span or None
        Part of the video in which a second face is shown in a corner.
    absence : str
        Why no face is visible for some time: "", leave, black or hand.
    absent : Span or None
        Part of the video without a visible face.
    """

    id: str
    identity: str
    sex: str
    width: int
    height: int
    rate: Fraction | None
    container: str
    codec: str
    room: str
    length: float = 1.0
    distractor: Span | None = None
    absence: str = ""
    absent: Span | None = None

    @property
    def file_name(self) -> str:
        """Name of the video file."""
        return f"{self.id}.{self.container}"

    @property
    def fps(self) -> str:
        """The frame rate as text, such as 23.976 or variable."""
        return (
            "variable" if self.rate is None else f"{float(self.rate):.3f}".rstrip("0").rstrip(".")
        )

    @property
    def features(self) -> tuple[str, ...]:
        """The difficulties of the video, as text."""
        words = ["variable rate"] if self.rate is None else []
        words += ["second face"] if self.distractor else []
        words += [f"no face: {self.absence}"] if self.absence else []
        return tuple(words)


_SEX = {person.identity: person.sex for person in PEOPLE}


def _video(
    name: str,
    size: tuple[int, int],
    rate: Fraction | int | None,
    file: str,
    room: str,
    **more: object,
) -> DemoVideo:
    container, codec = file.split("/")
    identity = name.rpartition("-")[0]
    exact = None if rate is None else Fraction(rate)
    return DemoVideo(name, identity, _SEX[identity], *size, exact, container, codec, room, **more)  # type: ignore[arg-type]


_VIDEOS = (
    _video("ada-1", (320, 240), 25, "mp4/h264", "shelf"),
    _video("ada-2", (400, 300), 15, "avi/mpeg4", "kitchen", length=1.05),
    _video("ben-1", (480, 270), NTSC, "mp4/h264", "window", distractor=Span(0.3, 0.8)),
    _video("ben-2", (320, 240), 24, "mkv/h264", "plain", absence="leave", absent=Span(0.45, 0.62)),
    _video("chloe-1", (320, 240), 30, "webm/vp8", "office", length=1.1),
    _video("daniel-1", (400, 300), NTSC_FILM, "mov/h264", "shelf"),
    _video("daniel-2", (320, 240), None, "mp4/h264", "kitchen", length=0.95),
    _video("emi-1", (400, 300), 30, "webm/vp9", "window", length=1.1),
    _video(
        "farid-1", (320, 240), 15, "avi/mjpeg", "office", length=1.15,
        absence="black", absent=Span(0.5, 0.6),
    ),
    _video("greta-1", (480, 270), 25, "mp4/h264", "shelf", distractor=Span(0.0, 0.45)),
    _video("greta-2", (320, 240), 24, "mkv/mpeg4", "window", length=0.95),
    _video(
        "hugo-1", (320, 240), NTSC, "avi/mpeg4", "plain", length=1.15,
        absence="hand", absent=Span(0.4, 0.58),
    ),
    _video("ines-1", (400, 300), NTSC_FILM, "mkv/h264", "office"),
    _video(
        "ines-2", (480, 270), 30, "mov/mjpeg", "kitchen", length=0.95,
        distractor=Span(0.55, 1.0), absence="leave", absent=Span(0.2, 0.36),
    ),
    # Short videos: generalisation to new people depends on the number of people, not of frames.
    _video("jonas-1", (320, 240), 25, "mp4/h264", "window", length=0.65),
    _video("kofi-1", (320, 240), 30, "mp4/h264", "kitchen", length=0.65),
    _video("lena-1", (320, 240), 24, "mkv/h264", "shelf", length=0.65),
    _video("mei-1", (320, 240), 30, "webm/vp8", "plain", length=0.65),
    _video("nadia-1", (320, 240), 25, "avi/mpeg4", "office", length=0.65),
    _video("omar-1", (320, 240), NTSC, "mp4/h264", "shelf", length=0.65),
)  # fmt: skip


def catalogue() -> list[DemoVideo]:
    """Return the videos of the synthetic corpus, sorted by id."""
    return list(_VIDEOS)


def video_of(video_id: str) -> DemoVideo:
    """Return one video of the corpus.

    Raises
    ------
    InputError
        If no video has this id.
    """
    known = {video.id: video for video in _VIDEOS}
    if video_id not in known:
        raise InputError(f"the demo corpus has no video '{video_id}'{suggest(video_id, known)}")
    return known[video_id]
