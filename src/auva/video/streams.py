"""Which of a file's video streams is the video."""

from pathlib import Path

from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from auva.errors import InputError

_STILLS = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image

HOW_TO_CHOOSE = "name one by its number in the sheet's column 'stream' (or by --stream)"


def choose_stream(
    container: InputContainer, path: str | Path, number: int | None = None
) -> VideoStream:
    """Return the video stream to read: the one that was named, the only one, or the default one.

    Covers and thumbnails do not count as videos.

    Parameters
    ----------
    container : InputContainer
        The open file.
    path : path
        Its name, for messages.
    number : int, optional
        The stream's 0-based number among all streams of the file, as FFmpeg counts them.

    Raises
    ------
    InputError
        If there is no video stream, none of that number, or several of which not exactly one is
        the default: each of them is described.
    """
    streams = [s for s in container.streams.video if not s.disposition & _STILLS]
    if not streams:
        raise InputError("the file has no video stream", path)
    if number is not None:
        named = [stream for stream in streams if stream.index == number]
        if not named:
            raise InputError(f"has no video stream {number}, but {_list(streams)}", path)
        return named[0]
    default = [stream for stream in streams if stream.disposition & Disposition.default]
    if len(streams) > 1 and len(default) != 1:
        marked = "none of them is" if not default else f"{len(default)} of them are"
        cause = f"has {len(streams)} video streams and {marked} the default: {_list(streams)}"
        raise InputError(f"{cause}; {HOW_TO_CHOOSE}", path)
    return streams[0] if len(streams) == 1 else default[0]


def _list(streams: list[VideoStream]) -> str:
    return ", ".join(f"{stream.index} ({_describe(stream)})" for stream in streams)


def _describe(stream: VideoStream) -> str:
    context = stream.codec_context
    if context is None:
        return "unknown codec"
    rate = f", {float(stream.average_rate):.6g} fps" if stream.average_rate else ""
    return f"{context.name} {context.width}x{context.height}{rate}"
