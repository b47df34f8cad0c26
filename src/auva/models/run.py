"""A run: one model with its settings, and the families of runs that a configuration names.

The workflow imports this module when it is parsed. It must not import large libraries, and every
value is a builtin.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from auva.errors import InputError, suggest
from auva.faces.crop_settings import check_margin
from auva.models.base import Axis, Model
from auva.models.registry import get_model
from auva.settings import complete
from auva.units import THESIS_NAMES, check_same, is_list

if TYPE_CHECKING:
    from pathlib import Path

    from auva.dataset.container import Facts

KINDS: dict[str, tuple[str, ...]] = {
    "vanilla": (),
    "categorical": ("classes",),
    "au": ("au",),
    "va": ("va",),
    "vaau": ("va", "au"),
}
"""Kind of an experiment -> its tasks, by the names of `Predictions`."""

CHOICE = "chosen.json"
"""The choice of a run's evaluation. A setting that names it means the run's chosen checkpoint."""

DEFAULT_MODEL = "gan"
_KEYS = ("model", "kind", "va_loss", "grid", "training")


@dataclass(frozen=True)
class Run:
    """One trained model: a point in the grid of an experiment.

    Attributes
    ----------
    experiment, name : str
        Its folder is runs/{experiment}/{name} below the results.
    model : str
        Name of its model in `auva.models.registry`.
    kind : str
        A key of `KINDS`.
    va_loss : str or None
        The loss of valence and arousal, if the model has a choice.
    dataset : str
        "faces", or a dataset of pictures such as "mnist".
    axes : dict
        The value of each axis of the model's grid, in order.
    settings : dict
        The value of each setting of the model.
    action_units : tuple of str
        Names of the Action Units that it predicts, in their order; empty without that task.
    places : dict
        Setting that names a file -> path of the file, if it differs from the setting.
    margin : float or None
        `crops.margin` of the faces that it was trained on, if it is known.
    seen : tuple of str
        People whose faces its initial weights were trained on or chosen by.
    """

    experiment: str
    name: str
    model: str
    kind: str
    va_loss: str | None
    dataset: str
    axes: dict[str, Any]
    settings: dict[str, Any]
    action_units: tuple[str, ...]
    places: dict[str, str] = field(default_factory=dict, compare=False)
    margin: float | None = field(default=None, compare=False)
    seen: tuple[str, ...] = field(default=(), compare=False)

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks of the run, by the names of `Predictions`."""
        return KINDS[self.kind]

    @property
    def key(self) -> tuple[str, str]:
        """Experiment and name, which together are unique."""
        return self.experiment, self.name

    @property
    def image_size(self) -> int:
        """Side of the images in pixels."""
        return self.settings["image_size"]

    @property
    def predicts_faces(self) -> bool:
        """Whether the run makes predictions for faces that can be scored."""
        return self.dataset == "faces" and bool(self.tasks)

    def file(self, setting: str) -> str:
        """Return the path of the file that a setting names."""
        return self.places.get(setting) or self.settings[setting]

    def check_faces(self, facts: "Facts", path: "str | Path") -> None:
        """Raise an `InputError` if the faces in `path` are none that the run can be applied to.

        They need the Action Units that it predicts, in their order, and the margin of the faces
        that it was trained on.
        """
        name = f"{self.experiment}/{self.name}"
        if self.action_units:
            check_same(facts.au_names, self.action_units, f"the run {name} has", path)
        check_margin(facts.margin, self.margin, name, path)

    def as_dict(self) -> dict[str, Any]:
        """Return the run as builtins, for job parameters and config.json."""
        stored = asdict(self)
        stored |= {"action_units": list(self.action_units), "seen": list(self.seen)}
        del stored["places"]
        return stored

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Run":
        """Return the run from the result of `as_dict`, with the checks of a configuration.

        Missing settings get their defaults.

        Raises
        ------
        InputError
            An unknown model or setting, or a value that is not allowed.
        TypeError, ValueError
            The mapping is not a run.
        """
        given = cls(**stored)
        if not isinstance(given.axes, dict) or not isinstance(given.settings, dict):
            raise TypeError("axes and settings must be mappings")
        if given.margin is not None and not isinstance(given.margin, float):
            raise TypeError("margin must be a number")
        if isinstance(given.seen, str) or not all(isinstance(each, str) for each in given.seen):
            raise TypeError("seen must be names of people")
        axes = {axis: [value] for axis, value in given.axes.items()}
        entry: dict[str, Any] = {
            "model": given.model,
            "kind": given.kind,
            "va_loss": given.va_loss,
            "grid": [{"dataset": [given.dataset], **axes}],
            "training": given.settings,
        }
        units = tuple(given.action_units)
        (known,) = expand({given.experiment: entry}, {}, action_units=units).values()
        if "au" in known.tasks and not is_list(units):
            raise InputError("action_units are not names of Action Units, each once")
        if known.name != given.name:
            raise InputError(f"name is '{given.name}', not '{known.name}'")
        return replace(known, margin=given.margin, seen=tuple(given.seen))


