"""Image files as input of the commands."""

import re
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, ImageOps

from auva.errors import InputError

_MOVING = ("GIF", "FLI", "MPEG")
"""Pillow's formats that count as videos if they hold more than one frame.

Other files with several pictures count as stills: a JPEG of a phone may contain a preview, a TIFF
several pages, a PNG or WebP an animation.
"""

_DEEP = re.compile(r";16[BLN]")
"""Pillow's names of 16-bit pixel formats that it would truncate to 8 bits."""


def read_picture(path: str | Path) -> np.ndarray:
    """Return an image file as uint8 [height, width] or [height, width, 2 to 4 channels].

    Palettes and other modes are converted to RGB. The orientation in the metadata is applied. If
    the file holds several pictures, the first one is read.

    Raises
    ------
    InputError
        If the file is missing, empty, not an image, too large for Pillow's limit of 179 million
        pixels, or a PNG or TIFF of more than 8 bits per channel.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("no such file", path)
    if path.stat().st_size == 0:
        raise InputError("the file is empty", path)
    try:
        with _opened(path) as image:
            if image.mode[0] in "IF" or _DEEP.search(str(image.tile)):
                raise InputError(f"pixels of more than 8 bits (mode {image.mode})", path)
            image = ImageOps.exif_transpose(image)
            if image.mode not in ("L", "LA", "RGB", "RGBA"):
                image = image.convert("RGB")
            return np.asarray(image)
    except InputError:
        raise
    except Exception as error:  # Pillow's readers raise many kinds of errors for a corrupt file
        raise InputError(f"not a readable image ({error})", path) from None


def is_picture(path: str | Path) -> bool:
    """Return whether a file is a still image for Pillow (its pixels may be broken)."""
    try:
        with _opened(path) as image:
            return image.format not in _MOVING or getattr(image, "n_frames", 0) == 1
    except OSError:
        return False
    except Exception:  # Pillow knows the format; `read_picture` reports the error
        return True


def _opened(path: str | Path) -> ImageFile.ImageFile:
    """Open an image file without a warning for a large one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(path)
