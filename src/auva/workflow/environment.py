"""The conda environment of the rules, written from the lock so that versions cannot differ."""

import re
import tomllib
from pathlib import Path

from auva.files import write_text
from auva.workflow.lock import LOCKS, normal, versions

_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def environment(pyproject: str | Path, *locks: str | Path) -> str:
    """Return a conda environment (YAML) with the locked versions of the direct dependencies.

    Parameters
    ----------
    pyproject : path
        `pyproject.toml`, the one list of dependencies.
    locks : path
        The files of `auva.workflow.lock` that hold their versions.
    """
    project = tomllib.loads(Path(pyproject).read_text(encoding="utf-8"))["project"]
    locked = versions(*locks)
    names = sorted(normal(_NAME.match(item)[0]) for item in project["dependencies"])  # type: ignore[index]
    lines = [f"      - {name}=={locked[name]}" for name in names]
    head = ["channels: [conda-forge, nodefaults]", "dependencies:", "  - python=3.11", "  - pip"]
    return "\n".join(["# Written by `make docs`.", *head, "  - pip:", *lines]) + "\n"


if __name__ == "__main__":
    write_text("envs/auva.yaml", environment("pyproject.toml", *LOCKS))
