"""Fixtures of the workflow tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from workflow_support import (
    SMALL_VIDEOS,
    Workflow,
    environment,
    keep_videos,
    make_workflow,
    modules_listed,
)


@pytest.fixture
def workflow(tmp_path: Path, root: Path) -> Workflow:
    """A workflow on the demo's sample sheet, nothing run yet."""
    return make_workflow(tmp_path / "auva", root)


@pytest.fixture(scope="session")
def make_small(root: Path) -> Callable[[Path], Workflow]:
    """Return a function that makes a workflow on five videos of the demo, nothing run yet."""

    def make(folder: Path) -> Workflow:
        small = make_workflow(folder, root)
        keep_videos(small.folder / "config" / "videos.tsv", SMALL_VIDEOS)
        return small

    return make


@pytest.fixture(scope="session")
def finished(make_small, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """A small workflow that ran up to the F1 table; tests that change it put it back.

    Each job left a list of the modules that it had loaded, in `loaded`.
    """
    workflow = make_small(tmp_path_factory.mktemp("finished") / "auva")
    variables = modules_listed(workflow.folder / "loaded")
    workflow.run("results/tables/au_f1.csv", env=environment(**variables))
    return workflow
