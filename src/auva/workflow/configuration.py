"""Check of the configuration against its schema, with one-line errors, and its defaults."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from auva.dpm.settings import smallest_side
from auva.errors import InputError, number_hint, suggest
from auva.evaluation.settings import Settings as Evaluation
from auva.models.base import Model
from auva.models.registry import get_model
from auva.reading import read_yaml
from auva.settings import NEEDED, Setting
from auva.splits.settings import Settings as Splits
from auva.units import check_list
from auva.video.encoder import ffmpeg_version
from auva.workflow.deploy import root

SCHEMA = "workflow/schemas/config.schema.yaml"
"""Path of the schema among the workflow's files."""


def read_schema(path: str | Path) -> dict[str, Any]:
    """Read a JSON schema written as YAML.

    A mapping with the key `x-settings` gets its properties from the settings of the model that the
    key names. A mapping with `x-settings-of` gets them from the result of `settings_at`.
    """
    return _filled_in(read_yaml(path, "schema"), str(path))


def _filled_in(part: Any, path: str) -> Any:  # noqa: ANN401 - any part of a schema
    if not isinstance(part, dict):
        return part
    filled = {key: _filled_in(value, path) for key, value in part.items()}
    first: dict[str, Any] = {}
    if "x-settings-of" in part:
        declared = settings_at(part["x-settings-of"])
    elif "x-settings" in part:
        model = get_model(part["x-settings"], path)
        declared, first = model.settings, {"preset": _preset(model)}
    else:
        return filled
    properties = {key: setting.as_schema() for key, setting in declared.items()}
    filled["properties"] = {**first, **properties, **filled.get("properties", {})}
    needed = [key for key, setting in declared.items() if setting.default is NEEDED]
    return filled | {"additionalProperties": False, "required": needed}


def settings_at(places: str | Sequence[str]) -> dict[str, Setting]:
    """Return the settings at a place, `module:NAME` (by default SETTINGS), or at several."""
    found: dict[str, Setting] = {}
    for place in [places] if isinstance(places, str) else places:
        module, _, name = place.partition(":")
        found |= getattr(import_module(module), name or "SETTINGS")
    return found


def _preset(model: Model) -> dict[str, Any]:
    return {
        "description": "Named set of settings; settings that are given have priority.",
        "enum": list(model.presets),
        "default": model.presets[0],
    }


def check_files(paths: Iterable[str | Path]) -> None:
    """Raise an `InputError` for a configuration file with a key that is repeated or a number.

    Snakemake reads these files itself and silently takes the last of two values. A file that can be
    read only once (a shell's `<(…)`) is not checked.
    """
    for path in map(Path, paths):
        if path.is_file():
            read_yaml(path, "configuration")


def read_config(path: str | Path) -> dict[str, Any]:
    """Read and check a configuration or an overlay for use without the workflow.

    Raises
    ------
    InputError
        If the file cannot be read, is not a mapping, or does not match the schema.
    """
    config = read_yaml(path, "configuration") or {}
    if not isinstance(config, dict):
        raise InputError("is not a configuration: the top level has no keys", path)
    config = without_dropped(config)
    check(config, _of_overlays(read_schema(root() / SCHEMA)), str(path))
    return config


def read_configs(paths: Iterable[str | Path]) -> dict[str, Any]:
    """Read a configuration and its overlays like Snakemake: later files have priority.

    Mappings are merged key by key; lists and all other values are replaced.
    """
    config: dict[str, Any] = {}
    for path in paths:
        config = _merged(config, read_config(path))
    return config


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(old, value) if both else value  # type: ignore[arg-type]
    return merged


def _of_overlays(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema without required keys: an overlay has only the keys that it changes."""
    if isinstance(schema, list):
        return [_of_overlays(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _of_overlays(part)
        for key, part in schema.items()
        if not (key == "required" and isinstance(part, list))
    }


def checked(
    config: Mapping[str, Any], schema: Mapping[str, Any], exists: Callable[[str], bool]
) -> dict[str, Any]:
    """Return a merged configuration with its defaults filled in; an `InputError` where it is wrong.

    Parameters
    ----------
    config : mapping
        All configuration files, merged.
    schema : mapping
        Of `read_schema`.
    exists : callable
        Whether there is a file.
    """
    config = without_dropped(config)
    check(config, schema)
    config = with_defaults(config, schema)
    check_together(config, exists)
    return config


def without_dropped(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return `config` without the experiments that an overlay set to null."""
    families = config.get("experiments")
    if not isinstance(families, Mapping):
        return dict(config)
    return {**config, "experiments": {k: v for k, v in families.items() if v is not None}}


def with_defaults(config: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return `config` as plain builtins in the schema's order, missing keys filled in.

    Keys are in the order of the schema, so that reordering a file changes no result. Keys that are
    not in the schema (the settings of an experiment) are sorted.
    """
    properties = schema.get("properties", {})
    filled: dict[str, Any] = {}
    for key, part in properties.items():
        if "x-settings" in part:
            # Missing keys may come from a preset, so defaults must not be filled in here.
            given = config.get(key, {})
            filled[key] = {name: given[name] for name in part["properties"] if name in given}
        elif part.get("type") == "object":
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
    """Raise an `InputError` that names the key if `config` does not match `schema`."""
    _check_plain(config, (), name)
    if isinstance(config.get("action_units"), list):
        check_list(config["action_units"], f"{name}: action_units")
    error = best_match(Draft202012Validator(schema).iter_errors(config))
    if error is not None:
        raise InputError(f"{name}: {_explain(error)}")


def check_together(config: Mapping[str, Any], exists: Callable[[str], bool]) -> None:
    """Raise an `InputError` for values that would make a later job fail.

    `config` must have its defaults. The detector's model (with `exists`) and the program
    `video.ffmpeg` must exist too.
    """
    ffmpeg_version(config["video"]["ffmpeg"])
    Splits.read(config["splits"])
    Evaluation.read(config["evaluation"])
    size, largest = config["crops"]["size"], max(config["dataset"]["sizes"])
    if size < largest:
        raise InputError(
            f"config: crops.size is {size}, less than {largest}, the largest of dataset.sizes"
        )
    smallest_side(config["detector"]["smallest_face"], 1)
    model = config["detector"]["model"]
    if config["detector"]["name"] == "dpm" and model and not exists(model):
        raise InputError(f"config: detector.model: no file {model}")


def _check_plain(value: object, parts: tuple[str | int, ...], name: str) -> None:
    """Refuse keys that are not names and numbers that are not finite, which a schema cannot do."""
    place = _place(parts)
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                where = f" in {place}" if place else ""
                raise InputError(f"{name}: the key {key}{where} is not a name: write '{key}'")
            _check_plain(part, (*parts, key), name)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            _check_plain(part, (*parts, number), name)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{name}: {place} is {value}, which is not a finite number")


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
    """Return the place of a value, as `experiments.au.grid[1].alpha`; entries count from 1."""
    steps = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in parts)
    return "".join(steps).removeprefix(".")
