"""Digests of what a stage depends on: the code of its modules.

Snakemake's own code trigger sees only the script file of a rule, so each rule carries the digest of
the auva modules that it runs in its `params`; an edit that changes behaviour changes the digest, an
edit of a comment or a docstring does not.
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


def code_digest(*modules: str, script: Path | None = None) -> str:
    """Return a digest over the named auva modules and all that they import from auva.

    Data files that lie beside these modules (such as the detector's calibration) count too.

    Parameters
    ----------
    modules : str
        Module names below `auva`, such as "video" or "gan.training".
    script : Path, optional
        A rule's script, whose own lines count too.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    closure: set[Path] = set()
    waiting = [_module_file(f"auva.{name}") for name in modules]
    while waiting:
        path = waiting.pop()
        if path is None or path in closure:
            continue
        closure.add(path)
        waiting.extend(_module_file(name) for name in _source(path).imports)
    digest = hashlib.sha256()
    if script is not None:
        digest.update(f"{script.name}:{_source(script).behaviour}\n".encode())
    for path in sorted(closure):
        name = path.relative_to(_ROOT).as_posix()
        digest.update(f"{name}:{_source(path).behaviour}\n".encode())
    for path in _data_beside(closure):
        digest.update(f"{path.relative_to(_ROOT).as_posix()}:{sha256(path)}\n".encode())
    return digest.hexdigest()[:12]


def _data_beside(modules: Iterable[Path]) -> list[Path]:
    """Return the data files in the folders of some modules."""
    folders = {module.parent for module in modules}
    return sorted(path for folder in folders for path in _data_in(folder))


@cache
def _data_in(folder: Path) -> list[Path]:
    return list(folder.glob("*.json"))


@cache
def _module_file(name: str) -> Path | None:
    """Return the source file of a dotted name, or None if the name is not a module of auva."""
    base = _ROOT.joinpath(*name.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if name.split(".")[0] == "auva" and path.is_file() and path != _ROOT / "__init__.py":
            return path
    return None


@cache
def _source(path: Path) -> _Source:
    """Return the facts of a source file, from the note beside its bytecode if it still holds.

    Every Snakemake process needs all digests (on a cluster three times in each job), and walking
    the syntax trees took a third of its start; the note is bound to the file's bytes, not its date.
    """
    text = path.read_bytes()
    key = f"{sys.version_info[:2]} {hashlib.sha256(text).hexdigest()}"
    note = path.parent / "__pycache__" / f"{path.stem}.digest.json"
    try:
        kept = json.loads(note.read_bytes())
        if kept["key"] == key:
            return _Source(kept["behaviour"], kept["imports"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    tree = ast.parse(text)
    facts = _Source(imports=_imports(path, tree), behaviour=_behaviour(tree))
    with suppress(
        OSError, InputError
    ):  # an installation that cannot be written is parsed each time
        write_text(note, json.dumps({"key": key, **facts._asdict()}))
    return facts


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


def _behaviour(tree: ast.Module) -> str:
    """Return a digest of a syntax tree without its docstrings (comments are not in it)."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [child for child in body if not _is_string(child)]  # type: ignore[attr-defined]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _is_string(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
