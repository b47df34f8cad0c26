"""Writing files whole or not at all, and their checksums."""

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from auva.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


_PREFIX = ".auva-"
_MARK = re.escape(_PREFIX) + "[a-z0-9_]{8}-"
_TEMPORARY = re.compile(f"{_MARK}.+", re.DOTALL)
"""Names that `atomic_path` and `scratch_folder` give to what is not yet whole, and nobody else."""


@contextmanager
def atomic_path(path: str | Path, keep: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `path`, with its suffix, that replaces it on success.

    What was written is on the disk before it takes its name, and the name is on the disk at the
    end, so that a power cut leaves the old file or the new one. On an error the temporary file is
    removed and `path` stays as it was.

    Parameters
    ----------
    path : str or Path
        The file to write.
    keep : bool
        For a file of the user's that is edited: it keeps its mode, owner and extended attributes,
        a symbolic link stays one (the file that it leads to is replaced), and a file that is
        read-only, or whose owner could not be kept, is refused. A new file gets the owner of its
        folder, where the process may give it away.

    Raises
    ------
    InputError
        If no file can be made there; a full disk is an `OSError`, as it says nothing of the path.
    """
    path = Path(path)
    if keep:
        path = edited_file(path)
        check_editable(path)
    check_target(path)
    make_folder(path.parent, keep)
    with _refused(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_PREFIX, suffix=f"-{path.name}")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        if keep and path.exists():
            copy_attributes(path, temporary)
        else:
            temporary.chmod(0o666 & ~_umask())
            if keep:
                give_owner(temporary, path.parent)
        move(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Give a whole file another name in the same file system, safely for a power cut."""
    sync_file(source)
    source.replace(target)
    sync_folder(target.parent)


def sync_file(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk, where the file system can do that."""
    try:
        sync_file(path)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES):
            raise


@contextmanager
def scratch_folder(folder: Path, name: str) -> Iterator[Path]:
    """Yield a new folder inside `folder`, removed at the end; `remove_leftovers` knows its name."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=_PREFIX, suffix=f"-{name}") as scratch:
        yield Path(scratch)


def edited_file(path: str | Path) -> Path:
    """Return the file that an edit of `path` changes: the one that a symbolic link leads to."""
    return Path(os.path.realpath(path))


def check_editable(path: Path) -> None:
    """Refuse a file that may not be changed, or that would get another owner by being replaced.

    Raises
    ------
    InputError
        With the cause. A path without a file passes.
    """
    with _refused(path):
        if path.is_symlink():
            raise InputError("is a symbolic link that leads back to itself", path)
        if not path.exists():
            return
        known = path.stat()
        if not known.st_mode & 0o222 or not os.access(path, os.W_OK):
            raise InputError("is read-only", path)
        user, groups = os.geteuid(), {os.getegid(), *os.getgroups()}
        if user and (known.st_uid != user or known.st_gid not in groups):
            raise InputError("belongs to another user or group, which saving would change", path)


def copy_attributes(source: Path, target: Path) -> None:
    """Give a file the mode, owner and extended attributes of another one, not its times."""
    known = source.stat()
    made = target.stat()
    if (made.st_uid, made.st_gid) != (known.st_uid, known.st_gid):
        os.chown(target, known.st_uid, known.st_gid)
    shutil.copystat(source, target)
    os.utime(target)


def give_owner(made: Path | int, source: Path) -> None:
    """Give a new file (its path or descriptor) or folder the owner and group of `source`.

    Where the process may not do that (it needs root), the new one stays its own.
    """
    known = source.stat()
    with suppress(OSError):
        if isinstance(made, int):
            os.fchown(made, known.st_uid, known.st_gid)
        else:
            os.chown(made, known.st_uid, known.st_gid, follow_symlinks=False)


def check_target(path: Path, source: Path | None = None) -> None:
    """Refuse a path to write to that is a folder, or the source of what is written."""
    with _refused(path):
        if path.is_dir():
            raise InputError("is a folder, not a file", path)
        if source and path.exists() and path.samefile(source):
            raise InputError("is the source itself and would be overwritten", path)


def make_folder(path: Path, keep: bool = False) -> None:
    """Make a folder with those above it; an `InputError` where a file is in the way.

    With `keep`, each one that is made gets the owner of the folder above it, as in `atomic_path`.
    """
    with _refused(path):
        missing = [each for each in (path, *path.parents) if keep and not each.exists()]
        try:
            path.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise InputError("cannot create the folder: a file of that name exists", path) from None
        for each in reversed(missing):
            give_owner(each, each.parent)


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """Turn what the system says against a path into an `InputError`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise InputError(f"cannot be written ({error.strerror})", path) from error


def write_text(path: str | Path, text: str, keep: bool = False) -> None:
    """Write `text` as UTF-8, whole or not at all; `keep` as in `atomic_path`."""
    with atomic_path(path, keep) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_csv(path: str | Path, table: "pd.DataFrame", float_format: str = "%.6g") -> None:
    """Write `table` as CSV with Unix line ends and no index, whole or not at all."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False, float_format=float_format, lineterminator="\n")


def remove_leftovers(folder: str | Path, before: float) -> int:
    """Remove what a killed process left of `atomic_path` and `scratch_folder`; return the number.

    Parameters
    ----------
    folder : path
        Searched with all its folders.
    before : float
        Only what was last written before this time (seconds since the epoch) is removed, so that
        what a running process writes stays.
    """
    removed = 0
    for parent, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(parent, name)
            if _TEMPORARY.fullmatch(name) and _last_written(path) < before:
                removed += _remove(path)
        folders[:] = [name for name in folders if not _TEMPORARY.fullmatch(name)]
    return removed


def _last_written(path: Path) -> float:
    """Return when a file, or anything in a folder, was last written; infinity if it is gone."""
    try:
        inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else ()
        return max(each.lstat().st_mtime for each in (path, *inside))
    except FileNotFoundError:
        return float("inf")


def _remove(path: Path) -> bool:
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        return True
    return False


def leftovers(path: str | Path) -> list[Path]:
    """Return the temporary files that `atomic_path` makes, or left, beside `path`.

    Those of a writer that was given such a temporary path are among them.
    """
    path = Path(path)
    names = re.compile(f"(?:{_MARK})+{re.escape(path.name)}")
    return sorted(other for other in path.parent.glob(f"{_PREFIX}*") if names.fullmatch(other.name))


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
