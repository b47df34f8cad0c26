"""From the stored picture to the upright one: display matrix, pixel shape, even size."""

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.plane import VideoPlane

_UPRIGHT = (1, 0, 0, 1)
_FULL_RANGE = 2
_LIMITED_RANGE = 1


@dataclass(frozen=True)
class Orientation:
    """How a stored picture is stretched and turned for display.

    Parameters
    ----------
    matrix : tuple of int
        The right-angled display matrix (a, b, c, d): a stored point (x, y) is shown at
        (a x + c y, b x + d y), y down (ISO/IEC 14496-12, 6.2.2). Of its numbers two are 1 or -1.
    aspect : Fraction
        Width of a stored pixel divided by its height.
    """

    matrix: tuple[int, int, int, int] = _UPRIGHT
    aspect: Fraction = Fraction(1)

    @property
    def sideways(self) -> bool:
        """Whether rows become columns."""
        return self.matrix[0] == 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the shown size of a stored picture, with square pixels."""
        if self.aspect >= 1:
            width = round(width * self.aspect)
        else:
            height = round(height / self.aspect)
        return (height, width) if self.sideways else (width, height)

    def turn(self, plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a plane [height, width, ...] as it is shown: a view, nothing is copied."""
        a, b, c, d = self.matrix
        if self.sideways:
            plane = plane.swapaxes(0, 1)
        rows = slice(None, None, b + d)
        columns = slice(None, None, a + c)
        return plane[rows, columns]


def upright(
    picture: "VideoFrame", turn: Orientation, size: tuple[int, int], pixels: str
) -> list[NDArray[np.uint8]]:
    """Return the planes of a picture as it is shown.

    Parameters
    ----------
    picture : VideoFrame
        The stored picture.
    turn : Orientation
        How it is shown.
    size : tuple of int
        The shown width and height; a picture of another size is scaled to it.
    pixels : str
        "rgb24", or "yuv420p" (of limited range).

    Returns
    -------
    list of uint8 array
        One plane [height, width, 3] of RGB, or the three planes [height, width] of YUV, the latter
        two of half the size, rounded up.
    """
    width, height = reversed(size) if turn.sideways else size
    scaled = (picture.width, picture.height) != (width, height)
    colours = pixels == "rgb24"
    full = picture.color_range == _FULL_RANGE and not colours
    if scaled or full or picture.format.name != pixels:
        picture = picture.reformat(
            width=width,
            height=height,
            format=pixels,
            dst_color_range=None if colours else _LIMITED_RANGE,
            interpolation="BICUBIC" if scaled else None,
        )
    return [turn.turn(_array(plane, 3 if colours else 1)) for plane in picture.planes]


def _array(plane: "VideoPlane", channels: int) -> NDArray[np.uint8]:
    """Return the bytes of a plane, without the padding of its rows."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    rows = rows[: plane.height, : plane.width * channels]
    return rows.reshape(plane.height, plane.width, channels) if channels > 1 else rows


def even(size: tuple[int, int]) -> tuple[int, int]:
    """Return the largest even size inside `size`."""
    return size[0] // 2 * 2, size[1] // 2 * 2


def orientation(display_matrix: bytes | None, aspect: Fraction = Fraction(1)) -> Orientation:
    """Read a display matrix (nine 32-bit numbers) and a sample aspect ratio.

    A turn by other than quarter circles goes to the nearest one, as players do. A matrix that
    shows nothing, and pixels more than 8 times as wide as high, are ignored.
    """
    aspect = aspect if Fraction(1, 8) <= aspect <= 8 else Fraction(1)
    if display_matrix is None or len(display_matrix) < 36:
        return Orientation(_UPRIGHT, aspect)
    a, b, _, c, d, *_ = struct.unpack("=9i", display_matrix[:36])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        matrix = (_sign(a), 0, 0, _sign(d))
    else:
        matrix = (0, _sign(b), _sign(c), 0)
    return Orientation(matrix if matrix.count(0) == 2 else _UPRIGHT, aspect)


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
