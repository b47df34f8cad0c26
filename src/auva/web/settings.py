"""Settings of the browser tools, from the configuration of the workflow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auva.errors import InputError
from auva.faces.settings import CORRECTIONS
from auva.units import names_of
from auva.workflow.configuration import read_configs
from auva.workflow.settings import GENERAL


@dataclass(frozen=True)
class Settings:
    """Paths of the workflow's files, and its settings of the choice of faces.

    Attributes
    ----------
    videos : Path
        The sample sheet.
    results : Path
        The folder of the workflow's outputs.
    overrides : Path
        The manual check of the faces.
    selection : dict
        The other settings of the configuration's section `selection`.
    configfiles : tuple of Path
        The configuration files that were read.
    units : tuple of int
        FACS numbers of the Action Units.
    code_book : Path or None
        Names, keys, colours and pictures of the Action Units (`auva.web.code_book`).
    """

    videos: Path = Path(GENERAL["videos"].default)
    results: Path = Path(GENERAL["results"].default)
    overrides: Path = Path(CORRECTIONS["overrides"].default)
    selection: dict[str, Any] = field(default_factory=dict)
    configfiles: tuple[Path, ...] = ()
    units: tuple[int, ...] = GENERAL["action_units"].default
    code_book: Path | None = None

    @property
    def au_names(self) -> tuple[str, ...]:
        """Names of the Action Units."""
        return names_of(self.units)


def read_settings(configfiles: Sequence[Path], needed: bool = True) -> Settings:
    """Read the settings of the browser tools from a configuration and its overlays.

    Parameters
    ----------
    configfiles : sequence of Path
        The workflow's configuration, then its overlays in order of increasing priority.
    needed : bool
        Whether a missing file is an error; otherwise it is ignored.

    Raises
    ------
    InputError
        If a needed file is missing or is not a configuration.
    """
    found = tuple(path for path in configfiles if path.exists())
    for path in configfiles:
        if needed and path not in found:
            cause = "the configuration does not exist; give --sheet and --results"
            raise InputError(cause, path)
    if not found:
        return Settings()
    config, configfile = read_configs(found), found[-1]
    selection = config.get("selection") or {}
    if not isinstance(selection, dict):
        raise InputError("selection is not a mapping", configfile)
    return Settings(
        videos=_path(config, "videos", Settings.videos, configfile),
        results=_path(config, "results", Settings.results, configfile),
        overrides=_path(selection, "overrides", Settings.overrides, configfile),
        selection={key: value for key, value in selection.items() if key != "overrides"},
        configfiles=found,
        units=tuple(config.get("action_units", Settings.units)),
        code_book=Path(config["code_book"]) if config.get("code_book") else None,
    )


def _path(config: dict[str, Any], key: str, default: Path, configfile: Path) -> Path:
    value = config.get(key) or default
    if not isinstance(value, str | Path):
        raise InputError(f"{key} is not a path", configfile)
    return Path(value)
