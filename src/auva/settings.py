"""A setting and its checks: default, range and meaning, declared once for code, schema and docs."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from auva.errors import InputError, number_hint, suggest

_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    dict: "object",
    list: "array",
    tuple: "array",
}
"""Type of a default -> its type in JSON Schema."""

NEEDED: Any = object()
"""The default of a setting that has none: a section must give it."""

_SPOKEN = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "null": "null",
}


@dataclass(frozen=True)
class Setting:
    """One key of a section of the configuration.

    Attributes
    ----------
    default : object
        Its type is the type of every value: bool, int, float, str, a list of whole numbers or of
        texts, each once (a tuple stands for a list too; an empty list is one of numbers, an empty
        tuple one of texts, and only such a list may be empty), or a mapping of non-negative
        numbers with fixed keys. `NEEDED`: there is no default.
    text : str
        What the key does.
    choices : tuple
        The allowed values, where they can be listed.
    minimum, maximum : float, optional
        The allowed range of a number, or of each number in a list.
    above, below : float, optional
        The same without the limit itself.
    types : tuple of str
        The types of JSON Schema that a value may have, if the default does not imply them; "object"
        means a mapping of non-negative numbers.
    parts : mapping of str to str
        The keys that such a mapping may have, each with its meaning.
    pattern : str
        A regular expression that a text must match somewhere.
    """

    default: Any
    text: str
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    types: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""

    def check(self, value: object, place: str) -> None:
        """Raise an `InputError` that begins with `place` where a value is not allowed."""
        if self.choices:
            self._check_choice(value, place)
        elif isinstance(value, Mapping) and "object" in self._kinds:
            self._check_mapping(value, place)
        elif self._kinds == ("array",):
            self._check_list(value, place)
        else:
            self._check_value(value, place)

    def as_schema(self) -> dict[str, Any]:
        """Return the setting as JSON Schema, for the schema of the configuration."""
        schema: dict[str, Any] = {"description": f"{self.text[:1].upper()}{self.text[1:]}."}
        kinds = self._kinds
        if self.choices and kinds != ("boolean",):
            schema["enum"] = list(self.choices)
        else:
            schema["type"] = kinds[0] if len(kinds) == 1 else list(kinds)
        if self.parts:
            schema |= {"additionalProperties": False, "properties": _schema_of_parts(self.parts)}
        elif kinds == ("object",):
            schema["additionalProperties"] = {"type": "number"}
        elif kinds == ("array",):
            items = {"type": "integer" if self._of_numbers else "string"}
            schema |= {"items": items | self._limits(), "uniqueItems": True}
            schema |= {"minItems": 1} if self.default else {}
            return {**schema, "default": list(self.default)}
        if self.pattern:
            schema["pattern"] = self.pattern
        schema |= self._limits()
        return schema if self.default is NEEDED else {**schema, "default": self.default}

    def _limits(self) -> dict[str, float]:
        """Return the range of a number as JSON Schema."""
        bounds = (
            ("minimum", self.minimum),
            ("exclusiveMinimum", self.above),
            ("maximum", self.maximum),
            ("exclusiveMaximum", self.below),
        )
        return {key: bound for key, bound in bounds if bound is not None}

    @property
    def _of_numbers(self) -> bool:
        return isinstance(self.default[0], int) if self.default else isinstance(self.default, list)

    @property
    def _kinds(self) -> tuple[str, ...]:
        return self.types or (_TYPES[type(self.default)],)

    def _check_choice(self, value: object, place: str) -> None:
        if any(type(choice) is type(value) and choice == value for choice in self.choices):
            return
        names = [_written(choice) for choice in self.choices]
        of_numbers = any(type(choice) in (int, float) for choice in self.choices)
        hint = number_hint(value) if of_numbers else suggest(str(value), names)
        raise InputError(f"{place}: '{value}' is not one of {', '.join(names)}{hint}")

    def _check_mapping(self, value: Mapping[Any, Any], place: str) -> None:
        if self.parts:
            for name in value:
                if name not in self.parts:
                    near = suggest(str(name), self.parts)
                    raise InputError(f"{place}: unknown key '{name}'{near}")
        elif set(value) != set(self.default):
            raise InputError(f"{place}: needs exactly the keys {', '.join(self.default)}")
        for name, number in value.items():
            Setting(1.0, "", minimum=0).check(number, f"{place}.{name}")

    def _check_list(self, value: object, place: str) -> None:
        kind, spoken = (int, "whole numbers") if self._of_numbers else (str, "texts")
        if not isinstance(value, list | tuple) or not all(type(item) is kind for item in value):
            raise InputError(f"{place}: '{value}' is not a list of {spoken}")
        if self.default and not value:
            raise InputError(f"{place}: is an empty list")
        if len(set(value)) < len(value):
            raise InputError(f"{place}: '{value}' names something twice")
        for number in value if self._of_numbers else ():
            self._check_range(float(number), number, place)

    def _check_value(self, value: object, place: str) -> None:
        kinds = self._kinds
        if value is None and "null" in kinds:
            return
        if isinstance(value, str) and "string" in kinds:
            if not re.search(self.pattern, value):
                raise InputError(f"{place}: '{value}' does not match {self.pattern}")
            return
        if isinstance(value, bool) and "boolean" in kinds:
            return
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not (
            (whole and ("integer" in kinds or "number" in kinds))
            or (isinstance(value, float) and "number" in kinds)
        ):
            if kinds == ("object",):
                raise InputError(f"{place}: needs exactly the keys {', '.join(self.default)}")
            spoken = " or ".join(_SPOKEN.get(kind, f"an {kind}") for kind in kinds)
            hint = number_hint(value) if "number" in kinds or "integer" in kinds else ""
            raise InputError(f"{place}: '{value}' is not {spoken}{hint}")
        self._check_range(float(value), value, place)  # type: ignore[arg-type]

    def _check_range(self, number: float, value: object, place: str) -> None:
        if not math.isfinite(number):
            raise InputError(f"{place}: {value} is not a finite number")
        low, high = self.minimum, self.maximum
        if (low is not None and number < low) or (high is not None and number > high):
            raise InputError(f"{place}: {value} is not {self._bounds()}")
        low, high = self.above, self.below
        if (low is not None and number <= low) or (high is not None and number >= high):
            raise InputError(f"{place}: {value} is not {self._bounds()}")

    def _bounds(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f"from {self.minimum:.15g} to {self.maximum:.15g}"
        words = (
            ("at least", self.minimum),
            ("above", self.above),
            ("at most", self.maximum),
            ("below", self.below),
        )
        return " and ".join(f"{word} {bound:.15g}" for word, bound in words if bound is not None)


def _written(value: object) -> str:
    """Return a value as YAML writes it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _schema_of_parts(parts: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: {"type": "number", "description": f"{text}.", "minimum": 0}
        for name, text in parts.items()
    }


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
    for key, setting in settings.items():
        if setting.default is NEEDED and key not in given:
            raise InputError(f"config {place}: needs the key '{key}'")
    return {key: given.get(key, setting.default) for key, setting in settings.items()}


def setting(default: Any, text: str, **limits: Any) -> Any:  # noqa: ANN401 - a dataclass field
    """Return a field of a `Section` that is declared by a `Setting` of these arguments."""
    return field(default=default, metadata={"setting": Setting(default, text, **limits)})


class Section:
    """A section of the configuration as a dataclass, whose fields are made by `setting`."""

    section: ClassVar[str]
    """Its name in the configuration."""

    @classmethod
    def declared(cls) -> dict[str, Setting]:
        """Return each field with its setting."""
        return {each.name: each.metadata["setting"] for each in fields(cls)}  # type: ignore[arg-type]

    @classmethod
    def read(cls, cfg: Mapping[str, Any] | None) -> Self:
        """Return the settings of a mapping; missing keys have their default.

        Raises
        ------
        InputError
            An unknown key (with the nearest known one), or a value that is not allowed.
        """
        given = complete(cls.declared(), cfg or {}, cls.section)
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})

    def __post_init__(self) -> None:
        for name, each in self.declared().items():
            each.check(getattr(self, name), f"config {self.section}.{name}")
