"""The configuration: checked against its schema, with one-line errors and defaults filled in."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from auva.errors import InputError, number_hint, suggest
from auva.workflow.deploy import root

SCHEMA = "workflow/schemas/config.schema.yaml"
"""Where the schema lies among the workflow's own files."""


def read_schema(path: str | Path) -> dict[str, Any]:
    """Read a JSON schema written as YAML."""
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def read_config(path: str | Path) -> dict[str, Any]:
    """Read and check a configuration or an overlay for use without the workflow.

    Raises
    ------
    InputError
        When the file cannot be read, is no mapping, or does not fit the schema.
    """
    try:
        config = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path) from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"is not YAML ({str(error).splitlines()[0]})", path) from None
    if not isinstance(config, dict):
        raise InputError("is not a configuration: the top level has no keys", path)
    config = without_dropped(config)
    check(config, _of_overlays(read_schema(root() / SCHEMA)), str(path))
    return config


def _of_overlays(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema that asks for no key: an overlay names only what it changes."""
    if isinstance(schema, list):
        return [_of_overlays(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _of_overlays(part)
        for key, part in schema.items()
        if not (key == "required" and isinstance(part, list))
    }


def without_dropped(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return `config` without the experiments that an overlay set to null."""
    families = config.get("experiments")
    if not isinstance(families, Mapping):
        return dict(config)
    return {**config, "experiments": {k: v for k, v in families.items() if v is not None}}


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


def check_together(config: Mapping[str, Any], exists: Callable[[str], bool]) -> None:
    """Raise an `InputError` for values that only a late job would refuse; defaults are filled in.

    The model of the detector is looked for here too, by `exists`.
    """
    if config["splits"]["folds"] == 1:
        raise InputError("config: splits.folds is 1; it must be 0 or at least 2")
    size, largest = config["crops"]["size"], max(config["dataset"]["sizes"])
    if size < largest:
        raise InputError(
            f"config: crops.size is {size}, less than {largest}, the largest of dataset.sizes"
        )
    model = config["detector"]["model"]
    if config["detector"]["name"] == "dpm" and model and not exists(model):
        raise InputError(f"config: detector.model: no file {model}")


def _explain(error: ValidationError) -> str:
    place = _place(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        known = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
        unknown = sorted(set(error.instance) - set(known))[0]
        where = f" in {place}" if place else ""
        return f"unknown key '{unknown}'{where}{suggest(unknown, known)}"
    if error.validator == "enum":
        known = [str(value) for value in error.validator_value]  # type: ignore[union-attr]
        near = suggest(str(error.instance), known)
        return f"{place} is '{error.instance}' but must be one of {', '.join(known)}{near}"
    return f"{place or 'the top level'}: {error.message}{number_hint(error.instance)}"


def _place(parts: Iterable[str | int]) -> str:
    """Return where a value stands, as in `experiments.au.grid[1].alpha`; entries count from 1."""
    steps = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in parts)
    return "".join(steps).removeprefix(".")
