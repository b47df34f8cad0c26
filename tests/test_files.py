"""Files are written whole, and a path that cannot be written is one line."""

import os
import time
from pathlib import Path

import pytest

from auva.errors import InputError
from auva.files import atomic_path, leftovers, remove_leftovers, scratch_folder, write_text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("file/x.csv", "file: cannot create the folder"),
        ("file/deeper/x.csv", "file/deeper: cannot create the folder"),
        ("folder", "folder: is a folder"),
        (f"{'x' * 300}.csv", "cannot be written (File name too long)"),
        ("/proc/x.csv", "/proc/x.csv: cannot be written (No such file or directory)"),
    ],
)
def test_a_path_that_cannot_be_written_is_bad_input(tmp_path, name, message):
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError) as refused:
        write_text(tmp_path / name, "text")
    assert message in str(refused.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_full_disk_stays_an_error_of_the_machine(tmp_path, monkeypatch):
    """A stage tells it in its own line (`auva.workflow.stage.trouble`)."""

    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    with pytest.raises(OSError, match="No space left"), atomic_path(tmp_path / "x.csv"):
        pass


def test_a_file_is_on_the_disk_before_it_takes_its_name_and_its_name_before_the_end(
    tmp_path, monkeypatch
):
    done = []
    fsync, replace = os.fsync, Path.replace

    def synced(descriptor):
        done.append(("synced", os.path.realpath(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    def renamed(path, target):
        done.append(("renamed", str(target)))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    with atomic_path(tmp_path / "x.csv") as temporary:
        temporary.write_text("text")
    assert done == [
        ("synced", str(temporary)),
        ("renamed", str(tmp_path / "x.csv")),
        ("synced", str(tmp_path)),
    ]


class _KilledError(Exception):
    pass


def killed(tmp_path, monkeypatch, path, depth):
    """Write `path` through nested temporary files and stop as a kill does, with no cleaning up."""
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(_KilledError):
            _write(path, depth)
    return sorted(p for p in tmp_path.iterdir() if p.name.startswith(".auva-"))


def _write(path, depth):
    with atomic_path(path) as temporary:
        temporary.write_text("half")
        if depth == 1:
            raise _KilledError
        _write(temporary, depth - 1)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("name", ["one.txt", "a b-abcdefgh.c[1].txt", "none"])
def test_what_nested_writers_leave_is_found_and_removed(tmp_path, monkeypatch, name, depth):
    left = killed(tmp_path, monkeypatch, tmp_path / name, depth)
    assert len(left) == depth
    assert leftovers(tmp_path / name) == left
    assert leftovers(tmp_path / "other.txt") == []
    assert remove_leftovers(tmp_path, before=0) == 0
    assert remove_leftovers(tmp_path, before=time.time() + 60) == depth
    assert list(tmp_path.iterdir()) == []


def test_a_leftover_belongs_to_one_file(tmp_path):
    (tmp_path / ".auva-abcdefgh-ijklmnop-one.txt").write_text("of ijklmnop-one.txt")
    assert leftovers(tmp_path / "one.txt") == []
    assert len(leftovers(tmp_path / "ijklmnop-one.txt")) == 1


def test_a_scratch_folder_that_was_left_goes_when_nobody_writes_in_it(tmp_path):
    with scratch_folder(tmp_path, "clip") as scratch:
        (scratch / "inside").mkdir()
        (scratch / "inside" / "new.csv").write_text("half")
        os.utime(scratch, (0, 0))
        assert remove_leftovers(tmp_path, before=time.time() - 60) == 0
        for path in (scratch / "inside" / "new.csv", scratch / "inside", scratch):
            os.utime(path, (0, 0))
        assert remove_leftovers(tmp_path, before=time.time() - 60) == 1
        scratch.mkdir()  # for the end of the block


def test_an_edited_file_keeps_its_mode_and_owner(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("old")
    for mode in (0o600, 0o640, 0o664, 0o755):
        path.chmod(mode)
        owner = (1234, 5678) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
        os.chown(path, *owner)
        before = path.stat().st_mtime_ns
        write_text(path, "new", keep=True)
        after = path.stat()
        assert path.read_text() == "new"
        assert after.st_mode & 0o7777 == mode
        assert (after.st_uid, after.st_gid) == owner
        assert after.st_mtime_ns >= before
    assert [file.name for file in tmp_path.iterdir()] == ["labels.txt"]


def test_an_edited_link_stays_a_link(tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    (store / "labels.txt").write_text("old")
    (store / "labels.txt").chmod(0o640)
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.symlink_to("store/labels.txt")
    second.symlink_to(first)
    write_text(second, "new", keep=True)
    assert second.readlink() == first
    assert str(first.readlink()) == "store/labels.txt"
    assert (store / "labels.txt").read_text() == "new"
    assert (store / "labels.txt").stat().st_mode & 0o777 == 0o640
    missing = tmp_path / "missing.txt"
    missing.symlink_to("store/made.txt")
    write_text(missing, "made", keep=True)
    assert missing.is_symlink()
    assert (store / "made.txt").read_text() == "made"
    assert sorted(file.name for file in store.iterdir()) == ["labels.txt", "made.txt"]


def test_a_file_that_may_not_be_edited_is_refused(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(InputError, match=r"labels.txt: is read-only"):
        write_text(path, "new", keep=True)
    assert path.read_text() == "old"
    assert path.stat().st_mode & 0o777 == 0o444
    loop = tmp_path / "loop.txt"
    loop.symlink_to("loop.txt")
    with pytest.raises(InputError, match="leads back to itself"):
        write_text(loop, "new", keep=True)
    assert loop.is_symlink()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["labels.txt", "loop.txt"]


def test_a_file_of_another_user_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "labels.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(InputError, match="belongs to another user"):
        write_text(path, "new", keep=True)
    assert path.read_text() == "old"
