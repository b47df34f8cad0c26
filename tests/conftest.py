"""Fixtures shared by all tests: the real data beside the project and the detector's model."""

import logging
import os
import uuid
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from auva.workflow.store import Store

# A busy machine is no failure: property tests have no deadline per example.
settings.register_profile("auva", deadline=None)
settings.load_profile("auva")

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("AUVA_SHARED", ROOT.parent / "shared")).absolute()
REAL = {
    "shared": SHARED,
    "london": SHARED / "data" / "london",
    "golden": SHARED / "reference" / "dpm_golden",
}
"""Fixtures that lead to real faces and reference material, which are no part of the project."""

LEFT_OUT = pytest.StashKey[list[str]]()
"""The file of each test that was left out."""


class Files(LoadScopeScheduling):
    """Gives each file of tests to one of several processes.

    The files that use the finished workflow go to the same process, because it is slow to make.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "finished" if _uses_finished(file) else file


@cache
def _uses_finished(file: str) -> bool:
    return "workflow/test_" in file and "finished" in (ROOT / file).read_text(encoding="utf-8")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Files:
    """Return how tests are dealt out (`pytest -n 2`)."""
    return Files(config, log)


@pytest.hookimpl(trylast=True)  # after the choice by marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of real faces in a checkout that stands alone."""
    missing = {name for name, folder in REAL.items() if not folder.is_dir()}
    if missing and "AUVA_SHARED" in os.environ:
        folder = REAL[min(missing, key=list(REAL).index)]
        raise pytest.UsageError(f"AUVA_SHARED: no folder {folder} (CONTRIBUTING.md)")
    needing = [item for item in items if missing & set(getattr(item, "fixturenames", ()))]
    config.stash[LEFT_OUT] = [item.path.relative_to(ROOT).as_posix() for item in needing]
    if needing:
        config.hook.pytest_deselected(items=needing)
        items[:] = [item for item in items if not missing & set(getattr(item, "fixturenames", ()))]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that started this one which tests were left out."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash.get(LEFT_OUT, [])


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_testnodedown(node: Any) -> None:
    """Take what a process left out; all of them leave out the same."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say in one line which tests were left out for want of real faces."""
    needing = config.stash.get(LEFT_OUT, [])
    if needing:
        files = Counter(needing)
        each = ", ".join(f"{file} {count}" for file, count in sorted(files.items()))
        terminalreporter.write_line(
            f"{len(needing)} tests need the real faces, which are not there, and were left out "
            f"(CONTRIBUTING.md tells how to give them): {each}"
        )


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with reference material and real data."""
    return REAL["shared"]


@pytest.fixture(scope="session")
def london() -> Path:
    """The real faces: videos.tsv, videos, annotations, truth."""
    return REAL["london"]


@pytest.fixture(scope="session")
def golden() -> Path:
    """The detector's golden pictures and detections."""
    return REAL["golden"]


@pytest.fixture(scope="session")
def dpm_model() -> Path:
    """The detector's model, fetched once into resources/ if it is not there yet."""
    path = ROOT / "resources" / "dpm" / "headhunter_dpm_baseline.txt"
    if not path.exists():
        from auva.dpm.fetch import fetch_model

        fetch_model(path)
    return path


@pytest.fixture(scope="session")
def landmarker_file() -> Path:
    """The file of the landmark networks, fetched once into resources/ if it is not there yet."""
    from auva.landmarks.fetch import fetch_landmarker
    from auva.landmarks.task import PLACE

    path = ROOT / PLACE
    return path if path.exists() else fetch_landmarker(path)


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server on this machine, in which buckets are made as they are named."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def store(s3: str, tmp_path: Path) -> Store:
    """A store in a bucket of its own."""
    settings = {
        "endpoint_url": s3,
        "access_key": "key",
        "secret_key": "secret",
        "region": "us-east-1",
    }
    bucket = f"bucket-{uuid.uuid4().hex[:12]}"
    return Store("s3", f"s3://{bucket}/auva/", settings, str(tmp_path / "copies"))
