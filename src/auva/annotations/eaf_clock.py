"""When the annotations of an .eaf file are, on the clock of the video.

Facts of the format as its schema and ELAN have them (EAF 3.0, Max Planck Institute for
Psycholinguistics): slots stand in their order, in ms; one without a time lies evenly between those
with a time that its tier has around it; annotations that refer to one of the parent tier share its
time evenly, in the order in which each names the one before it; a medium shows its `TIME_ORIGIN`
where the slots say 0.
"""

from auva.annotations.eaf import Document, Note, Tier
from auva.annotations.media import file_name, taken_for, the_video
from auva.annotations.spans import Span, check_span
from auva.annotations.text import shown
from auva.errors import InputError


class Clock:
    """The times of a document's annotations on the clock of the video.

    Parameters
    ----------
    document : Document
        The whole file.
    video : str
        The name of the video's file; empty where it is not known.

    Attributes
    ----------
    read_as : tuple of str
        Media of another name that are taken for the video.

    Raises
    ------
    InputError
        If the media differ in their origin and not exactly one can be identified as the video.
    """

    def __init__(self, document: Document, video: str) -> None:
        self._document = document
        self._origin = _origin(document, video)
        self.read_as = taken_for(video, [medium.url for medium in document.media])
        self._tiers = {tier.name: tier for tier in document.tiers}
        self._notes = {note.key: note for tier in document.tiers for note in tier.notes}
        self._order = {key: place for place, key in enumerate(document.slots)}
        self._slots: dict[str, float] = {}
        self._settled: set[int] = set()

    def spans(self, tier: Tier) -> list[Span]:
        """Return the annotations of a tier with their times (s).

        Raises
        ------
        InputError
            For an annotation without a time or with a wrong one.
        """
        self._settle(tier)
        found = []
        for note in tier.notes:
            start, stop = ((time + self._origin) / 1000 for time in note.times or (0, 0))
            span = Span(start, stop, note.value, note.line)
            check_span(self._document.path, span)
            found.append(span)
        return found

    def _settle(self, tier: Tier) -> None:
        """Find the times of a tier's annotations, after those of the tiers above it."""
        if id(tier) in self._settled:
            return
        self._settled.add(id(tier))
        if tier.parent in self._tiers:
            self._settle(self._tiers[tier.parent])
        self._place_slots(tier)
        groups: dict[str, list[Note]] = {}
        for note in tier.notes:
            if note.slots:
                first, last = note.slots
                note.times = self._slot(first, note.line), self._slot(last, note.line)
            else:
                groups.setdefault(note.parent, []).append(note)
        for parent, notes in groups.items():
            self._divide(parent, notes)

    def _place_slots(self, tier: Tier) -> None:
        """Give the slots of a tier times: their own, or evenly between those that have one."""
        used: dict[str, int] = {}
        for note in tier.notes:
            for key in note.slots or ():
                if key not in self._order:
                    raise self._error(f"there is no time slot {shown(key)}", note.line)
                used.setdefault(key, note.line)
        before: float | None = None
        waiting: list[str] = []
        for key in sorted(used, key=self._order.__getitem__):
            value = self._document.slots[key]
            if value is not None:
                name = f"the time slot {shown(key)}"
                self._slots[key] = self._document.milliseconds(value, name, used[key])
            elif key not in self._slots:
                waiting.append(key)
                continue
            if before is not None:
                step = (self._slots[key] - before) / (len(waiting) + 1)
                for place, slot in enumerate(waiting, start=1):
                    self._slots[slot] = before + place * step
            before, waiting = self._slots[key], []

    def _slot(self, key: str, line: int) -> float:
        if key not in self._slots:
            raise self._error(f"the time slot {shown(key)} has no time", line)
        return self._slots[key]

    def _divide(self, parent: str, notes: list[Note]) -> None:
        """Give annotations that refer to one of the parent tier equal parts of its time."""
        whole = self._notes[parent].times if parent in self._notes else None
        if whole is None:
            cause = f"there is no annotation {shown(parent)} with a time to refer to"
            raise self._error(cause, notes[0].line)
        step = (whole[1] - whole[0]) / len(notes)
        after = {note.previous: note for note in notes}
        note = after.get("")
        for place in range(len(notes)):
            if note is None:
                cause = f"the annotations of {shown(parent)} do not follow each other"
                raise self._error(cause, notes[-1].line)
            note.times = whole[0] + place * step, whole[0] + (place + 1) * step
            note = after.get(note.key)

    def _error(self, cause: str, line: int) -> InputError:
        return InputError(cause, self._document.path, line)


def _origin(document: Document, video: str) -> int:
    """Return the time of the video at 0 of the annotation (ms)."""
    origins = [document.milliseconds(medium.origin, "TIME_ORIGIN") for medium in document.media]
    chosen = the_video(video, [medium.url for medium in document.media]) or range(len(origins))
    if len({origins[place] for place in chosen}) > 1:
        named = ", ".join(
            f"{shown(file_name(document.media[place].url))}: {origins[place]} ms"
            for place in chosen
        )
        told = f"the video {shown(video)}" if video else "the video, whose name is not known"
        cause = (
            f"the media have several TIME_ORIGINs ({named}) and none can be identified as {told}"
        )
        raise InputError(cause, document.path)
    return next((origins[place] for place in chosen), 0)
