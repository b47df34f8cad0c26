"""JSON files between stages: one object, whose parts are checked as they are taken out of it."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.errors import InputError
from auva.reading import read_json

_SPOKEN = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    list: "a list of texts",
    dict: "a mapping",
}


class Document:
    """An object of a JSON file.

    Parameters
    ----------
    content : mapping
        The object.
    what : str
        What the file is, for messages: "an alignment report".
    path : path
        The file.
    place : str
        Place of the object in the file: "" or "sets.train.".
    """

    def __init__(
        self, content: Mapping[str, Any], what: str, path: str | Path, place: str = ""
    ) -> None:
        self.content = content
        self._what = what
        self._path = path
        self._place = place

    def get(self, name: str, kind: type) -> Any:  # noqa: ANN401 - of the kind
        """Return a part: `str`, `int` (never below 0), `float` (finite), `list` (of str) or `dict`.

        Raises
        ------
        InputError
            If it is missing or of another kind.
        """
        if name not in self.content:
            raise InputError(f"is not {self._what}: {self._place}{name} is missing", self._path)
        value = self.content[name]
        if not _is(value, kind):
            cause = f"is not {self._what}: {self._place}{name} is not {_SPOKEN[kind]}"
            raise InputError(cause, self._path)
        return value

    def part(self, name: str) -> "Document":
        """Return an object inside."""
        content = self.get(name, dict)
        return Document(content, self._what, self._path, f"{self._place}{name}.")

    def parts(self, name: str) -> "list[Document]":
        """Return a list of objects inside."""
        entries = self.content.get(name)
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            cause = f"is not {self._what}: {self._place}{name} is not a list of mappings"
            raise InputError(cause, self._path)
        return [
            Document(entry, self._what, self._path, f"{self._place}{name}.{number}.")
            for number, entry in enumerate(entries)
        ]


def read_document(path: str | Path, what: str, missing: str = "no such file") -> Document:
    """Read a JSON file that holds one object.

    Parameters
    ----------
    path : path
        The file.
    what : str
        What it is, with its article: "an alignment report".
    missing : str
        The message if the file does not exist.

    Raises
    ------
    InputError
        If it is missing, cannot be read, is not JSON, names a key twice, or holds no object.
    """
    if not Path(path).exists():
        raise InputError(missing, path)
    try:
        content = read_json(path)
    except InputError as error:
        raise InputError(f"is not {what}: {error.cause}", path, error.line) from None
    if not isinstance(content, dict):
        raise InputError(f"is not {what}", path)
    return Document(content, what, path)


def _is(value: object, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    if kind is int:
        return isinstance(value, int) and value >= 0
    if kind is float:
        return isinstance(value, int | float) and math.isfinite(value)
    if kind is list:
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    return isinstance(value, kind)
