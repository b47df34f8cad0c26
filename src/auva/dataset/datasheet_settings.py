"""The `datasheet` section of the configuration."""

from dataclasses import dataclass
from typing import ClassVar

from auva.settings import Section, setting


def _told(text: str) -> str | None:
    return setting(None, text, types=("string", "null"))


@dataclass(frozen=True)
class DatasheetSettings(Section):
    """What only the makers of a dataset know; None: they do not state it."""

    section: ClassVar[str] = "datasheet"

    name: str = setting("auva-faces", "name of the dataset")
    version: str = setting("1.0.0", "its version, as in 1.0.0")
    creators: tuple[str, ...] = setting((), "names of people or organisations")
    url: str | None = _told("page of the dataset")
    published: str | None = _told("day of publication, as in 2026-01-31")
    citation: str | None = _told("how it is cited, best as BibTeX")
    purpose: str | None = _told("purpose of the dataset")
    collection: str | None = _told("how the videos were found or filmed")
    annotators: str | None = _told("who annotated them")
    consent: str | None = _told("what the people shown agreed to")
    uses: str | None = _told("allowed and excluded uses")
    maintenance: str | None = _told("who maintains it, and how errors are corrected")


SETTINGS = DatasheetSettings.declared()
