"""The scale of valence and arousal in a file, from the sheet's column `va_scale`."""

import math
import re
from dataclasses import dataclass
from typing import Any

_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_SCALE = re.compile(rf"\s*{_NUMBER}\s*:\s*{_NUMBER}\s*", re.ASCII)


@dataclass(frozen=True)
class Scale:
    """The lowest and the highest value that an annotator could give.

    Attributes
    ----------
    low, high : float
        What is -1 and what is 1 in auva; `low` is below `high`.
    """

    low: float = -1.0
    high: float = 1.0

    @classmethod
    def parse(cls, text: str) -> "Scale":
        """Return the scale of a text such as `-100:100` or `1:9`.

        Raises
        ------
        ValueError
            If it is not such a text, or the first number is not below the second.
        """
        match = _SCALE.fullmatch(text)
        if not match:
            raise ValueError("is not LOW:HIGH, as -100:100 or 1:9")
        low, high = float(match[1]), float(match[2])
        if not (low < high and math.isfinite(high - low)):
            raise ValueError("has a first number that is not below the second")
        return cls(low, high)

    def __str__(self) -> str:
        return f"{_short(self.low)}:{_short(self.high)}"

    def to_unit(self, values: Any) -> Any:  # noqa: ANN401 - a number or an array of numbers
        """Return values of this scale on [-1, 1]; exact where the scale is symmetric."""
        if self.low == -self.high:
            return values / self.high
        return 2 * (values - self.low) / (self.high - self.low) - 1

    def from_unit(self, values: Any) -> Any:  # noqa: ANN401 - a number or an array of numbers
        """Return values on [-1, 1] on this scale."""
        if self.low == -self.high:
            return values * self.high
        return (values + 1) / 2 * (self.high - self.low) + self.low


def _short(number: float) -> str:
    return repr(number).removesuffix(".0")
