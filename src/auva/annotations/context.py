"""What the video and the sheet tell a reader of an annotation beyond the file itself."""

from dataclasses import dataclass, field

from auva.annotations.layout import Layout
from auva.sheet import Scale
from auva.units import THESIS_UNITS


@dataclass(frozen=True)
class Timeline:
    """The time line of the converted video in the time of a player.

    Attributes
    ----------
    frames : int or None
        Its frames, where they are known; 0 where a file is only checked, for any video.
    rate : float
        Frames per second.
    start : float
        When a player shows its first frame (s): later than 0 where sound begins earlier.
    original : int or None
        Frames of the original video, where they are known.
    """

    frames: int | None = None
    rate: float = 30
    start: float = 0.0
    original: int | None = None

    def place(self, time: float) -> float:
        """Return how many frames of the video lie before a time of the player (s)."""
        return (time - self.start) * self.rate

    def time(self, frames: int) -> float:
        """Return the time of the player (s) before which `frames` frames lie."""
        return frames / self.rate + self.start


@dataclass(frozen=True)
class Context:
    """The video that an annotation belongs to, and what its row of the sheet chooses.

    Attributes
    ----------
    timeline : Timeline
        Of the converted video; without its frames the file itself must tell its length.
    medium : str
        The name of the video's file: which clock counts where an annotation has several. Empty
        where it is not known.
    subject : str
        The person whose labels are read, if a file labels several people. Empty: the only person.
    va_scale : Scale or None
        The scale of valence and arousal in the file; None: what its format has.
    layout : Layout or None
        How the file is laid out, where its format does not tell; None: what lies beside it says.
    units : tuple of int
        FACS numbers of the Action Units that are read, in the order of the table's columns. What a
        file says of others is left out, and named.
    """

    timeline: Timeline = field(default_factory=Timeline)
    medium: str = ""
    subject: str = ""
    va_scale: Scale | None = None
    layout: Layout | None = None
    units: tuple[int, ...] = THESIS_UNITS
