"""Decoding a video to its last picture: damage is an error, never a guess.

FFmpeg conceals damage: it leaves pictures out, or shows what it could make of them, and every label
after them would be shifted. Four signs show that a file is damaged; `tests/video/test_damage.py`
measures them on good and damaged files of many formats:

- demuxer or decoder fail, or flag a packet or picture as incomplete;
- the demuxer reports an error (Matroska had to search for the next block, the file is truncated);
- the file's own index (AVI, mp4) lists pictures that cannot be read;
- the decoder of a codec without references between pictures reports an error (`open_video`).

Complaints of other decoders are no sign: good videos that were cut from longer ones begin with
pictures that refer to missing ones. Nor are packets without a picture (VP8, packed B-frames).
"""

import logging
from array import array
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.index import IndexEntry
from av.logging import (
    ERROR,
    Capture,
    get_level,
    get_skip_repeated,
    set_level,
    set_skip_repeated,
)
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from auva.errors import InputError

_CHUNK_HEADER = 8
"""AVI's index gives the begin of a chunk, its packets the begin of their data."""

_NOWHERE = -1
"""Position of a packet whose place in the file the demuxer does not report."""

_MOST_READ = 20
"""Times the size of the file: an index that names the same bytes again and again claims hours."""

_SHORT_SECONDS = 1
"""A file whose pictures end this much before its declared end was probably cut off."""

log = logging.getLogger("auva")


@dataclass(frozen=True)
class Decoded:
    """A decoded picture with its times in the file, in ticks of its stream.

    Attributes
    ----------
    picture : VideoFrame
        The picture; its `pts` is the stated time of presentation, its `duration` FFmpeg's reading
        of the bit stream (0 where it has none).
    pushed : int or None
        The stated time of the packet after which the decoder gave the picture: of decoding where
        the file has such times, else of presentation. None at the end of the stream.
    held : int
        How many packets the decoder had taken before that one.
    """

    picture: VideoFrame
    pushed: int | None
    held: int


def pictures(
    container: InputContainer,
    stream: VideoStream,
    path: str | Path,
    stated: InputContainer | None = None,
) -> Iterator[Decoded]:
    """Decode all pictures of a video in the order of presentation.

    Parameters
    ----------
    container, stream
        The open file and its video stream.
    path : path
        Its name, for messages.
    stated : InputContainer, optional
        The same file, opened once more without FFmpeg's guesses in place of missing times; by
        default `container` is taken to be free of them.

    Raises
    ------
    InputError
        If something is damaged or missing: where, and what.
    """
    place = _Place(path, stream)
    listed = sum(1 for _ in _listed(stream))
    yield from _decode(container, stream, place, stated)
    _check_all_read(listed, stream, place)
    _warn_of_early_end(container, place)


def first_pictures(
    container: InputContainer, stream: VideoStream, path: str | Path, count: int
) -> Iterator[Decoded]:
    """Decode the first pictures of a video, as `pictures` does."""
    return islice(_decode(container, stream, _Place(path, stream), None), count)


def _decode(
    container: InputContainer, stream: VideoStream, place: "_Place", stated: InputContainer | None
) -> Iterator[Decoded]:
    pushed = _Pushed(stream)
    try:
        for packet in _packets(container, stream, place, stated):
            if packet.is_corrupt:
                raise place.damage("a packet is incomplete")
            pushed.number(packet)
            for picture in packet.decode():
                if picture.is_corrupt:
                    raise place.damage("a picture is incomplete")
                place.pictures += 1
                yield Decoded(picture, pushed.time(picture), picture.dts or 0)
    except FFmpegError as error:
        raise place.damage(cause(error)) from error


def cause(error: Exception) -> str:
    """Return the message of an FFmpeg error without the file's name."""
    return str(getattr(error, "strerror", None) or error).split(": 'file:")[0]


