"""The files of a run in one archive, for stores that carry single files.

A training leaves thousands of small files in its folder; they are not single outputs of a rule.
Where no disk is shared, `run.tar` carries them all and `chosen.tar` the checkpoint that predictions
need. Whoever reads a file of a run asks `restored` for it: on a shared disk it is simply there.
"""

import io
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from auva.errors import InputError
from auva.files import atomic_path

RUN, CHOSEN = "run.tar", "chosen.tar"


def pack(folder: str | Path, names: Iterable[str], path: str | Path) -> None:
    """Write files of a folder into an archive, uncompressed and with the same bytes every time.

    Parameters
    ----------
    folder : path
        Where the files are.
    names : iterable of str
        Their paths below it.
    path : path
        Written, whole or not at all.
    """
    with atomic_path(path) as temporary, tarfile.open(temporary, "w") as archive:
        for name in sorted(names):
            with (Path(folder) / name).open("rb") as stream:
                entry = tarfile.TarInfo(name)
                entry.size = stream.seek(0, io.SEEK_END)
                stream.seek(0)
                archive.addfile(entry, stream)


def pack_run(folder: str | Path, outputs: Iterable[str | Path], path: str | Path | None) -> None:
    """Write what a training left beside the outputs of its rule into one archive.

    Parameters
    ----------
    folder : path
        The folder of the run.
    outputs : iterable of path
        What is carried anyway.
    path : path or None
        Written; nothing is where it is None or empty.
    """
    if path:
        left_out = {Path(output).name for output in outputs}
        pack(folder, (name for name in files_of(folder) if name not in left_out), path)


def files_of(folder: str | Path) -> Iterator[str]:
    """Yield the paths below a folder of its files, hidden ones (half written) left out."""
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            yield name.as_posix()


def restored(folder: str | Path, name: str) -> Path:
    """Return the path of a run's file or folder, taken out of an archive beside it if not there.

    What lies with a file in the archive (all checkpoints, all samples) comes out with it, because
    who reads one reads the next. What is nowhere is the reader's to report.

    Raises
    ------
    InputError
        When an archive is damaged.
    """
    path, part = Path(folder) / name, Path(name).parts[0]
    for archive in (CHOSEN, RUN):
        if not path.exists() and (Path(folder) / archive).exists():
            unpack(Path(folder) / archive, folder, part)
    return path


def unpack(archive: str | Path, folder: str | Path, part: str = "") -> None:
    """Write the files of an archive that are not there yet into a folder.

    Parameters
    ----------
    archive : path
        The archive.
    folder : path
        Where its files go.
    part : str
        A file or folder of the archive; the rest stays. Without it, all comes out.

    Raises
    ------
    InputError
        When the archive is damaged.
    """
    with _opened(Path(archive)) as content:
        for name in content.getnames():
            path, parts = Path(folder) / name, Path(name).parts
            above = Path(name).is_absolute() or ".." in parts
            if not above and part in ("", parts[0]) and not path.exists():
                _extract(content, name, path)


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as content:
            yield content
    except (tarfile.TarError, EOFError) as error:
        raise InputError(f"is a damaged archive of a run ({error})", path) from error


def _extract(content: tarfile.TarFile, name: str, path: Path) -> None:
    """Write one file of an archive, whole or not at all."""
    stream = content.extractfile(name)
    if stream is None:
        raise InputError(f"holds '{name}', which is not a file", str(content.name))
    with stream, atomic_path(path) as temporary, temporary.open("wb") as out:
        while block := stream.read(1 << 20):
            out.write(block)
