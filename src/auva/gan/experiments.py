"""The experiment table: families of runs in the config, expanded to single runs.

Runs when the workflow is parsed, so nothing heavy is imported here and every value is a builtin.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import product
from typing import Any

from auva.errors import InputError, suggest
from auva.gan.datasets import DIGITS
from auva.gan.nodes import KINDS
from auva.gan.settings import complete

VA_LOSSES = ("mse", "ccc")
DATASETS = {
    "vanilla": ("faces", *DIGITS),
    "categorical": tuple(DIGITS),
    "au": ("faces",),
    "va": ("faces",),
    "vaau": ("faces",),
}
"""Kind of experiment -> what its discriminator can be trained on."""

AXES: dict[str, tuple[Any, ...]] = {
    "dataset": ("faces",),
    "learning_rate": (1e-4,),
    "update_rate": (5,),
    "alpha": (0.9,),
    "weighted": (False,),
}
"""Axis of a grid -> its value where a grid does not name it (section 3.2.2)."""

VANILLA_TRAINING = {"batch_size": 128, "beta1": 0.9, "image_range": "unit"}
"""Settings of the vanilla GAN that differ from the other families (section 3.2.1)."""

_KEYS = ("kind", "va_loss", "grid", "training")


def expand(
    experiments: Mapping[str, Any], training: Mapping[str, Any]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the settings of every run, by (experiment, run name).

    Parameters
    ----------
    experiments : mapping
        The `experiments` section of the config: name -> `kind` (a key of `KINDS`),
        `va_loss` (mse or ccc, where the kind has affect), `grid` (a list of mappings from an
        axis to its values; each mapping is multiplied out) and `training` (settings of this family
        only).
    training : mapping
        The `training` section (see `auva.gan.settings`).

    Returns
    -------
    dict
        Run settings of builtins only, in the order of the config.

    Raises
    ------
    InputError
        Unknown key, kind, dataset or axis, an impossible value, a run named twice.
    """
    runs: dict[tuple[str, str], dict[str, Any]] = {}
    complete(training)
    for name, entry in experiments.items():
        for run in _family(str(name), entry, training):
            key = (run["experiment"], run["run"])
            if key in runs:
                raise InputError(
                    f"config experiments.{name}.grid: run '{run['run']}' appears twice"
                )
            runs[key] = run
    return runs


def run_of(
    runs: Mapping[tuple[str, str], dict[str, Any]], experiment: str, run: str
) -> dict[str, Any]:
    """Return one run of `expand`; an unknown name is an `InputError` with the nearest known one."""
    if (experiment, run) in runs:
        return runs[experiment, run]
    families = dict.fromkeys(name for name, _ in runs)
    if experiment not in families:
        raise InputError(f"unknown experiment '{experiment}'{suggest(experiment, families)}")
    names = [name for family, name in runs if family == experiment]
    raise InputError(f"unknown run '{run}' of experiment '{experiment}'{suggest(run, names)}")


def run_name(point: Mapping[str, Any]) -> str:
    """Return the name that says the parameters of a run, such as `lr1e-4_update2_alpha0.9`."""
    parts = [] if point["dataset"] == "faces" else [point["dataset"]]
    parts.append(f"lr{_scientific(point['learning_rate'])}")
    if "update_rate" in point:
        parts += [f"update{point['update_rate']}", f"alpha{point['alpha']:g}"]
    if point.get("weighted"):
        parts.append("weighted")
    return "_".join(parts)