class _Place:
    """The position in the decoding of a video."""

    def __init__(self, path: str | Path, stream: VideoStream) -> None:
        self.path, self.pictures = path, 0
        self._bytes, self._size = 0, Path(path).stat().st_size
        self.packets = array("q")
        self.time = 0.0
        self._base, self._start = float(stream.time_base or 0), stream.start_time or 0

    def reach(self, packet: Packet) -> None:
        """Note a packet that was read."""
        ticks = packet.pts if packet.pts is not None else packet.dts
        if ticks is None:
            self.time += (packet.duration or 0) * self._base
        else:
            self.time = (ticks - self._start) * self._base
        if packet.size:
            self.packets.append(_NOWHERE if packet.pos is None else packet.pos)
        self._bytes += packet.size
        if self._bytes > _MOST_READ * self._size:
            raise self.damage("its index names the same bytes again and again")

    def damage(self, cause: str) -> InputError:
        """Return the error for damage at this place."""
        where = f"near {self.time:.2f} s, after picture {self.pictures}"
        return InputError(f"damaged {where} ({cause}); repair the file first", self.path)


class _Pushed:
    """The stated times of the packets that made the decoder give its pictures.

    A decoder that begins to hold back more pictures (the stream reorders more from some place on)
    gives no picture for some packets. That is no pause in the video, so from then on the time is
    that of as many packets earlier.
    """

    _KEPT = 256

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._times: deque[int | None] = deque(maxlen=self._KEPT)
        self._count = 0
        self._depth: int | None = None

    def number(self, packet: Packet) -> None:
        """Note a packet, and number it in the field that the decoder hands on to its picture."""
        if not packet.size:
            return
        self._times.append(packet.pts if packet.dts is None else packet.dts)
        packet.dts = self._count
        self._count += 1

    def time(self, picture: VideoFrame) -> int | None:
        """Return the time for a picture that the decoder gave now, in ticks."""
        depth = self._stream.codec_context.reorder_depth
        if self._depth is None:
            self._depth = depth
        if picture.dts is None:
            return None
        place = picture.dts - (depth - self._depth) - self._count + len(self._times)
        return self._times[place] if 0 <= place < len(self._times) else None


def _packets(
    container: InputContainer, stream: VideoStream, place: _Place, stated: InputContainer | None
) -> Iterator[Packet]:
    """Yield the packets of a video; a complaint of the demuxer is an error."""
    demuxed = container.demux(stream)
    bare = stated.demux(stated.streams[stream.index]) if stated else None
    while True:
        with _complaints() as complaints:
            packet = next(demuxed, None)
        # Parsers log here too, under the codec's name: they complain as decoders do.
        for _, name, message in complaints:
            if name == container.format.name:
                raise place.damage(message.strip())
        if packet is None:
            return
        place.reach(packet)
        if bare is not None:
            twin = next(bare, None)
            if twin is None or twin.size != packet.size:
                raise place.damage("it reads differently each time")
            packet.pts, packet.dts = twin.pts, twin.dts
        yield packet


@contextmanager
def _complaints() -> Iterator[list[tuple[int, str, str]]]:
    """Gather what FFmpeg logs as an error in this thread: level, name, message."""
    level, skip = get_level(), get_skip_repeated()
    with Capture() as complaints:
        # A second file may be damaged at the same place as the first, in the same words.
        set_skip_repeated(False)
        set_level(ERROR)
        try:
            yield complaints
        finally:
            set_level(level)
            set_skip_repeated(skip)


def _listed(stream: VideoStream) -> Iterator[IndexEntry]:
    """Yield the pictures in the file's index.

    Entries without size are not pictures: AVI's mean "as before", Matroska's are key frames.
    """
    return (entry for entry in stream.index_entries if entry.size > 0)


def _check_all_read(listed: int, stream: VideoStream, place: _Place) -> None:
    missing = listed - len(place.packets)
    if missing <= 0:
        return
    found, base = set(place.packets), float(stream.time_base or 0)
    lost = (e for e in _listed(stream) if not found & {e.pos, e.pos + _CHUNK_HEADER})
    first = next(lost, None)
    where = f"damaged at {first.timestamp * base if first else 0.0:.2f} s"
    raise InputError(
        f"{where}: {missing} of the {listed} pictures that it lists cannot be read; "
        "repair the file first",
        place.path,
    )


def _warn_of_early_end(container: InputContainer, place: _Place) -> None:
    # No error: the last picture may be meant to stand, and sound may go on after it.
    declared = (container.duration or 0) / av.time_base
    # Matroska's duration counts from 0, also where the pictures start later.
    late = max(0, container.start_time or 0) / av.time_base
    if len(container.streams) == 1 and declared - late - place.time > _SHORT_SECONDS:
        log.warning(
            "%s: the pictures end at %.2f s of the %.2f s that the file declares; is it cut off?",
            place.path,
            place.time,
            declared,
        )