def expand(
    experiments: Mapping[str, Any],
    training: Mapping[str, Any],
    models: Mapping[str, Mapping[str, Any]] | None = None,
    action_units: tuple[str, ...] = THESIS_NAMES,
) -> dict[tuple[str, str], Run]:
    """Return every run by (experiment, name), in the order of the configuration.

    Parameters
    ----------
    experiments : mapping
        The `experiments` section: name -> `model` (by default the GAN), `kind` (a key of `KINDS`),
        `va_loss` (if the model has a choice), `grid` (a list of mappings from axes to values; all
        combinations of each mapping are runs) and `training` (settings of this family only).
    training : mapping
        The `training` section: settings of all families of the GAN.
    models : mapping, optional
        The `models` section: name of another model -> settings of all its families.
    action_units : tuple of str
        Names of the Action Units of all runs that predict them.

    Raises
    ------
    InputError
        Unknown key, model, kind, dataset or axis, an invalid value, or a run that occurs twice.
    """
    shared = {DEFAULT_MODEL: ("training", training)}
    for name, given in (models or {}).items():
        if name == DEFAULT_MODEL:
            raise InputError(f"config models.{name}: its settings belong to the section 'training'")
        shared[name] = (f"models.{name}", given)
    for name, (place, given) in shared.items():
        model = get_model(name, f"config {place}")
        complete(model.settings, _without_preset(model, given, place), place)
    runs: dict[tuple[str, str], Run] = {}
    for name, entry in experiments.items():
        for run in _family(str(name), entry, shared, action_units):
            if run.key in runs:
                raise InputError(f"config experiments.{name}.grid: run '{run.name}' appears twice")
            runs[run.key] = run
    return runs


def run_of(runs: Mapping[tuple[str, str], Run], experiment: str, name: str) -> Run:
    """Return one run of `expand`; `InputError` with the nearest name if the name is unknown."""
    if (experiment, name) in runs:
        return runs[experiment, name]
    families = dict.fromkeys(family for family, _ in runs)
    if experiment not in families:
        raise InputError(f"unknown experiment '{experiment}'{suggest(experiment, families)}")
    names = [known for family, known in runs if family == experiment]
    raise InputError(f"unknown run '{name}' of experiment '{experiment}'{suggest(name, names)}")


def as_run(run: Run | Mapping[str, Any]) -> Run:
    """Return a run, converted from the result of `Run.as_dict` if necessary."""
    return run if isinstance(run, Run) else Run.from_dict(run)


def run_name(model: str, dataset: str, labels: Iterable[str]) -> str:
    """Return the name of a run with its parameters, such as `lr1e-4_update2_alpha0.9`.

    A run without axes has the name of its model.
    """
    parts = [label for label in labels if label] or [model]
    return "_".join(parts if dataset == "faces" else [dataset, *parts])


