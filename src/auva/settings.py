"""A setting and its checks: default, range and meaning, declared once for code, schema and docs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auva.errors import InputError, number_hint, suggest


@dataclass(frozen=True)
class Setting:
    """One key of a section of the configuration.

    Attributes
    ----------
    default : object
        Its type is the type of every value: bool, int, float, str, a list of whole numbers, or a
        mapping of non-negative numbers with fixed keys.
    text : str
        What the key does.
    choices : tuple
        The allowed values, where they can be listed.
    minimum, maximum : float, optional
        The allowed range of a number.
    """

    default: Any
    text: str
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def check(self, value: object, place: str) -> None:
        """Raise an `InputError` that begins with `place` where a value is not allowed."""
        if self.choices:
            self._check_choice(value, place)
        elif isinstance(self.default, dict):
            self._check_mapping(value, place)
        elif isinstance(self.default, list):
            if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
                raise InputError(f"{place}: '{value}' is not a list of whole numbers")
        elif isinstance(self.default, str):
            if not isinstance(value, str):
                raise InputError(f"{place}: '{value}' is not a text")
        else:
            self._check_number(value, place)

    def as_schema(self) -> dict[str, Any]:
        """Return the setting as JSON Schema, for the schema of the configuration."""
        schema: dict[str, Any] = {"description": f"{self.text[:1].upper()}{self.text[1:]}."}
        if isinstance(self.default, bool):
            schema["type"] = "boolean"
        elif self.choices:
            schema["enum"] = list(self.choices)
        elif isinstance(self.default, dict):
            schema |= {"type": "object", "additionalProperties": {"type": "number"}}
        elif isinstance(self.default, list):
            schema |= {"type": "array", "items": {"type": "integer"}}
        elif isinstance(self.default, str):
            schema["type"] = "string"
        else:
            schema["type"] = "integer" if isinstance(self.default, int) else "number"
        for key, bound in (("minimum", self.minimum), ("maximum", self.maximum)):
            if bound is not None:
                schema[key] = bound
        return {**schema, "default": self.default}

    def _check_choice(self, value: object, place: str) -> None:
        same_type = isinstance(value, bool) == isinstance(self.default, bool)
        if value not in self.choices or not same_type:
            known = ", ".join(str(choice) for choice in self.choices)
            raise InputError(f"{place}: '{value}' is not one of {known}")

    def _check_mapping(self, value: object, place: str) -> None:
        if not isinstance(value, Mapping) or set(value) != set(self.default):
            raise InputError(f"{place}: needs exactly the keys {', '.join(self.default)}")
        for name, number in value.items():
            Setting(1.0, "", minimum=0).check(number, f"{place}.{name}")

    def _check_number(self, value: object, place: str) -> None:
        whole = isinstance(self.default, int)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            kind = "whole number" if whole else "number"
            raise InputError(f"{place}: '{value}' is not a {kind}{number_hint(value)}")
        if not math.isfinite(value):
            raise InputError(f"{place}: {value} is not a finite number")
        low, high = self.minimum, self.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"
            raise InputError(f"{place}: {value} is not {bounds}")


def complete(
    settings: Mapping[str, Setting], given: Mapping[str, Any], place: str
) -> dict[str, Any]:
    """Return the value of every setting: the given one, checked, or its default.

    Parameters
    ----------
    settings : mapping
        Name -> setting.
    given : mapping
        A section of the configuration.
    place : str
        Name of the section in messages, such as "training".

    Raises
    ------
    InputError
        An unknown key (with the nearest known one), or a value that is not allowed.
    """
    for key, value in given.items():
        if key not in settings:
            raise InputError(f"config {place}: unknown key '{key}'{suggest(str(key), settings)}")
        settings[key].check(value, f"config {place}.{key}")
    return {key: given.get(key, setting.default) for key, setting in settings.items()}
