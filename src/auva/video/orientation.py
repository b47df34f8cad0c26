"""From the stored picture to the upright one: display matrix, pixel shape, even size."""

import struct
from dataclasses import dataclass
from fractions import Fraction

# The eight right-angled display matrices (a, b, c, d): a stored point (x, y) is shown at
# (a x + c y, b x + d y), y down (ISO/IEC 14496-12, 6.2.2). The names are FFmpeg's filters.
_FILTERS: dict[tuple[int, int, int, int], tuple[tuple[str, str], ...]] = {
    (1, 0, 0, 1): (),
    (-1, 0, 0, 1): (("hflip", ""),),
    (1, 0, 0, -1): (("vflip", ""),),
    (-1, 0, 0, -1): (("hflip", ""), ("vflip", "")),
    (0, 1, 1, 0): (("transpose", "cclock_flip"),),
    (0, 1, -1, 0): (("transpose", "clock"),),
    (0, -1, 1, 0): (("transpose", "cclock"),),
    (0, -1, -1, 0): (("transpose", "clock_flip"),),
}
_UPRIGHT = (1, 0, 0, 1)


@dataclass(frozen=True)
class Orientation:
    """How a stored picture is turned, stretched and cut for display.

    Parameters
    ----------
    matrix : tuple of int
        The right-angled display matrix (a, b, c, d).
    aspect : Fraction
        Width of a stored pixel divided by its height.
    """

    matrix: tuple[int, int, int, int] = _UPRIGHT
    aspect: Fraction = Fraction(1)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the shown size of a stored picture, before `even`."""
        if self.aspect >= 1:
            width = round(width * self.aspect)
        else:
            height = round(height / self.aspect)
        return (height, width) if self.matrix[0] == 0 else (width, height)

    def filters(self, width: int, height: int) -> list[tuple[str, list[str]]]:
        """Return FFmpeg's filters, with their arguments, that make the stored picture upright.

        The last column or row of an odd size is cut off, because H.264 with yuv420p stores even
        sizes only; coordinates of the picture stay what they are.
        """
        steps = [(name, [option] if option else []) for name, option in _FILTERS[self.matrix]]
        shown = self.size(width, height)
        turned = (height, width) if self.matrix[0] == 0 else (width, height)
        if shown != turned:
            steps.append(("scale", [str(shown[0]), str(shown[1])]))
        if even(shown) != shown:
            steps.append(("crop", [*(str(side) for side in even(shown)), "0", "0"]))
        return steps


def even(size: tuple[int, int]) -> tuple[int, int]:
    """Return the largest even size inside `size`."""
    return size[0] // 2 * 2, size[1] // 2 * 2


def orientation(display_matrix: bytes | None, aspect: Fraction = Fraction(1)) -> Orientation:
    """Read a display matrix (nine 32-bit numbers) and a sample aspect ratio.

    A turn by other than quarter circles goes to the nearest one, as players do.
    """
    aspect = aspect if Fraction(1, 8) <= aspect <= 8 else Fraction(1)
    if display_matrix is None or len(display_matrix) < 36:
        return Orientation(_UPRIGHT, aspect)
    a, b, _, c, d, *_ = struct.unpack("=9i", display_matrix[:36])
    if abs(a) + abs(d) >= abs(b) + abs(c):
        matrix = (_sign(a), 0, 0, _sign(d))
    else:
        matrix = (0, _sign(b), _sign(c), 0)
    return Orientation(matrix if matrix in _FILTERS else _UPRIGHT, aspect)


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
