"""Digests of the code that a rule runs: its script and the modules of auva behind it.

Snakemake's own code trigger sees only the script file of a rule, so each rule carries this digest
in its `params`; an edit that changes behaviour changes the digest, an edit of a comment or a
docstring does not.
"""

import ast
import hashlib
import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from auva.errors import InputError
from auva.files import sha256, write_text

_ROOT = Path(__file__).parent


class _Source(NamedTuple):
    """What matters of a source file: what it does and which auva names it imports."""

    behaviour: str
    imports: list[str]


def code_digest(start: str | Path) -> str:
    """Return a digest over a script or module and all modules of auva that it executes.

    These are the modules that it imports, at any depth of its code, those that they import, and
    the packages that they lie in. Data files beside them (such as the detector's calibration)
    count too.

    Parameters
    ----------
    start : str or Path
        Name of a module, such as "auva.models.gan.training", or the path of a rule's script.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    digest = hashlib.sha256()
    if isinstance(start, Path):
        digest.update(f"{start.name}:{_source(start).behaviour}\n".encode())
    executed = modules_executed(start)
    for path in sorted(executed):
        name = path.relative_to(_ROOT).as_posix()
        digest.update(f"{name}:{_source(path).behaviour}\n".encode())
    for path in _data_beside(executed):
        digest.update(f"{path.relative_to(_ROOT).as_posix()}:{sha256(path)}\n".encode())
    return digest.hexdigest()[:12]


def modules_executed(start: str | Path) -> set[Path]:
    """Return the source files of auva that a script or a module executes (see `code_digest`)."""
    names = [start] if isinstance(start, str) else _source(start).imports
    waiting = [path for name in names for path in _module_files(name)]
    closure: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in closure:
            continue
        closure.add(path)
        waiting.extend(path for name in _source(path).imports for path in _module_files(name))
    return closure


def _data_beside(modules: Iterable[Path]) -> list[Path]:
    """Return the data files in the folders of some modules."""
    folders = {module.parent for module in modules}
    return sorted(path for folder in folders for path in _data_in(folder))


@cache
def _data_in(folder: Path) -> list[Path]:
    return list(folder.glob("*.json"))


@cache
def _module_files(name: str) -> list[Path]:
    """Return the source files that importing a dotted name executes: its packages' and its own."""
    parts = name.split(".")
    if parts[0] != "auva":
        return []
    steps = [_ROOT.joinpath(*parts[1:end]) for end in range(1, len(parts) + 1)]
    files = [path for base in steps for path in (base.with_suffix(".py"), base / "__init__.py")]
    return [path for path in files if path.is_file()]


@cache
def _source(path: Path) -> _Source:
    """Return the facts of a source file, from the note beside its bytecode if it still holds.

    Every Snakemake process needs all digests (on a cluster three times in each job), and walking
    the syntax trees took a third of its start; the note is bound to the file's bytes, not its date.
    """
    text = path.read_bytes()
    key = f"{sys.version_info[:2]} {_own_digest()} {hashlib.sha256(text).hexdigest()}"
    note = path.parent / "__pycache__" / f"{path.stem}.digest.json"
    try:
        kept = json.loads(note.read_bytes())
        if kept["key"] == key:
            return _Source(kept["behaviour"], kept["imports"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    tree = ast.parse(text)
    _keep_what_runs(tree)
    facts = _Source(imports=_imports(path, tree), behaviour=_behaviour(tree))
    with suppress(
        OSError, InputError
    ):  # an installation that cannot be written is parsed each time
        write_text(note, json.dumps({"key": key, **facts._asdict()}))
    return facts


@cache
def _own_digest() -> str:
    """Return a digest of this module, which decides what a note says."""
    return sha256(__file__)


def _imports(path: Path, tree: ast.Module) -> list[str]:
    """Return the auva names that a source file imports, at any depth of its code."""
    inside = path.is_relative_to(_ROOT)
    package = ["auva", *path.relative_to(_ROOT).parent.parts] if inside else []
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            names.add(module)
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return sorted(name for name in names if name.startswith("auva."))


def _keep_what_runs(tree: ast.Module) -> None:
    """Remove docstrings and blocks that only type checkers read."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [child for child in body if not (_is_string(child) or _is_for_types(child))]
            node.body = kept  # type: ignore[attr-defined]


def _behaviour(tree: ast.Module) -> str:
    """Return a digest of a syntax tree (comments are not in it)."""
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _is_string(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_for_types(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
        and not node.orelse
    )
