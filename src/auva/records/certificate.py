"""`split.json`: the certificate of a split, as far as other stages read it."""

from pathlib import Path
from typing import Any, NamedTuple

from auva.errors import InputError
from auva.records.document import Document, read_document
from auva.units import SETS, is_list

IN_A_SET = ("videos", "people", "female", "male", "frames")
"""What is counted in each set, beside the frames of each Action Unit under `au`."""


class Certificate(NamedTuple):
    """What a certificate says.

    Attributes
    ----------
    sets : dict of str to dict
        Set -> its counts: `IN_A_SET`, and under `au` the frames of each Action Unit.
    largest_gap : float
        Largest gap of an Action Unit's share between test and the rest, in [0, 1].
    people_in_two_sets : int
    """

    sets: dict[str, dict[str, Any]]
    largest_gap: float
    people_in_two_sets: int


def read_certificate(path: str | Path) -> Certificate:
    """Read the certificate of a split.

    Raises
    ------
    InputError
        If the file is missing, not JSON or no such certificate.
    """
    page = read_document(path, "a certificate of a split")
    sets = {name: _counts(page.part("sets").part(name)) for name in SETS}
    units = {tuple(each["au"]) for each in sets.values()}
    if len(units) > 1 or not is_list(*units):
        raise InputError("is not a certificate of a split: the sets' Action Units differ", path)
    return Certificate(
        sets,
        page.part("test_against_rest").get("largest_au_gap", float),
        page.get("people_in_two_sets", int),
    )


def _counts(page: Document) -> dict[str, Any]:
    units = page.part("au")
    return {
        **{name: page.get(name, int) for name in IN_A_SET},
        "au": {unit: units.get(unit, int) for unit in units.content},
    }
