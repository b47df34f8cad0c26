"""What the commands share: a parser whose errors are one line, and numbers with a range."""

import argparse
import math
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import NoReturn, TypeVar

from auva.dpm.settings import MODEL_FILE
from auva.errors import InputError
from auva.sheet import frame_rate

Number = TypeVar("Number", int, float)


class Parser(argparse.ArgumentParser):
    """A parser that reports a wrong argument in one line, like other bad input."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong as an `InputError` that names the command."""
        raise InputError(f"{self.prog.removeprefix('auva').strip() or 'command line'}: {message}")


def whole(low: int, high: int | None = None) -> Callable[[str], int]:
    """Return a reader of whole numbers from `low` to `high`, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number")
        return _within(int(text), low, high)

    return read


def number(low: float = -math.inf, high: float | None = None) -> Callable[[str], float]:
    """Return a reader of finite numbers from `low` to `high`, both included; of any by default."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise argparse.ArgumentTypeError(f"'{text}' is not a number")
        return _within(value, low, high)

    return read


def add_source(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that a video may need: its stream and its rate."""
    parser.add_argument(
        "--stream",
        type=whole(0),
        metavar="N",
        help="number of the video stream, if a file has several",
    )
    parser.add_argument(
        "--fps", type=_rate, help="frames per second of a raw stream that does not state them"
    )


def _rate(text: str) -> Fraction:
    try:
        return frame_rate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def model_file(given: Path | None) -> Path:
    """Return the detector's model file: the one given, or the one in resources/, fetched once."""
    if given is not None:
        return given
    if not Path(MODEL_FILE).exists():
        from auva.dpm.fetch import fetch_model

        fetch_model(MODEL_FILE)
    return Path(MODEL_FILE)


def _within(value: Number, low: float, high: float | None) -> Number:
    if value < low or (high is not None and value > high):
        bounds = f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"
        raise argparse.ArgumentTypeError(f"{value} is not {bounds}")
    return value


def add_configfiles(parser: argparse.ArgumentParser, default: Path | None = None) -> None:
    """Add `--configfile`, which may be given several times: a list, or None."""
    told = f" (default: {default})" if default else ""
    parser.add_argument(
        "--configfile",
        type=Path,
        action="append",
        metavar="FILE",
        help=f"the workflow's configuration{told}, then its overlays such as config/abaw12.yaml: "
        "may be given several times; later files have priority",
    )
