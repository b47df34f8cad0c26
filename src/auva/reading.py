"""Files from outside, read without trust: regular files only, in a known encoding, one meaning.

A pipe or a device would keep a job waiting for ever; a key that a YAML or JSON file names twice
loses one of its values without a word. Both are errors here.
"""

import codecs
import errno
import json
import os
import stat
from collections.abc import Hashable
from pathlib import Path
from typing import Any, BinaryIO

import yaml

from auva.errors import InputError

MAX_BYTES = 512 * 2**20
"""Larger text files are refused: 10 hours of 50 fps with every OpenFace column stay far below."""

_MOST_VALUES = 1_000_000
"""Most values of a YAML file; with aliases a short file can expand beyond the memory."""

_DEEPEST = 100
"""Levels of nesting in a YAML file; the reader in C is limited only by its stack."""

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks and their encodings (UTF-32 first: its mark begins with UTF-16's)."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_file(path: str | Path, what: str = "file") -> BinaryIO:
    """Open a regular file for reading; never wait for a pipe or a device.

    Parameters
    ----------
    path : str or Path
        The file, or a link to it.
    what : str
        What it is to the reader of an error: "sample sheet", "annotation file", …

    Raises
    ------
    InputError
        If it is missing, cannot be read or is not a regular file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise InputError(f"the {what} does not exist", path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if getattr(error, "errno", None) == errno.ENXIO:
            reason = "it is a socket or a device, not a file"
        raise InputError(f"the {what} cannot be read: {reason}", path) from error
    kind = stat.S_IFMT(os.fstat(descriptor).st_mode)
    if kind != stat.S_IFREG:
        os.close(descriptor)
        found = _KINDS.get(kind, "something else")
        raise InputError(f"the {what} cannot be read: it is {found}, not a file", path)
    return os.fdopen(descriptor, "rb")


def read_bytes(path: str | Path, what: str = "file", limit: int = MAX_BYTES) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    InputError
        As `open_file`, and if the file has more than `limit` bytes.
    """
    with open_file(path, what) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > limit:
            raise InputError(f"{size} bytes are more than a {what} can have", path)
        try:
            return stream.read()
        except OSError as error:
            raise InputError(f"the {what} cannot be read: {error.strerror}", path) from error


def decoded(data: bytes, path: str | Path, what: str = "file") -> str:
    """Return the text of a file in UTF-8, or in UTF-16 or UTF-32 with its byte order mark.

    Raises
    ------
    InputError
        If it is not such a text; the message names the line.
    """
    if data.startswith(b"PK\x03\x04"):
        raise InputError(
            f"the {what} is an Excel workbook or another zip archive; export it as text", path
        )
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.upper().removesuffix("-SIG")
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"the {what} is not text in {name}; save it as UTF-8", path, line
        ) from None


def read_text(path: str | Path, what: str = "file") -> str:
    """Return the text of a regular file; see `read_bytes` and `decoded`."""
    return decoded(read_bytes(path, what), path, what)


def read_yaml(path: str | Path, what: str = "file") -> Any:  # noqa: ANN401 - any YAML value
    """Return the content of a YAML (or JSON) file as builtins; None where it is empty.

    Raises
    ------
    InputError
        If it is not readable text or not YAML, names a key twice, or has a key that is not text.
    """
    text = read_text(path, what)
    loader = _Loader(text)
    loader.path = Path(path)
    try:
        if _depth(text) > _DEEPEST:
            raise InputError(f"the {what} is nested more than {_DEEPEST} levels deep", path)
        node = loader.get_single_node()
        if node is None:
            return None
        if _values(node, {}) > _MOST_VALUES:
            raise InputError(f"the {what} has aliases that expand to too many values", path)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(f"the {what} is not YAML: {error.problem}", path, line) from None
    except yaml.YAMLError as error:
        raise InputError(f"the {what} is not YAML: {error}", path) from None
    finally:
        loader.dispose()


def read_json(path: str | Path, what: str = "file") -> Any:  # noqa: ANN401 - any JSON value
    """Return the content of a JSON file.

    Raises
    ------
    InputError
        If it is not readable text or not JSON, or names a key twice.
    """

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(found)) < len(found):
            names = [name for name, _ in found]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"the {what} names the key '{twice}' twice", path)
        return dict(found)

    try:
        return json.loads(read_text(path, what), object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        raise InputError(f"the {what} is not JSON: {error.msg}", path, error.lineno) from None
    except RecursionError:
        raise InputError(f"the {what} is nested too deeply", path) from None


_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _depth(text: str) -> int:
    """Return how deep a YAML text is nested; more than `_DEEPEST` where it is deeper than that."""
    depth = deepest = 0
    for event in yaml.parse(text, _SAFE):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(depth, deepest)
            if deepest > _DEEPEST:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


class _Loader(_SAFE):  # type: ignore[misc]
    """Reads plain values; a mapping has text keys, each once."""

    path: Path

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping, after a look at its keys."""
        seen: dict[Any, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if key.tag == "tag:yaml.org,2002:merge":
                continue
            name = self.construct_object(key, deep=True)
            if not isinstance(name, str):
                cause = f"a key is {_spoken(name)}, not a name"
                if isinstance(key, yaml.ScalarNode):
                    cause = (
                        f"the key {key.value} is {_spoken(name)}, not a name: write '{key.value}'"
                    )
                raise InputError(cause, self.path, line)
            if name in seen:
                cause = f"duplicate key '{name}' (first in line {seen[name]})"
                raise InputError(cause, self.path, line)
            seen[name] = line
        return super().construct_mapping(node, deep)


def _spoken(value: object) -> str:
    """Return what kind of value YAML reads."""
    if value is None:
        return "empty"
    names = {bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return names.get(type(value), f"a {type(value).__name__}")


def _values(node: yaml.Node, known: dict[int, int]) -> int:
    """Return the number of values of a node, aliases expanded; an endless one is too many."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        known[id(node)] = _MOST_VALUES + 1  # where it is met inside itself
        parts = (
            part
            for entry in node.value
            for part in (entry if isinstance(entry, tuple) else (entry,))
        )
        known[id(node)] = min(1 + sum(_values(part, known) for part in parts), _MOST_VALUES + 1)
    return known[id(node)]
