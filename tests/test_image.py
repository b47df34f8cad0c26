"""The image: what it installs, and that its two recipes say the same."""

import re
import subprocess
from pathlib import Path

import pytest

from auva.workflow.image import needed, only
from auva.workflow.lock import entries


@pytest.fixture(scope="module")
def names() -> set[str]:
    return needed()


def test_an_image_holds_what_auva_needs_and_no_tests(names):
    assert {"auva", "snakemake", "torch", "snakemake-executor-plugin-slurm"} <= names
    assert not {"pytest", "ruff", "pyright", "playwright", "opencv-python-headless"} & names


def test_every_package_of_an_image_has_its_hashes(root, names):
    text = only((root / "requirements.lock").read_text(), names)
    locked = entries(text)
    elsewhere = {"auva", "setuptools", "torch"}  # its own wheel, requirements-build, -torch
    assert names - set(locked) == elsewhere
    assert all("--hash=sha256:" in entry for entry in locked.values())
    assert entries(text) == {name: entry for name, entry in locked.items() if name in names}


def test_a_package_of_another_platform_is_not_needed():
    assert "colorama" not in needed(("tqdm",)), "on Windows only"


def test_a_lock_keeps_its_order_and_its_entries_whole():
    first, second = "b-b==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n", "a==2\n"
    assert only(f"# head\n{first}{second}", {"a", "b-b"}) == first + second
    assert only(first + second, {"b-b"}) == first


def test_both_recipes_run_the_same_script_on_the_same_system(root):
    recipe, definition = (
        (root / "container" / name).read_text() for name in ("Containerfile", "auva.def")
    )
    (base,) = re.findall(r"^ARG BASE=docker.io/library/(\S+)$", recipe, re.MULTILINE)
    assert f"From: {base}\n" in definition
    install = "sh /tmp/auva/install /tmp/auva"
    assert install in recipe
    assert install in definition
    (path,) = re.findall(r"PATH=(\S+)", recipe)
    assert f"export PATH={path}\n" in definition
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", recipe, re.MULTILINE), "not root, a number"


def test_without_a_tool_to_build_with_there_is_one_line(root, tmp_path):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    python = tmp_path / ".venv/bin/python"
    python.write_text("#!/bin/sh\necho 1.0\n")
    python.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(root / "container/build")],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    expected = "auva: no apptainer, podman, docker or buildah here to build an image with\n"
    assert done.stderr == expected


@pytest.mark.parametrize("tool", ["apptainer", "podman", "buildah"])
def test_the_first_tool_that_is_there_builds(root: Path, tmp_path: Path, tool):
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for path, text in ((".venv/bin/python", "echo 1.0"), (tool, 'echo "$@"')):
        (tmp_path / path).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / path).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(root / "container/build")],
        cwd=tmp_path,
        env={"PATH": str(tmp_path), "BASE": "mine", "BUILD_OPTIONS": "--one --two"},
        capture_output=True,
        text=True,
        check=True,
    )
    if tool == "apptainer":
        assert done.stdout == "build --one --two --force auva.sif container/auva.def\n"
    else:
        tagged = "--build-arg BASE=mine --tag auva:1.0 --file container/Containerfile build/image"
        assert done.stdout == f"build --one --two {tagged}\n"
