"""A training that was ended on one machine goes on on another, from what the store has of it."""

import os
import signal
from contextlib import suppress

import pytest

from auva.archive import pack_run, restored
from auva.files import sha256
from auva.models.gan import training as module
from auva.models.training import train
from auva.records.checkpoints import read_checkpoints, verify
from auva.workflow import unfinished
from auva.workflow.store import VARIABLE, Store

NAME = "results/runs/au/one"


def digests(folder):
    """Return the checksums of a run's files; its CPU seconds and its archive are its own."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".tar")
    files = (path for path in found if path.name != "cost.json")
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


@pytest.fixture
def machine(store, tmp_path, monkeypatch):
    """Return the folder of the run as a job on another machine sees it."""

    def make(name):
        here = Store("s3", store._prefix, store._settings, str(tmp_path / name))
        monkeypatch.setenv(VARIABLE, here.as_text())
        folder = here.root / NAME
        folder.mkdir(parents=True)
        return folder

    return make


class LostError(Exception):
    """The machine is gone: nothing is sent any more."""


@pytest.mark.parametrize("end", ["SIGTERM", "lost"])
def test_a_training_goes_on_elsewhere_bit_for_bit(
    make_run, faces_h5, tmp_path, machine, monkeypatch, end
):
    """SIGTERM lets it send its state; a lost machine leaves that of its last checkpoint."""
    run = make_run("au", training={"generator_average": 0.9, "discriminator_average": 0.8})
    train(run, faces_h5, tmp_path / "whole", device="cpu")
    steps = []
    update = module.Training._update

    def interrupted(self, step):
        steps.append(step)
        if len(steps) == 8 and end == "SIGTERM":
            os.kill(os.getpid(), signal.SIGTERM)
        if len(steps) == 8 and end == "lost":
            unfinished.Copy(Store("s3", *place), first).send()
            monkeypatch.setattr(unfinished.Copy, "send", lambda _: None)
            raise LostError
        return update(self, step)

    monkeypatch.setattr(module.Training, "_update", interrupted)
    first = machine("first")
    store = unfinished.from_environment()
    place = (store._prefix, store._settings, store._folder)
    with suppress(SystemExit, LostError), unfinished.kept_in_store(first):
        train(run, faces_h5, first, device="cpu")
    monkeypatch.setattr(module.Training, "_update", update)
    again = []
    monkeypatch.setattr(
        module.Training, "_update", lambda self, step: again.append(step) or update(self, step)
    )
    second = machine("second")
    with unfinished.kept_in_store(second):
        train(run, faces_h5, second, device="cpu")
    assert again == list(range(8 if end == "SIGTERM" else 5, 12))
    assert digests(second) == digests(tmp_path / "whole")


def test_a_checkpoint_comes_out_of_the_archive_of_its_run(make_run, faces_h5, tmp_path, machine):
    folder, other = machine("first"), machine("second")
    train(make_run("au"), faces_h5, folder, device="cpu")
    outputs = [folder / name for name in ("config.json", "history.csv", "checkpoints.csv")]
    pack_run(folder, outputs, other / "run.tar")
    (other / "checkpoints.csv").write_bytes((folder / "checkpoints.csv").read_bytes())
    table = read_checkpoints(other)
    assert verify(other, table, 5).read_bytes() == verify(folder, table, 5).read_bytes()
    assert restored(other, "samples/iteration-00000010.png").is_file()
