"""The counts and percentages that the thesis prints (Tables 3.1 to 3.4, section 3.1.4)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.errors import InputError
from auva.reading import read_text, read_yaml
from auva.units import THESIS_NAMES

Published = Mapping[str, Any]

SECTIONS = ("annotated_videos", "au_counts", "split")
BATCHES = ("batch 1", "batch 2", "all")
"""The thesis' columns of Table 3.2."""

SETS_OF_THESIS = ("training", "test", "all")
"""The thesis' columns of Table 3.4."""


def read_published(path: str | Path) -> Published:
    """Read `resources/published/published_dataset.yaml`.

    Raises
    ------
    InputError
        If the file is missing, no YAML, or lacks a section.
    """
    page = read_yaml(path, "file of published numbers")
    if not read_text(path).endswith("\n...\n"):
        raise InputError("was truncated: '...', the end of a YAML document, is missing", path)
    for name in SECTIONS:
        if not isinstance(page, dict) or name not in page:
            raise InputError(f"no section '{name}'", path)
    return page


def percent(part: float, whole: float) -> float:
    """Return a share in percent; NaN of nothing."""
    return 100 * part / whole if whole else float("nan")


def misprints(published: Published) -> list[str]:
    """Return where a percentage that the thesis prints does not follow from its own counts.

    A printed value is right if it is the exact one rounded (up or down on a tie) to the digits
    that the table shows.
    """
    found = []
    for name, page in published["annotated_videos"].items():
        exact = percent(page["frames_with_au"], page["frames"])
        found += _misprint(
            f"Table 3.1, {name.replace('_', ' ')}, frames with an Action Unit",
            page["frames_with_au_percent"],
            exact,
            1,
        )
    units = published["au_counts"]
    for place, batch in enumerate(BATCHES):
        whole = sum(units["count"][au][place] for au in THESIS_NAMES)
        for au in THESIS_NAMES:
            exact = percent(units["count"][au][place], whole)
            found += _misprint(f"Table 3.2, {au}, {batch}", units["percent"][au][place], exact, 1)
    split = published["split"]
    for place, name in enumerate(SETS_OF_THESIS):
        whole = split["au_counts"]["total"][place]
        for au in THESIS_NAMES:
            exact = percent(split["au_counts"][au][place], whole)
            found += _misprint(f"Table 3.4, {au}, {name}", split["au_percent"][au][place], exact, 2)
    for name, printed in split["frames_percent"].items():
        exact = percent(split[f"{name}_frames"], split["total_frames"])
        found += _misprint(f"section 3.1.4, {name} frames", printed, exact, 1)
    return found


def _misprint(where: str, printed: float, exact: float, digits: int) -> list[str]:
    if abs(printed - exact) <= 0.5 * 10**-digits + 1e-9:
        return []
    return [f"{where}: the thesis prints {printed:.{digits}f} %, its counts give {exact:.3f} %"]
