"""The configuration: checked against its schema, with one-line errors and defaults filled in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from auva.errors import InputError, suggest

_CONTAINERS = ("object", "array")


def read_schema(path: str | Path) -> dict[str, Any]:
    """Read a JSON schema written as YAML."""
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def with_defaults(config: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return `config` as plain builtins in the schema's order, missing keys filled in.

    The order of keys is the schema's, so that reordering a file changes nothing downstream; keys
    that the schema leaves open (the settings of an experiment) are sorted.
    """
    properties = schema.get("properties", {})
    filled: dict[str, Any] = {}
    for key, part in properties.items():
        if part.get("type") == "object":
            value = config.get(key, part.get("default", {}))
            filled[key] = with_defaults(value, part) if isinstance(value, Mapping) else value
        elif key in config:
            filled[key] = config[key]
        elif "default" in part:
            filled[key] = part["default"]
    rest = schema.get("additionalProperties")
    for key in sorted(set(config) - set(properties)):
        value = config[key]
        if isinstance(rest, Mapping) and isinstance(value, Mapping):
            value = with_defaults(value, rest)
        filled[key] = value
    return filled


def check(config: Mapping[str, Any], schema: Mapping[str, Any], name: str = "config") -> None:
    """Raise an `InputError` that names the key when `config` does not fit `schema`."""
    error = best_match(Draft202012Validator(schema).iter_errors(config))
    if error is not None:
        raise InputError(f"{name}: {_explain(error)}")


def _explain(error: ValidationError) -> str:
    place = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        unknown = sorted(set(error.instance) - set(known))[0]
        where = f" in {place}" if place else ""
        return f"unknown key '{unknown}'{where}{suggest(unknown, known)}"
    if error.validator == "enum":
        known = [str(value) for value in error.validator_value]  # type: ignore[union-attr]
        near = suggest(str(error.instance), known)
        return f"{place} is '{error.instance}' but must be one of {', '.join(known)}{near}"
    return f"{place or 'the top level'}: {error.message}"
