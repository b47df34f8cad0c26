"""The conda environment of the rules, written from the lock so that versions cannot differ."""

import re
import tomllib
from pathlib import Path

from auva.files import write_text

_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def environment(pyproject: str | Path, lock: str | Path) -> str:
    """Return a conda environment (YAML) with the locked versions of the direct dependencies.

    Parameters
    ----------
    pyproject : path
        `pyproject.toml`, the one list of dependencies.
    lock : path
        `requirements.lock`, lines of `name==version`.
    """
    project = tomllib.loads(Path(pyproject).read_text(encoding="utf-8"))["project"]
    pins = dict(
        line.split("==") for line in Path(lock).read_text(encoding="utf-8").split() if "==" in line
    )
    versions = {_normal(name): version for name, version in pins.items()}
    names = sorted(_normal(_NAME.match(item)[0]) for item in project["dependencies"])  # type: ignore[index]
    lines = [f"      - {name}=={versions[name]}" for name in names]
    head = ["channels: [conda-forge, nodefaults]", "dependencies:", "  - python=3.11", "  - pip"]
    return "\n".join(["# Written by `make docs`.", *head, "  - pip:", *lines]) + "\n"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    write_text("envs/auva.yaml", environment("pyproject.toml", "requirements.lock"))
