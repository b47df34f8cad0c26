"""Archives of a run: the same bytes every time, and files that come out when asked for."""

import tarfile
from pathlib import Path

import pytest

from auva.archive import CHOSEN, RUN, files_of, pack, pack_run, restored, unpack
from auva.errors import InputError

FILES = {
    "checkpoints/iteration-00000000.safetensors": b"first",
    "checkpoints/iteration-00000010.safetensors": b"second",
    "samples/iteration-00000010.png": b"",
    "config.json": b"{}",
}
FIRST, LAST, SAMPLE, CONFIG = FILES


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """A run with the output `config.json`, and what a killed process left half written."""
    folder = tmp_path / "run"
    for name, content in {**FILES, "checkpoints/.auva-x": b"half"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def elsewhere(run_dir: Path, tmp_path: Path) -> Path:
    """The folder of the run on another machine: its outputs, which the archive is one of."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    pack_run(run_dir, [run_dir / "config.json", folder / RUN], folder / RUN)
    return folder


def test_an_archive_holds_what_is_no_output_and_repeats_its_bytes(run_dir, elsewhere, tmp_path):
    with tarfile.open(elsewhere / RUN) as content:
        assert content.getnames() == [FIRST, LAST, SAMPLE]
    for name in FILES:
        (run_dir / name).touch()
    pack_run(run_dir, [run_dir / "config.json"], tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == (elsewhere / RUN).read_bytes()


@pytest.mark.parametrize("nothing", [None, "", []])
def test_a_shared_disk_needs_no_archive(run_dir, nothing):
    before = list(files_of(run_dir))
    pack_run(run_dir, [], nothing)
    assert list(files_of(run_dir)) == before


def test_a_file_comes_out_with_those_beside_it_when_it_is_asked_for(elsewhere):
    (elsewhere / "checkpoints").mkdir()
    (elsewhere / FIRST).write_bytes(b"own")
    assert restored(elsewhere, LAST).read_bytes() == b"second"
    assert (elsewhere / FIRST).read_bytes() == b"own"
    assert not (elsewhere / SAMPLE).exists()
    assert not restored(elsewhere, CONFIG).exists(), "was carried by itself"


def test_a_file_that_is_there_stays(elsewhere):
    (elsewhere / "checkpoints").mkdir()
    (elsewhere / LAST).write_bytes(b"own")
    assert restored(elsewhere, LAST).read_bytes() == b"own"


def test_the_chosen_checkpoint_needs_no_archive_of_the_run(run_dir, elsewhere):
    (elsewhere / RUN).unlink()
    pack(run_dir, [LAST], elsewhere / CHOSEN)
    assert restored(elsewhere, LAST).read_bytes() == b"second"
    assert not restored(elsewhere, FIRST).exists()


def test_a_folder_comes_out_whole(elsewhere):
    assert [path.name for path in restored(elsewhere, "samples").iterdir()] == [Path(SAMPLE).name]
    assert not (elsewhere / "checkpoints").exists()


def test_all_files_come_out(elsewhere, tmp_path):
    unpack(elsewhere / RUN, tmp_path / "all")
    assert list(files_of(tmp_path / "all")) == [FIRST, LAST, SAMPLE]


def test_nothing_comes_out_above_the_folder(tmp_path):
    with tarfile.open(tmp_path / RUN, "w") as content:
        content.addfile(tarfile.TarInfo("../above"))
        content.addfile(tarfile.TarInfo("samples/../../above"))
        content.addfile(tarfile.TarInfo(str(tmp_path / "above")))
    unpack(tmp_path / RUN, tmp_path / "folder")
    restored(tmp_path, "samples")
    assert not (tmp_path / "above").exists()
    assert not (tmp_path.parent / "above").exists()


@pytest.mark.parametrize("length", [100, 700])
def test_a_damaged_archive_is_one_line(elsewhere, length):
    path = elsewhere / RUN
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InputError, match=r"run\.tar: is a damaged archive of a run"):
        restored(elsewhere, LAST)
    assert not (elsewhere / LAST).exists()
