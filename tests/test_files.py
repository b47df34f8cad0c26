"""Files are written whole, and a path that cannot be written is one line."""

import pytest

from auva.errors import InputError
from auva.files import atomic_path, write_text


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
