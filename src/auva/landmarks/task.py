"""The file of MediaPipe's Face Landmarker: a zip archive of three networks.

Read without MediaPipe itself, whose package wants an old NumPy or reports its use to its maker.
"""

import hashlib
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

from auva.errors import InputError

PLACE = "resources/landmarks/face_landmarker.task"
"""Where `auva.landmarks.fetch` puts the file, below the folder of the workflow."""

SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
"""Of the file that Google published as face_landmarker/float16/1 (3,758,596 bytes)."""

LANDMARKS = "face_landmarks_detector.tflite"
"""From a face to 478 landmarks."""

BLENDSHAPES = "face_blendshapes.tflite"
"""From 146 of the landmarks to 52 blendshapes."""


def read_network(path: str | Path, sha256: str, name: str) -> bytes:
    """Return one network of the file.

    Parameters
    ----------
    path : path
        The file.
    sha256 : str
        What its SHA-256 must be.
    name : str
        `LANDMARKS` or `BLENDSHAPES`.

    Raises
    ------
    InputError
        No such file, another file, or no such network in it.
    """
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError("no such file of landmark networks", path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path) from None
    found = hashlib.sha256(data).hexdigest()
    if found != sha256.lower():
        raise InputError(f"its SHA-256 is {found}, not {sha256}", path)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.read(name)
    except KeyError:
        raise InputError(f"holds no {name}", path) from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise InputError(f"is not a file of landmark networks ({error})", path) from None
