"""The locks of `make setup`: a version and the hashes of every package, for every platform.

`uv` resolves `pyproject.toml` for all platforms at once. Its result is divided into files that
`make setup` installs one after the other: the build system, everything else, and torch with the
CUDA libraries that only its GPU build needs. The CPU build of torch and the packages that only
`make site` needs have separate locks. No lock names a registry; pip uses its configured index.

Only the standard library is used, because this runs before packages are installed.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from auva.errors import InputError
from auva.files import sha256, write_text

BUILD, MAIN, TORCH, TORCH_CPU = (
    f"requirements{part}.lock" for part in ("-build", "", "-torch", "-torch-cpu")
)
"""The lock files: what builds source archives, all but torch, torch, torch without CUDA."""

LOCKS = (BUILD, MAIN, TORCH)
"""The files that `uv` resolves together."""

SITE = "requirements-site.lock"
"""The packages that the extra `site` adds to them."""

_HEAD = "# Written by `make lock`.\n"
_ENTRY = re.compile(r"^([\w.-]+)==([\w.+!-]+).*(?:\n[ \t]+.*)*", re.MULTILINE)
"""A package, its version, and the indented lines after it."""

_OF_CUDA = re.compile(r"torch|triton|cuda-.+|nvidia-.+")


def entries(text: str) -> dict[str, str]:
    """Return the entries of a lock by package: text with version, marker and hashes."""
    return {normal(entry[1]): entry[0] for entry in _ENTRY.finditer(text)}


def versions(*locks: str | Path) -> dict[str, str]:
    """Return the locked version of each package, by its normal name."""
    texts = (Path(lock).read_text(encoding="utf-8") for lock in locks)
    return {normal(entry[1]): entry[2] for text in texts for entry in _ENTRY.finditer(text)}


def normal(name: str) -> str:
    """Return a package's name in its normal form, which registries compare."""
    return re.sub(r"[-_.]+", "-", name).lower()


def part(resolved: str, build: set[str]) -> dict[str, str]:
    """Divide the result of `uv` into the texts of the lock files.

    Parameters
    ----------
    resolved : str
        All entries.
    build : set of str
        Normal names of the packages that build source archives.

    Returns
    -------
    dict of str to str
        The content by file name; every entry is in one file.
    """
    parts: dict[str, list[str]] = {name: [] for name in LOCKS}
    for name, entry in entries(resolved).items():
        place = BUILD if name in build else TORCH if _OF_CUDA.fullmatch(name) else MAIN
        parts[place].append(entry)
    return {
        name: "\n".join([f"{_HEAD}{rows[0]}", *rows[1:]]) + "\n" for name, rows in parts.items()
    }


def resolve(uv: str, upgrade: bool) -> str:
    """Resolve `pyproject.toml` with `uv`; without `upgrade`, valid locked versions are kept.

    Raises
    ------
    InputError
        `uv` finds no set of versions.
    """
    return _compile(uv, ["--extra", "test"], () if upgrade else LOCKS)


def resolve_site(uv: str, locked: Mapping[str, str], upgrade: bool) -> str:
    """Resolve the extra `site` with the locked versions of the others; return what it adds.

    Parameters
    ----------
    uv : str
        The program.
    locked : mapping of str to str
        Version of every package of the other locks.
    upgrade : bool
        Take the newest versions of what it adds.

    Raises
    ------
    InputError
        `uv` finds no set of versions.
    """
    with tempfile.TemporaryDirectory() as scratch:
        pins = Path(scratch) / "pins.txt"
        pins.write_text("".join(f"{name}=={locked[name]}\n" for name in locked), encoding="utf-8")
        extras = ["--extra", "test", "--extra", "site", "--constraint", str(pins)]
        extras += ["--fork-strategy", "fewest"]  # one version for all versions of Python
        resolved = entries(_compile(uv, extras, () if upgrade else (SITE,)))
    return "".join(f"{entry}\n" for name, entry in resolved.items() if name not in locked)


def _compile(uv: str, options: Sequence[str], known: Sequence[str]) -> str:
    """Return the result of `uv`; versions of the locks `known` are kept if they are valid."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    command = [
        uv, "pip", "compile", "pyproject.toml", "-", *options, "--universal",
        "--python-version", project["project"]["requires-python"].removeprefix(">="),
        "--generate-hashes", "--no-annotate", "--no-header", "--quiet",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        answer = Path(scratch) / "all.txt"
        texts = [Path(name).read_text(encoding="utf-8") for name in known if Path(name).exists()]
        answer.write_text("".join(texts), encoding="utf-8")
        done = subprocess.run(
            [*command, "--output-file", str(answer)],
            input="\n".join(project["build-system"]["requires"]),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise InputError(f"uv: {done.stderr}", "pyproject.toml")
        return answer.read_text(encoding="utf-8")


def cpu_build(version: str) -> str | None:
    """Return the lock of torch's CPU build, None if pip is not configured for its index."""
    pinned = f"torch=={version}+cpu"
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        done = subprocess.run(
            [*command, "--dest", scratch, pinned], capture_output=True, check=False
        )
        wheels = sorted(Path(scratch).glob("*.whl"))
        if done.returncode or not wheels:
            return None
        return f"{_HEAD}{pinned} \\\n    --hash=sha256:{sha256(wheels[0])}\n"


def write_locks(uv: str, upgrade: bool = False) -> None:
    """Write all lock files."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    names = (re.split(r"[^A-Za-z0-9._-]", line)[0] for line in project["build-system"]["requires"])
    for name, text in part(resolve(uv, upgrade), set(map(normal, names))).items():
        write_text(name, text)
    write_text(SITE, _HEAD + resolve_site(uv, versions(*LOCKS), upgrade))
    version = versions(TORCH)["torch"]
    cpu = cpu_build(version)
    if cpu:
        write_text(TORCH_CPU, cpu)
    elif versions(TORCH_CPU).get("torch") != f"{version}+cpu":
        print(f"{TORCH_CPU} is for another version: pip finds no CPU build of torch {version}")


if __name__ == "__main__":
    try:
        write_locks(sys.argv[1], upgrade="--upgrade" in sys.argv[2:])
    except InputError as error:
        sys.exit(f"auva: {error}")
