"""Every stage on a disk of 20 MB that gets full: one line, nothing half written, and it goes on."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from numbered_films import Film, write
from stage_files import face_set

from auva.cli import main
from auva.dataset.write import write_faces
from auva.evaluation.stage import evaluate
from auva.files import sha256
from auva.models.gan.training import train
from auva.models.run import expand
from auva.records.crops import write_crops
from auva.records.labels import write_labels
from auva.records.predictions import prediction_columns, write_predictions
from auva.tables.alignment import write_alignment
from auva.units import SETS, THESIS_NAMES
from auva.video.conversion import convert
from auva.video.encoder import ffmpeg_binary
from auva.workflow.stage import stage

PAGE = 4096
CFG = {"fps": 30, "crf": 18, "preset": "veryfast"}


@dataclass(frozen=True)
class Disk:
    """A file system of 20 MB."""

    folder: Path

    def fill(self, left: int) -> None:
        """Leave room for about `left` bytes."""
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as stream:
            try:
                while True:
                    stream.write(bytes(PAGE))
            except OSError:
                pass
            stream.truncate(max(filler.stat().st_size // PAGE - left // PAGE, 0) * PAGE)

    def make_room(self) -> None:
        (self.folder / "filler").unlink()


MOUNT = 'mount -t tmpfs -o size=20m tmpfs "$1" && echo mounted && cat'


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mount a disk for one process only, through which this one reaches it: no root is needed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    line = ["unshare", *user, "--mount", "sh", "-c", MOUNT, "sh", str(folder)]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        if holder.stdout.readline() != b"mounted\n":
            pytest.skip("this machine allows neither root nor a user namespace to mount a disk")
        yield Disk(Path(f"/proc/{holder.pid}/root{folder}"))


def small_run():
    training = {"iterations": 2, "checkpoint_interval": 1, "batch_size": 2, "samples": 2}
    training |= {"recalibration_images": 4, "history_interval": 1, "tensorboard": False}
    (run,) = expand({"v": {"kind": "vanilla", "grid": [{}]}}, training).values()
    return run


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    """What the stages read, on a disk with room."""
    folder = tmp_path_factory.mktemp("inputs")
    write(ffmpeg_binary(), folder, Film("h264", "0", "mp4", "30"))
    write_faces(folder / "faces.h5", {name: face_set(name, size=28) for name in SETS})
    train(small_run(), folder / "faces.h5", folder / "run", device="cpu")
    report = {"video": "v", "source_frames": 6, "converted_frames": 6, "au": [], "va": []}
    report |= {"largest_time_error_ms": 1.5, "missing_pictures": 0, "longest_frozen_run": 2}
    (folder / "v.json").write_text(json.dumps(report))
    return folder


def conversion(inputs: Path, out: Path) -> None:
    convert(inputs / "h264-0-30.mp4", out / "x.mp4", out / "x.frames.csv", CFG)


def crops(inputs: Path, out: Path) -> None:
    faces = np.random.default_rng(0).integers(0, 256, (300, 64, 64, 3), np.uint8)
    squares = np.tile(np.array([0, 0, 9, 9], np.int32), (300, 1))
    write_crops(out / "v.crops.h5", "v", 64, np.arange(1, 301), squares, 0.0, faces)


def packing(inputs: Path, out: Path) -> None:
    faces = {name: face_set(name, rows=100, size=64) for name in SETS}
    write_faces(out / "faces_64.h5", faces)


def labels(inputs: Path, out: Path) -> None:
    frames = np.arange(1, 3001)
    table = {"frame": frames, **dict.fromkeys(THESIS_NAMES, 1), "valence": 0.5, "arousal": 0.25}
    table |= {"status": "face", "reason": "only candidate", "selected": 1}
    write_labels(out / "v.csv", pd.DataFrame(table))


def prediction(inputs: Path, out: Path) -> None:
    table = {**dict.fromkeys(prediction_columns(()), 0.5), "frame": np.arange(1, 3001), "time": 0.5}
    table |= {"status": "face", "reason": "only candidate"}
    write_predictions(out / "v.csv", pd.DataFrame(table))


def training(inputs: Path, out: Path) -> None:
    train(small_run(), inputs / "faces.h5", out, device="cpu")


def evaluation(inputs: Path, out: Path) -> None:
    files = (out / name for name in ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv"))
    evaluate(inputs / "run", inputs / "faces.h5", *files, {"bootstrap": 5})


def tables(inputs: Path, out: Path) -> None:
    write_alignment([inputs / "v.json"], *(out / f"a.{kind}" for kind in ("csv", "md", "html")))


STAGES = [conversion, crops, packing, labels, prediction, training, evaluation, tables]


def content(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): sha256(path) for path in files}


@pytest.mark.parametrize("work", STAGES, ids=lambda work: work.__name__)
def test_a_stage_ends_in_one_line_and_goes_on_when_there_is_room(
    work: Callable[[Path, Path], None], inputs: Path, disk: Disk, tmp_path: Path, capsys
) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    work(inputs, whole)
    known = content(whole)
    size = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())

    out, log = disk.folder / "out", disk.folder / "logs/rule/job.log"
    out.mkdir()
    log.parent.mkdir(parents=True)
    output = [str(out / name) for name in known]
    job = SimpleNamespace(log=[str(log)], rule="rule", input=[], output=output, params={})
    for left in (0, size // 2):
        disk.fill(left)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended, stage(job):
            work(inputs, out)
        line = capsys.readouterr().err.splitlines()[-1]
        assert ended.value.code == 1
        assert line.startswith(f"auva: {disk.folder}")
        assert line.endswith("cannot be read or written (No space left on device)")
        found = content(out)
        assert not [name for name in found if ".auva-" in name]
        # The checkpoints that a training had written are whole; its history goes as far as they do.
        whole_ones = {name for name in found if name in known and name != "history.csv"}
        assert {name: found[name] for name in whole_ones} == {n: known[n] for n in whole_ones}
        assert work is training or len(found) < len(known)
        disk.make_room()
    with stage(job):
        work(inputs, out)
    assert content(out) == known


def test_a_command_ends_in_one_line(inputs: Path, disk: Disk, capsys) -> None:
    disk.fill(0)
    sheet = disk.folder / "videos.tsv"
    assert main(["init", str(disk.folder / "project")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not sheet.exists()
