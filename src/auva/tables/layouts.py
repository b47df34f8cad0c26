"""The score tables and the content of their columns (thesis, Tables 3.15 to 3.26)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from auva.errors import InputError
from auva.models.run import Run
from auva.units import THESIS_NAMES, VA_NAMES, holds_thesis, is_thesis


@dataclass(frozen=True)
class Column:
    """One score of a table.

    Attributes
    ----------
    name : str
        Name in our CSV files.
    metric, target : str
        Its place in `scores.csv` and `held_out.csv`.
    published : str
        Its name in the published scores.
    heading : str
        Heading in the table.
    lowest : bool
        Whether the lowest value is the best.
    floor : tuple of (metric, target) or None
        The chance level of the score in `held_out.csv`.
    """

    name: str
    metric: str
    target: str
    published: str
    heading: str
    lowest: bool = False
    floor: tuple[str, str] | None = None


@dataclass(frozen=True)
class Layout:
    """One table: its name is the file's; `experiment` is that of `thesis_family`.

    Attributes
    ----------
    of_units : {"each", "mean", ""}
        Whether its scores are those of each Action Unit, means over all, or neither.
    """

    name: str
    number: str
    experiment: str
    title: str
    columns: tuple[Column, ...]
    of_units: str = ""

    def with_units(self, names: Iterable[str]) -> "Layout":
        """Return the table for another list of Action Units than that of the thesis."""
        return replace(self, columns=_f1(names)) if self.of_units == "each" else self

    def has_thesis(self, names: Iterable[str]) -> bool:
        """Return whether the thesis' scores can be compared with ours for a list of Action Units.

        Means can be compared only over the same units, the F1 of a unit in any list with that unit.
        """
        compared = {"each": holds_thesis, "mean": is_thesis}.get(self.of_units)
        return compared is None or compared(names)


def _f1(names: Iterable[str]) -> tuple[Column, ...]:
    return tuple(
        Column(au, "f1", au, f"f1_{au.lower()}", f"F1 {au}", floor=("floor", au)) for au in names
    )


_F1 = _f1(THESIS_NAMES)
_MEANS = (
    Column("f1_mean", "f1_mean", "all", "f1_mean", "mean F1", floor=("floor_mean", "all")),
    Column(
        "accuracy_mean",
        "accuracy_mean",
        "all",
        "accuracy_mean",
        "mean accuracy",
        floor=("accuracy_floor_mean", "all"),
    ),
    Column(
        "f1_accuracy_mean", "f1_accuracy_mean", "all", "f1_accuracy_mean", "mean of F1 and accuracy"
    ),
)
_REAL = Column("real_as_real", "real_as_real", "all", "real_as_real", "real as real")
_AFFECT = tuple(
    Column(
        f"{metric}_{va}",
        metric,
        va,
        f"{metric}_{va}",
        f"{metric.upper()} {va}",
        lowest=metric == "mse",
        floor=(f"{metric}_video_mean", va),
    )
    for metric in ("ccc", "mse")
    for va in VA_NAMES
)

_JOINT = "the GAN for valence, arousal and Action Units"
LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout(
            "au_mean",
            "3.15",
            "au",
            "Mean scores of the GAN for Action Units",
            (*_MEANS, _REAL),
            "mean",
        ),
        Layout("au_f1", "3.16", "au", "F1 scores of the GAN for Action Units", _F1, "each"),
        Layout(
            "va_mse",
            "3.19",
            "va_mse",
            "Scores of the GAN for valence and arousal, MSE loss",
            (*_AFFECT, _REAL),
        ),
        Layout(
            "va_ccc",
            "3.20",
            "va_ccc",
            "Scores of the GAN for valence and arousal, 1 - CCC loss",
            (*_AFFECT, _REAL),
        ),
        *(
            Layout(
                f"{experiment}_{part}",
                number,
                experiment,
                f"{title} of {_JOINT}, {loss}",
                cells,
                of_units,
            )
            for experiment, loss, numbers in (
                ("vaau_ccc", "1 - CCC loss", ("3.21", "3.22", "3.23")),
                ("vaau_mse", "MSE loss", ("3.24", "3.25", "3.26")),
            )
            for (part, title, cells, of_units), number in zip(
                (
                    ("va", "Scores of valence and arousal", (*_AFFECT, _REAL), ""),
                    ("au_mean", "Mean AU scores", _MEANS, "mean"),
                    ("au_f1", "F1 scores", _F1, "each"),
                ),
                numbers,
                strict=True,
            )
        ),
    )
}
"""Table name -> layout, in the order of the thesis."""


def shared_units(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the Action Units of all runs with that task, those of the thesis if there are none.

    Raises
    ------
    InputError
        If two runs have different ones.
    """
    first: Run | None = None
    for run in runs:
        first = first or (run if run.action_units else None)
        if first and run.action_units and run.action_units != first.action_units:
            names = " and ".join("/".join(each.key) for each in (first, run))
            raise InputError(f"the runs {names} have different Action Units: no common table")
    return first.action_units if first else THESIS_NAMES


def thesis_family(run: Run) -> str:
    """Return the experiment of the thesis to which a run of its GANs belongs, by outputs and loss.

    Empty for a run of another model. The name of its experiment in the configuration is free: a run
    of `my_va` (kind va, loss mse) is in the table of `va_mse`.
    """
    return "_".join(filter(None, (run.kind, run.va_loss))) if run.model == "gan" else ""


SPLIT_TABLES = ("split_people", "split_aus")
"""Tables 3.3 and 3.4: the contents of each set."""

DATASET_TABLES = ("dataset_videos", "dataset_aus", *SPLIT_TABLES, "frames_by_reason")
"""Tables 3.1 to 3.4, and the frames by reason."""