def _family(
    name: str,
    entry: object,
    shared: Mapping[str, tuple[str, Mapping[str, Any]]],
    action_units: tuple[str, ...],
) -> Iterator[Run]:
    place = f"experiments.{name}"
    if not isinstance(entry, Mapping):
        raise InputError(f"config {place}: needs at least the key 'kind'")
    for key in entry:
        if key not in _KEYS:
            raise InputError(f"config {place}: unknown key '{key}'{suggest(str(key), _KEYS)}")
    model_name = entry.get("model", DEFAULT_MODEL)
    model = get_model(model_name, f"config {place}.model")
    kind, va_loss = _kind(entry, model_name, model, f"config {place}")
    settings = _settings(entry, model, kind, va_loss, shared.get(model_name), place)
    for dataset, point in _points(model, kind, entry.get("grid", [{}]), f"config {place}"):
        axes = model.axes(kind)
        run = Run(
            experiment=name,
            name=run_name(model_name, dataset, (axes[k].label(v) for k, v in point.items())),
            model=model_name,
            kind=kind,
            va_loss=va_loss,
            dataset=dataset,
            axes=point,
            settings=settings,
            action_units=action_units if "au" in KINDS[kind] else (),
        )
        model.check(run, f"config {place}")
        yield run


def _kind(
    entry: Mapping[str, Any], model_name: str, model: Model, place: str
) -> tuple[str, str | None]:
    kind, va_loss = entry.get("kind"), entry.get("va_loss")
    if not isinstance(kind, str) or kind not in KINDS:
        raise InputError(f"{place}.kind: unknown kind '{kind}'{suggest(str(kind), KINDS)}")
    if kind not in model.kinds:
        known = ", ".join(model.kinds)
        raise InputError(f"{place}.kind: model '{model_name}' learns {known}, not '{kind}'")
    losses = model.affect_losses(kind)
    if not losses and va_loss is not None:
        raise InputError(f"{place}.va_loss: not possible for kind '{kind}' of model '{model_name}'")
    if losses and va_loss not in losses:
        raise InputError(f"{place}.va_loss: '{va_loss}' is not {' or '.join(losses)}")
    return kind, va_loss


def _settings(
    entry: Mapping[str, Any],
    model: Model,
    kind: str,
    va_loss: str | None,
    shared: tuple[str, Mapping[str, Any]] | None,
    place: str,
) -> dict[str, Any]:
    """Return all settings of a family.

    Settings of the family have priority over those of all families, and these over the preset.
    """
    general = shared[1] if shared else {}
    own = entry.get("training", {})
    complete(model.settings, _without_preset(model, own, f"{place}.training"), f"{place}.training")
    explicit = {**general, **own}
    preset = model.preset(explicit.pop("preset", model.presets[0]), kind, va_loss)
    return complete(model.settings, {**preset, **explicit}, f"{place}.training")


def _without_preset(model: Model, given: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return settings without the key `preset`, whose value is checked."""
    settings = dict(given)
    preset = settings.pop("preset", model.presets[0])
    if preset not in model.presets:
        known = ", ".join(model.presets)
        raise InputError(f"config {place}.preset: '{preset}' is not one of {known}")
    return settings


def _points(
    model: Model, kind: str, grids: object, place: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return all combinations of datasets and values of axes of each mapping of a grid."""
    axes = {"dataset": _dataset_axis(model.datasets(kind)), **model.axes(kind)}
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
        columns = [_values(name, axis, grid, where) for name, axis in axes.items()]
        for dataset, *values in product(*columns):
            yield dataset, dict(zip(list(axes)[1:], values, strict=True))


def _values(name: str, axis: Axis, grid: Mapping[str, Any], place: str) -> list[Any]:
    """Return the values of one axis that a grid names, each checked."""
    given = grid.get(name, axis.default)
    listed = given if isinstance(given, (list, tuple)) else [given]
    if not listed:
        raise InputError(f"{place}.{name}: has no value, so there would be no run")
    values = []
    for value in listed:
        try:
            values.append(axis.read(value))
        except ValueError as error:
            raise InputError(f"{place}.{name}: '{value}' is not {error}") from None
    return values


def _dataset_axis(names: tuple[str, ...]) -> Axis:
    def read(value: object) -> object:
        if value not in names:
            raise ValueError(f"one of {', '.join(names)}")
        return value

    return Axis(names[0], read, str)
