"""Reading `split.csv`, and who stands in two places in it."""

import csv
from pathlib import Path

from auva.errors import InputError
from auva.units import SETS


def read_split(path: str | Path) -> dict[str, tuple[str, str, int]]:
    """Read `split.csv` as video -> (identity, set, fold).

    Raises
    ------
    InputError
        For a missing column, an unknown set or a video twice, with its line.
    """
    try:
        with Path(path).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read ({error})", path) from error
    videos: dict[str, tuple[str, str, int]] = {}
    for line, row in enumerate(rows, start=2):
        try:
            video, identity, name, fold = (row[c] for c in ("video", "identity", "set", "fold"))
        except KeyError as error:
            raise InputError(f"no column {error}", path, 1) from error
        if name not in SETS:
            raise InputError(f"set is '{name}', not one of {', '.join(SETS)}", path, line)
        if video in videos:
            raise InputError(f"video '{video}' stands there twice", path, line)
        if not str(fold).isdigit():
            raise InputError(f"fold is '{fold}', not a whole number", path, line)
        videos[video] = identity, name, int(fold)
    return videos


def overlap(rows: dict[str, tuple[str, str, int]], place: int) -> list[str]:
    """Return the people who stand in two sets (place 1) or two folds (place 2)."""
    seen: dict[str, set] = {}
    for row in rows.values():
        seen.setdefault(row[0], set()).add(row[place])
    return sorted(person for person, places in seen.items() if len(places) > 1)
