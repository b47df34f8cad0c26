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
        ("file/x.csv", "file: is no folder"),
        ("file/deeper/x.csv", "file/deeper: is no folder"),
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
