"""Fetching the model: through pip's client, by checksum, without running code of the archive."""

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from auva import packages
from auva.dpm import fetch
from auva.dpm.fetch import fetch_model
from auva.errors import InputError

INSIDE = "cyffld2-0.2.4/cyffld2/ffld2/models/headhunter_dpm_baseline.txt"
SETUP = "cyffld2-0.2.4/setup.py"


class Index:
    """A package index on disk, which pip reads as it reads a registry.

    The archive's `setup.py` leaves the file `ran` wherever it is run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "simple" / "cyffld2"
        self.folder.mkdir(parents=True)
        self.ran = folder / "ran"

    def offer(self, members: dict[str, bytes], cut: int | None = None) -> str:
        """Offer a source archive and return its SHA-256."""
        script = f"open({str(self.ran)!r}, 'w').close()\nfrom setuptools import setup\nsetup()\n"
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            for name, content in {SETUP: script.encode(), **members}.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        data = stream.getvalue()[:cut]
        (self.folder / "cyffld2-0.2.4.tar.gz").write_bytes(data)
        page = '<a href="cyffld2-0.2.4.tar.gz">cyffld2-0.2.4.tar.gz</a>'
        (self.folder / "index.html").write_text(f"<!DOCTYPE html><html><body>{page}</body></html>")
        return hashlib.sha256(data).hexdigest()


@pytest.fixture
def index(tmp_path, monkeypatch) -> Index:
    """The only index that pip is configured to."""
    made = Index(tmp_path / "index")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "index" / "simple").as_uri())
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    return made


def test_the_model_comes_with_licence_and_citation(index, tmp_path, monkeypatch, dpm_model):
    model = dpm_model.read_bytes()
    monkeypatch.setattr(fetch, "ARCHIVE_SHA256", index.offer({INSIDE: model}))
    place = tmp_path / "models" / "model.txt"
    assert fetch_model(place) == place
    assert place.read_bytes() == model
    notice = (tmp_path / "models" / "model.LICENCE.txt").read_text()
    assert "research" in notice
    assert "Mathias" in notice
    assert len(list(place.parent.iterdir())) == 2
    assert not index.ran.exists()


def test_another_archive_is_refused_before_its_code_runs(index, tmp_path, dpm_model):
    index.offer({INSIDE: dpm_model.read_bytes()})
    with pytest.raises(InputError, match=r"another source archive of cyffld2==0.2.4 \(SHA-256"):
        fetch_model(tmp_path / "model.txt")
    assert not index.ran.exists()
    assert not (tmp_path / "model.txt").exists()


@pytest.mark.parametrize(
    ("members", "cut", "told"),
    [
        ({INSIDE: b"6"}, None, "is not the expected one"),
        ({}, None, "holds no headhunter_dpm_baseline.txt"),
        ({INSIDE: b"6" * 100_000}, 150, "cannot be fetched|holds no headhunter"),
    ],
)
def test_an_archive_without_the_model_is_refused(index, tmp_path, monkeypatch, members, cut, told):
    monkeypatch.setattr(fetch, "ARCHIVE_SHA256", index.offer(members, cut))
    with pytest.raises(InputError, match=told) as refusal:
        fetch_model(tmp_path / "new" / "model.txt")
    assert "\n" not in str(refusal.value)
    assert not index.ran.exists()
    assert not (tmp_path / "new").exists() or list((tmp_path / "new").iterdir()) == []


def test_no_archive(index, tmp_path):
    with pytest.raises(InputError, match=r"no source archive of cyffld2==0.2.4 \(ERROR: No match"):
        fetch_model(tmp_path / "model.txt")
    assert not (tmp_path / "model.txt").exists()


def test_a_model_that_is_there_is_not_fetched_again(monkeypatch, tmp_path, dpm_model):
    monkeypatch.setattr(packages.subprocess, "run", lambda *_, **__: pytest.fail("pip was called"))
    place = tmp_path / "model.txt"
    place.write_bytes(dpm_model.read_bytes())
    fetch_model(place)


def test_an_interruption_leaves_nothing(index, monkeypatch, tmp_path, dpm_model):
    def interrupt(*_):
        raise KeyboardInterrupt

    model = dpm_model.read_bytes()
    monkeypatch.setattr(fetch, "ARCHIVE_SHA256", index.offer({INSIDE: model}))
    monkeypatch.setattr(fetch.shutil, "copyfileobj", interrupt)
    (tmp_path / "new").mkdir()
    with pytest.raises(KeyboardInterrupt):
        fetch_model(tmp_path / "new" / "model.txt")
    assert list((tmp_path / "new").iterdir()) == []


def test_no_pip_at_all(monkeypatch, tmp_path):
    def missing(*_, **__):
        raise OSError("no python")

    monkeypatch.setattr(packages.subprocess, "run", missing)
    with pytest.raises(InputError, match="pip failed"):
        fetch_model(tmp_path / "model.txt")
