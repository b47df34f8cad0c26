"""Check a picture and convert it to the planar 8-bit picture that is searched."""

import numpy as np

from auva.dpm.jit import kernel
from auva.errors import InputError

# The first row of the inverse of the NTSC YIQ matrix that menpo uses for "luminosity".
_LUMINOSITY = np.array([0.2989360212937754, 0.5870430744511212, 0.11402090425510325])
FIXED = 22


def as_picture(image: np.ndarray, greyscale: bool = True) -> np.ndarray:
    """Return `image` as a planar 8-bit picture.

    Parameters
    ----------
    image : uint8, bool or float array [height, width] or [height, width, channels]
        1 channel (grey), 2 (grey and alpha), 3 (RGB) or 4 (RGB and alpha). Alpha is ignored. Floats
        must be in [0, 1] and are rounded to 8 bits.
    greyscale : bool
        Convert RGB to its luminosity 0.2989 R + 0.5870 G + 0.1140 B, truncated to 8 bits like
        menpo's `as_greyscale` and `pixels_with_channels_at_back`. The two may differ by one level
        where this value is within 0.0001 of a whole number, because both round.

    Returns
    -------
    uint8 [channels, height, width]
        1 or 3 channels.

    Raises
    ------
    InputError
        For another shape or type, an empty picture, NaN, or floats outside [0, 1].
    """
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[..., None]
    if image.ndim != 3 or image.shape[2] not in (1, 2, 3, 4):
        raise InputError(
            f"a picture has the shape height x width (x 1 to 4 channels), not {image.shape}"
        )
    if image.size == 0:
        raise InputError(f"the picture is empty: its shape is {image.shape}")
    image = as_bytes(image)
    if greyscale and image.shape[2] > 2:
        return luminosity(image)
    return np.ascontiguousarray(np.moveaxis(without_alpha(image), 2, 0))


def without_alpha(image: np.ndarray) -> np.ndarray:
    """Return [height, width, 1 to 4 channels] without alpha, the last of 2 or 4 channels."""
    return image[..., : image.shape[2] - 1 + image.shape[2] % 2]


def luminosity(image: np.ndarray) -> np.ndarray:
    """Return the luminosity, uint8 [1, height, width], of uint8 RGB [height, width, 3]."""
    weights = np.round(_LUMINOSITY * (1 << FIXED)).astype(np.int64)
    weights[1] += (1 << FIXED) - weights.sum()  # the weights of a grey pixel sum to 1
    result = np.empty((1, *image.shape[:2]), np.uint8)
    _weigh(image, *(int(weight) for weight in weights), result[0])
    return result


def as_bytes(image: np.ndarray) -> np.ndarray:
    """Return pixels as uint8; floats must be in [0, 1] and are rounded, True becomes 255."""
    if image.dtype == np.uint8:
        return image
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)
    if not np.issubdtype(image.dtype, np.floating):
        raise InputError(f"a picture holds 8-bit numbers or floats in [0, 1], not {image.dtype}")
    if not np.isfinite(image).all():
        raise InputError("the picture holds NaN or infinite values")
    low, high = float(image.min()), float(image.max())
    if low < 0 or high > 1:
        raise InputError(f"the picture's floats must be in [0, 1], not in [{low:g}, {high:g}]")
    return np.rint(image * 255).astype(np.uint8)


@kernel
def _weigh(image: np.ndarray, red: int, green: int, blue: int, result: np.ndarray) -> None:
    """Fill `result` with weighted sums of three channels, in fixed point."""
    rows, columns = result.shape
    r, g, b, shift = np.uint32(red), np.uint32(green), np.uint32(blue), np.uint32(FIXED)
    for y in range(rows):
        for x in range(columns):
            pixel = image[y, x]
            total = np.uint32(pixel[0]) * r + np.uint32(pixel[1]) * g + np.uint32(pixel[2]) * b
            result[y, x] = np.uint8(total >> shift)