def _family(name: str, entry: object, training: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    place = f"config experiments.{name}"
    if not isinstance(entry, Mapping):
        raise InputError(f"{place}: needs at least the key 'kind'")
    for key in entry:
        if key not in _KEYS:
            raise InputError(f"{place}: unknown key '{key}'{suggest(str(key), _KEYS)}")
    kind = entry.get("kind")
    if kind not in KINDS:
        raise InputError(f"{place}.kind: unknown kind '{kind}'{suggest(str(kind), KINDS)}")
    va_loss = entry.get("va_loss")
    affect = kind in ("va", "vaau")
    if (affect and va_loss not in VA_LOSSES) or (not affect and va_loss is not None):
        allowed = " or ".join(VA_LOSSES) if affect else "no value for this kind"
        raise InputError(f"{place}.va_loss: '{va_loss}' is not {allowed}")
    own = entry.get("training", {})
    complete(own, f"{place[7:]}.training")
    base = VANILLA_TRAINING if kind == "vanilla" else {}
    settings = complete({**training, **base, **own})
    for point in _points(kind, entry.get("grid", [{}]), place):
        _check_side(point["dataset"], settings["image_size"], place)
        yield {
            "experiment": name,
            "run": run_name(point),
            "kind": kind,
            "va_loss": va_loss,
            **point,
            # A digit's mirror image is another sign.
            "training": {**settings, "mirror": settings["mirror"] and point["dataset"] == "faces"},
        }


def _check_side(dataset: str, size: int, place: str) -> None:
    if dataset in DIGITS and DIGITS[dataset].side != size:
        raise InputError(
            f"{place}.training.image_size: the pictures of {dataset} have "
            f"{DIGITS[dataset].side} pixels, not {size}"
        )


def _points(kind: str, grids: object, place: str) -> Iterable[dict[str, Any]]:
    """Multiply out each mapping of a grid."""
    axes = _axes_of(kind)
    listed = grids if isinstance(grids, list) else [grids]
    if not listed:
        raise InputError(f"{place}.grid: is empty, so there would be no run")
    for number, grid in enumerate(listed, start=1):
        where = f"{place}.grid[{number}]"
        if not isinstance(grid, Mapping):
            raise InputError(f"{where}: '{grid}' does not map axes to values")
        for axis in grid:
            if axis not in axes:
                raise InputError(f"{where}: unknown axis '{axis}'{suggest(str(axis), axes)}")
        values = [grid.get(axis, default) for axis, default in axes.items()]
        columns = [value if isinstance(value, (list, tuple)) else [value] for value in values]
        for axis, column in zip(axes, columns, strict=True):
            if not column:
                raise InputError(f"{where}.{axis}: has no value, so there would be no run")
        for choice in product(*columns):
            yield {
                axis: _value(kind, axis, value, where)
                for axis, value in zip(axes, choice, strict=True)
            }


def _axes_of(kind: str) -> dict[str, tuple[Any, ...]]:
    axes = {**AXES, "dataset": DATASETS[kind][:1]}
    if kind == "vanilla":
        return {"dataset": axes["dataset"], "learning_rate": (1e-3,)}
    if kind != "vaau":
        del axes["weighted"]
    return axes


def _value(kind: str, axis: str, value: Any, place: str) -> Any:  # noqa: ANN401
    """Check one value of a grid and return it as a builtin of its axis' type."""
    where = f"{place}.{axis}: '{value}' is not"
    if axis == "dataset":
        if value not in DATASETS[kind]:
            raise InputError(f"{where} one of {', '.join(DATASETS[kind])}")
        return value
    if axis == "weighted":
        if not isinstance(value, bool):
            raise InputError(f"{where} true or false")
        return value
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if axis == "learning_rate":
        if not 0 < number <= 1:
            raise InputError(f"{where} a number above 0 and at most 1")
        return number
    if axis == "alpha":
        if not 0 < number <= 1:
            raise InputError(f"{where} a number above 0 and at most 1")
        return number
    if not (number >= 1 and number.is_integer()):
        raise InputError(f"{where} a whole number of at least 1")
    return int(number)


def _scientific(number: float) -> str:
    """Return a number as `1e-4` or `2.5e-4`."""
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    assert isinstance(exponent, int)
    assert not sign
    text = "".join(str(digit) for digit in digits)
    mantissa = text[0] + (f".{text[1:]}" if len(text) > 1 else "")
    return f"{mantissa}e{exponent + len(text) - 1}"
