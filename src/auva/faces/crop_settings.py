"""The `crops` section of the configuration."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from auva.errors import InputError
from auva.settings import Section, setting

_LOG = logging.getLogger("auva")


@dataclass(frozen=True)
class CropSettings(Section):
    """Settings of the crops of the kept faces."""

    section: ClassVar[str] = "crops"

    size: int = setting(
        96,
        "pixels of a crop's side; at least the largest of dataset.sizes",
        minimum=8,
        maximum=1024,
    )
    margin: float = setting(
        0.0, "margin added on each side, as a share of the box", minimum=0, maximum=2
    )


SETTINGS = CropSettings.declared()


def check_margin(found: float | None, trained: float | None, run: str, path: str | Path) -> None:
    """Refuse faces with another margin than those that a run was trained on.

    Files of an early auva do not contain the margin (None). Then the log says that nothing was
    compared.

    Parameters
    ----------
    found : float or None
        `crops.margin` of the faces in `path`.
    trained : float or None
        That of the faces that the run was trained on.
    run : str
        Name of the run.
    path : path
        The file with the faces.

    Raises
    ------
    InputError
        If both are known and differ.
    """
    if found is None or trained is None:
        silent = path if found is None else f"run {run}"
        _LOG.warning("%s: crops.margin is not stored, so it is not compared", silent)
    elif found != trained:
        cause = f"faces with crops.margin {found:g}, but the run {run} was trained with {trained:g}"
        raise InputError(cause, path)
