"""The list of models: one line for each model of auva, an entry point for each other model.

Another package adds a model by an entry point of the group `auva.models`. The name of the entry
point is the model's name, and its object is an instance of `auva.models.base.Model`.
"""

import importlib
import re
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from auva.errors import InputError, suggest
from auva.models.base import Model

MODELS = {
    "gan": "auva.models.gan.model:MODEL",
    "linear": "auva.models.linear.model:MODEL",
    "cnn": "auva.models.cnn.model:MODEL",
    "cnn_gru": "auva.models.cnn.model:SEQUENCE_MODEL",
}
"""Name of a model of auva -> `module:object`."""

GROUP = "auva.models"
"""Group of the entry points with the models of other packages."""

MODEL_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""Allowed names of a model: they are part of the names of runs."""


def model_names() -> list[str]:
    """Return the names of all models, those of auva first."""
    return [*MODELS, *_others()]


def get_model(name: object, place: str) -> Model:
    """Return a model by its name.

    Parameters
    ----------
    name : str
        A name of `model_names`.
    place : str
        Place of the name, for the message.

    Raises
    ------
    InputError
        An unknown name (with the nearest known one), or a model of another package that cannot be
        imported or is not a `Model`.
    """
    known = model_names()
    if not isinstance(name, str) or name not in known:
        raise InputError(f"{place}: unknown model '{name}'{suggest(str(name), known)}")
    return _load(name)


@cache
def _load(name: str) -> Model:
    module, _, attribute = target(name).partition(":")
    try:
        model = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        if name in MODELS:
            raise
        cause = f"{type(error).__name__}: {error}"
        raise InputError(f"model '{name}' ({target(name)}) cannot be imported: {cause}") from None
    if not isinstance(model, Model):
        raise InputError(f"model '{name}' ({target(name)}) is not an auva.models.base.Model")
    if "image_size" not in model.settings:
        raise InputError(f"model '{name}' ({target(name)}) has no setting 'image_size'")
    if model.generates and type(model).generate is Model.generate:
        raise InputError(f"model '{name}' ({target(name)}) generates, but has no method 'generate'")
    return model


def target(name: str) -> str:
    """Return `module:object` of a known model."""
    return MODELS[name] if name in MODELS else _others()[name].value


def source_files(name: str) -> list[Path]:
    """Return the source files of another package's model: all files of its top-level package.

    Empty for a model of auva, whose code `auva.digest` finds by its imports.
    """
    if name in MODELS:
        return []
    top = target(name).partition(":")[0].partition(".")[0]
    spec = find_spec(top)
    if spec is None or spec.origin is None:
        return []
    origin = Path(spec.origin)
    return sorted(origin.parent.rglob("*.py")) if spec.submodule_search_locations else [origin]


@cache
def _others() -> dict[str, EntryPoint]:
    """Return the models of other packages by name; the names of auva's models are reserved."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        if not MODEL_NAME.fullmatch(point.name):
            raise InputError(
                f"entry point '{point.name}' of the group {GROUP} ({point.value}): a model's name "
                "has small letters, digits and '_' and begins with a letter"
            )
        if point.name in MODELS or point.name in found:
            raise InputError(
                f"entry point '{point.name}' of the group {GROUP} ({point.value}): a model of this "
                "name exists already"
            )
        found[point.name] = point
    return found
