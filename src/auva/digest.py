"""Digests of what a stage depends on: the code of its modules.

Snakemake's own code trigger sees only the script file of a rule, so each rule carries the digest of
the auva modules that it runs in its `params`; an edit that changes behaviour changes the digest, an
edit of a comment or a docstring does not.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent


def code_digest(*modules: str) -> str:
    """Return a digest over the named auva modules and all that they import from auva.

    Parameters
    ----------
    modules : str
        Module names below `auva`, such as "video" or "gan.training".

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
        waiting.extend(_module_file(name) for name in _imports(path))
    digest = hashlib.sha256()
    for path in sorted(closure):
        digest.update(f"{path.relative_to(_ROOT).as_posix()}:{_behaviour(path)}\n".encode())
    return digest.hexdigest()[:12]


def _module_file(name: str) -> Path | None:
    """Return the source file of a dotted name, or None if the name is not a module of auva."""
    base = _ROOT.joinpath(*name.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if name.split(".")[0] == "auva" and path.is_file() and path != _ROOT / "__init__.py":
            return path
    return None


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """Return the auva names that a source file imports, at any depth of its code."""
    package = ["auva", *path.relative_to(_ROOT).parent.parts]
    names: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            names.add(module)
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return tuple(sorted(name for name in names if name.startswith("auva.")))


@cache
def _behaviour(path: Path) -> str:
    """Return a digest of a file's syntax tree without its docstrings (comments are not in it)."""
    tree = _tree(path)
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


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())
