"""The locks and the beginning of `make setup`, which runs before anything is installed."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from auva.workflow.lock import (
    BUILD,
    LOCKS,
    MAIN,
    SITE,
    TORCH,
    TORCH_CPU,
    entries,
    normal,
    part,
    versions,
)

RESOLVED = """\
jinja2==3.1.6 \\
    --hash=sha256:aa \\
    --hash=sha256:ab
nvidia-cublas==13.1.1.3 ; sys_platform == 'linux' \\
    --hash=sha256:ba
setuptools==84.2.1 \\
    --hash=sha256:ca
torch==2.13.0 \\
    --hash=sha256:da
torchmetrics==1.9.0 \\
    --hash=sha256:ea
"""


def test_each_package_goes_to_one_lock_as_it_was_resolved():
    parts = part(RESOLVED, {"setuptools"})
    assert {name: list(entries(text)) for name, text in parts.items()} == {
        BUILD: ["setuptools"],
        MAIN: ["jinja2", "torchmetrics"],
        TORCH: ["nvidia-cublas", "torch"],
    }
    body = "".join(text.partition("\n")[2] for text in parts.values())
    assert sorted(body.splitlines()) == sorted(RESOLVED.splitlines())


@pytest.mark.parametrize("name", [*LOCKS, SITE, TORCH_CPU])
def test_every_locked_package_has_hashes_and_no_lock_names_a_registry(root, name):
    text = (root / name).read_text()
    found = entries(text)
    assert found
    for package, entry in found.items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), package
    assert sum(map(len, found.values())) + len(found) + text.index("\n") + 1 == len(text)
    assert not re.search(r"://|--\S*(index|links|host)", text)


def test_the_locks_hold_what_the_project_asks_for(root):
    project = tomllib.loads((root / "pyproject.toml").read_text())
    locked = versions(*(root / name for name in LOCKS))
    added = versions(root / SITE)
    assert not set(locked) & set(added)
    locked |= added
    optional = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    wanted += [
        line
        for name in ("kubernetes", "opencv", "site", "slurm", "test")
        for line in optional[name]
    ]
    for requirement in map(Requirement, wanted):
        if requirement.name != "auva":
            assert locked[normal(requirement.name)] in requirement.specifier, requirement
    assert versions(root / TORCH_CPU) == {"torch": f"{locked['torch']}+cpu"}


def fake_python(folder: Path, lie: str) -> Path:
    """Return a Python that runs `lie` before what it is asked to run."""
    program = folder / "fake python"
    program.write_text(
        f"#!/bin/sh\nexec '{sys.executable}' -c 'import sys; {lie}; exec(sys.argv[1])' \"$2\"\n"
    )
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        (
            "sys.version_info = (3, 10, 1)",
            r"auva: needs Python 3.11, 3.12 or 3.13, but .* 3\.10 \(",
        ),
        (
            "sys.version_info = (3, 14, 0)",
            r"auva: needs Python 3.11, 3.12 or 3.13, but .* 3\.14 \(",
        ),
        ('sys.modules["ensurepip"] = None', r"auva: Python 3\.\d+ .*cannot make a virtual env"),
    ],
)
def test_setup_refuses_a_python_in_one_line(root, tmp_path, lie, told):
    fake_python(tmp_path, lie)
    assert re.match(told, refusal(root, tmp_path / "check out", "'../fake python'"))


@pytest.mark.parametrize("name", ["a{b}", "a:b", "a$b"])
def test_setup_refuses_a_path_that_python_cannot_have_in_one_line(root, tmp_path, name):
    told = refusal(root, tmp_path / name, f"'{sys.executable}'")
    assert re.match(r"auva: Python cannot be set up in a folder with .* in its path", told)


def refusal(root: Path, copy: Path, python: str) -> str:
    """Return the one line with which `make setup` ends in a copy of the checkout."""
    copy.mkdir()
    for name in ("Makefile", "pyproject.toml", *LOCKS, TORCH_CPU):
        shutil.copy(root / name, copy / name)
    command = ["make", "--silent", "setup", f"PYTHON={python}"]
    # `make test` tells the programs that it starts that they run below it.
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, env=env)
    assert done.returncode
    first, *rest = done.stderr.splitlines()
    assert all(line.startswith("make: ") for line in rest)
    assert not (copy / ".venv").exists()
    return first
