"""H.264 written bit by bit: what no encoder at hand makes (two coded fields, no frame rate).

All macroblocks are raw samples (I_PCM), so that a picture's number is its brightness. The tables
are those of ITU-T H.264, 7.3.
"""

import re

import numpy as np

SIDE = 64
_BLOCKS = SIDE // 16
_DARKEST, _STEP = 20, 4


class Bits:
    """Bits of a unit of the stream."""

    def __init__(self) -> None:
        self._bits: list[str] = []

    def u(self, *widths_and_values: tuple[int, int]) -> "Bits":
        """Append numbers of fixed widths."""
        self._bits += [f"{value:0{width}b}" for width, value in widths_and_values]
        return self

    def ue(self, *values: int) -> "Bits":
        """Append numbers as Exp-Golomb codes."""
        for value in values:
            self.u((2 * (value + 1).bit_length() - 1, value + 1))
        return self

    def pad(self, first: str = "") -> "Bits":
        """Fill up to a whole byte, with zeros after `first`."""
        self._bits.append(first)
        self._bits.append("0" * (-sum(map(len, self._bits)) % 8))
        return self

    def unit(self, kind: int, reference: int = 3) -> bytes:
        """Return the unit with its start code, and with bytes that keep start codes out of it."""
        text = "".join(self.pad("1")._bits)
        body = int(text, 2).to_bytes(len(text) // 8, "big")
        body = re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", body)
        return b"\0\0\0\1" + bytes([reference << 5 | kind]) + body


def _parameters(rate: int | None, fields: bool) -> bytes:
    """The parameter sets: order of output is order of decoding, CAVLC, no filter."""
    sequence = Bits().u((8, 77), (8, 0), (8, 30)).ue(0, 0, 2, 1).u((1, 0))
    sequence.ue(_BLOCKS - 1, (_BLOCKS // 2 if fields else _BLOCKS) - 1)
    sequence.u((1, not fields), *[(1, 0)] * fields, (1, 1), (1, 0), (1, rate is not None))
    if rate is not None:
        sequence.u(*[(1, 0)] * 4, (1, 1), (32, 1), (32, 2 * rate), (1, 1), *[(1, 0)] * 4)
    picture = Bits().ue(0, 0).u((1, 0), (1, 0)).ue(0, 0, 0).u((1, 0), (2, 0)).ue(0, 0, 0)
    return sequence.unit(7) + picture.u(*[(1, 0)] * 3).unit(8)


def _coded(number: int, fields: bool, bottom: int) -> bytes:
    """One coded frame or field of a picture, as one intra slice of raw samples."""
    first = number == 0 and not bottom
    slice_ = Bits().ue(0, 7, 0).u((4, number % 16))
    if fields:
        slice_.u((1, 1), (1, bottom))
    if first:
        slice_.ue(0).u((1, 0), (1, 0))
    else:
        slice_.u((1, 0))
    slice_.ue(0)
    luma = _DARKEST + _STEP * number
    for _ in range(_BLOCKS**2 // (2 if fields else 1)):
        slice_.ue(25).pad().u(*[(8, luma)] * 256, *[(8, 128)] * 128)
    return slice_.unit(5 if first else 1)


def raw_h264(count: int, rate: int | None = 25, fields: bool = False) -> bytes:
    """A raw stream of up to 50 pictures of 64x64, frames or pairs of fields.

    Parameters
    ----------
    count : int
        Number of pictures.
    rate : int or None
        Frames per second in the parameter sets; None leaves them out.
    fields : bool
        Whether each picture is coded as two fields.
    """
    delimiter = Bits().u((3, 7)).unit(9, reference=0)
    stream = _parameters(rate, fields)
    for number in range(count):
        for bottom in range(2 if fields else 1):
            stream += delimiter + _coded(number, fields, bottom)
    return stream


def number_of(picture: np.ndarray) -> int:
    """The number of a picture [height, width, 3] of such a stream."""
    luma = 16 + picture.mean() * 219 / 255
    return round((luma - _DARKEST) / _STEP)
