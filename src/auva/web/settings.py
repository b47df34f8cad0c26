"""The two settings that the browser tools share with the workflow: sample sheet and results."""

from dataclasses import dataclass
from pathlib import Path

from auva.errors import InputError


@dataclass(frozen=True)
class Settings:
    """Where the sample sheet and the results are, as the workflow's configuration says."""

    videos: Path = Path("config/videos.tsv")
    results: Path = Path("results")


def read_settings(configfile: Path, needed: bool = True) -> Settings:
    """Read `videos` and `results` of a configuration file.

    Parameters
    ----------
    configfile : Path
        The workflow's configuration.
    needed : bool
        Whether a missing file is an error.

    Raises
    ------
    InputError
        If the file is missing although needed, or is no configuration.
    """
    import yaml

    if not configfile.exists():
        if needed:
            raise InputError(
                "the configuration does not exist; name --sheet and --results", configfile
            )
        return Settings()
    try:
        config = yaml.safe_load(configfile.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"not a configuration: {str(error).splitlines()[0]}", configfile) from None
    if not isinstance(config, dict):
        raise InputError("not a configuration: the top level has no keys", configfile)
    values = {}
    for key in ("videos", "results"):
        value = config.get(key, getattr(Settings, key))
        if not isinstance(value, str | Path):
            raise InputError(f"{key} is not a path", configfile)
        values[key] = Path(value)
    return Settings(**values)
