"""Which of the media that an annotation names is the video of the sheet, by the names of files."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from auva.annotations.text import shown

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://?")
_SOUND = frozenset((".wav", ".mp3", ".aac", ".flac", ".m4a", ".ogg", ".aif", ".aiff", ".wma"))


def file_name(medium: str) -> str:
    """Return the file's name in a path of any system or in a URL."""
    text = medium.strip()
    if _SCHEME.match(text):
        text = unquote(text.partition("?")[0])
    return re.split(r"[\\/]", text.rstrip("\\/"))[-1]


def the_video(video: str, media: Sequence[str]) -> list[int]:
    """Return the places of the media that are the video of the sheet: all that fit best.

    The name of its file counts, in upper or lower case; else the name without its ending, where a
    sound file counts as the video only if nothing else fits.

    Parameters
    ----------
    video : str
        The name of the video's file; empty where it is not known.
    media : sequence of str
        Paths or URLs.
    """
    wanted = _folded(file_name(video))
    names = [_folded(file_name(medium)) for medium in media]
    if not wanted:
        return []
    same = [place for place, name in enumerate(names) if name == wanted]
    alike = [place for place, name in enumerate(names) if _stem(name) == _stem(wanted)]
    seen = [place for place in alike if PurePosixPath(names[place]).suffix not in _SOUND]
    return same or seen or alike


def taken_for(video: str, media: Sequence[str]) -> tuple[str, ...]:
    """Return, in the words of reports, which medium is taken for a video of another name.

    Parameters as for `the_video`; the media that are read.
    """
    names = list(dict.fromkeys(map(file_name, media)))
    if not video or not names or the_video(video, media):
        return ()
    return (f"made on {' and '.join(map(shown, names))}, taken for {shown(video)}",)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _stem(name: str) -> str:
    return PurePosixPath(name).stem
