"""The seal of a converted video: a checksum with which a reader verifies its bytes.

FFmpeg plays a damaged video without an error: it shows other pictures, black ones or fewer, and a
flipped bit in compressed pictures is not an error for any decoder. So the checksum of the file is
at its end, in a box of type `uuid`, which players skip (ISO/IEC 14496-12, 4.2).
"""

import hashlib
import struct
import uuid
from pathlib import Path

from auva.errors import InputError

_KIND = uuid.uuid5(uuid.NAMESPACE_OID, "auva: SHA-256 of the bytes before").bytes
_HEAD = struct.pack(">I4s16s", 8 + 16 + 32, b"uuid", _KIND)
_SIZE = len(_HEAD) + 32
_BLOCK = 1 << 20


def seal(path: Path) -> None:
    """Append the SHA-256 of a finished mp4 to it."""
    digest = _digest(path, path.stat().st_size)
    with path.open("ab") as stream:
        stream.write(_HEAD + digest)


def check_seal(path: str | Path) -> None:
    """Read a converted video once and compare it with its seal, if it has one.

    Raises
    ------
    InputError
        If the file does not exist, or a byte of a sealed one has changed.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("the video file does not exist", path)
    body = path.stat().st_size - _SIZE
    with path.open("rb") as stream:
        stream.seek(max(0, body))
        head, digest = stream.read(len(_HEAD)), stream.read(32)
    if head == _HEAD and digest != _digest(path, body):
        raise InputError("is damaged: remove it, and it is converted again", path)


def _digest(path: Path, length: int) -> bytes:
    """Return the SHA-256 of the first bytes of a file."""
    checksum = hashlib.sha256()
    with path.open("rb") as stream:
        while length > 0:
            block = stream.read(min(_BLOCK, length))
            if not block:
                break
            checksum.update(block)
            length -= len(block)
    return checksum.digest()
