"""Fixtures shared by all tests: the real data beside the project and the detector's model."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no failure: property tests have no deadline per example.
settings.register_profile("auva", deadline=None)
settings.load_profile("auva")

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("AUVA_SHARED", ROOT.parent / "shared"))


def _existing(path: Path) -> Path:
    if not path.exists():
        pytest.fail(f"the tests read real faces from {path}; set AUVA_SHARED to their folder")
    return path


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with reference material and real data."""
    return _existing(SHARED)


@pytest.fixture(scope="session")
def london() -> Path:
    """The real faces: videos.tsv, videos, annotations, truth."""
    return _existing(SHARED / "data" / "london")


@pytest.fixture(scope="session")
def golden() -> Path:
    """The detector's golden pictures and detections."""
    return _existing(SHARED / "reference" / "dpm_golden")


@pytest.fixture(scope="session")
def dpm_model() -> Path:
    """The detector's model, fetched once into resources/ if it is not there yet."""
    path = ROOT / "resources" / "dpm" / "headhunter_dpm_baseline.txt"
    if not path.exists():
        from auva.dpm.fetch import fetch_model

        fetch_model(path)
    return path
