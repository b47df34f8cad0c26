"""What a reader of an annotation needs from the video and the sample sheet."""

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
        Number of frames, if known; 0 if a file is only checked, for any video.
    rate : float
        Frames per second.
    start : float
        When a player shows its first frame (s): later than 0 where sound begins earlier.
    original : int or None
        Number of frames of the original video, if known.
    """

    frames: int | None = None
    rate: float = 30
    start: float = 0.0
    original: int | None = None

    def place(self, time: float) -> float:
        """Return the number of frames of the video before a time of the player (s)."""
        return (time - self.start) * self.rate

    def time(self, frames: int) -> float:
        """Return the time of the player (s) after `frames` frames."""
        return frames / self.rate + self.start


@dataclass(frozen=True)
class Context:
    """The video of an annotation, and the choices in its row of the sheet.

    Attributes
    ----------
    timeline : Timeline
        Of the converted video; without its frames the file itself must give its length.
    medium : str
        The name of the video's file: which clock counts where an annotation has several. Empty
        where it is not known.
    subject : str
        The person whose labels are read, if a file labels several people. Empty: the only person.
    va_scale : Scale or None
        The scale of valence and arousal in the file; None: what its format has.
    layout : Layout or None
        Layout of the file, if its format has none; None: the YAML file beside it, if there is one.
    units : tuple of int
        FACS numbers of the Action Units that are read, in the order of the table's columns. What a
        file has of others is ignored and listed.
    """

    timeline: Timeline = field(default_factory=Timeline)
    medium: str = ""
    subject: str = ""
    va_scale: Scale | None = None
    layout: Layout | None = None
    units: tuple[int, ...] = THESIS_UNITS
