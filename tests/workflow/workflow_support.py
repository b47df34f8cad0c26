"""A workflow in a folder of its own: the project linked, a small corpus, its own results."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
import numpy as np
import yaml

SMALL_VIDEOS = ["ada-1", "ben-1", "chloe-1", "daniel-1", "emi-1"]
LINKED = ("workflow", "profiles", "src", "pyproject.toml")
PATIENCE = 3600
"""Seconds for what always happens in the end; a busy machine takes its time."""

SNAKEMAKE = Path(sys.executable).with_name("snakemake")

SMALL = {
    "training": {
        "iterations": 24,
        "checkpoint_interval": 12,
        "batch_size": 8,
        "tensorboard": False,
    },
    "evaluation": {"bootstrap": 50},
    "demo": {"seconds": 2.0},
    "splits": {"folds": 0},
    "experiments": {"au": {"grid": [{"learning_rate": [1e-4], "update_rate": [2]}]}},
    "leakage": ["au"],
}
"""Settings under which the whole workflow runs in a minute."""


@dataclass
class Workflow:
    """A folder in which Snakemake runs."""

    folder: Path

    def run(self, *arguments: str, check: bool = True, **kwargs) -> subprocess.CompletedProcess:
        """Run Snakemake with the small settings; its output is in `stdout`."""
        command = [str(SNAKEMAKE), "--configfile", "config/small.yaml", "--cores", "2"]
        done = subprocess.run(
            [*command, *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            **kwargs,
        )
        assert not check or done.returncode == 0, done.stdout[-4000:]
        return done

    def planned(self, *targets: str, config: tuple[str, ...] = ()) -> dict[str, int]:
        """Return how many jobs of each rule a dry run lists."""
        extra = ["--config", *config] if config else []
        return planned_jobs(self.run("-n", *extra, "--", *targets).stdout)

    def configure(self, **sections) -> None:
        """Write the small settings anew with other values for some keys."""
        text = yaml.safe_dump({**SMALL, **sections}, sort_keys=False)
        (self.folder / "config" / "small.yaml").write_text(text)


def planned_jobs(output: str) -> dict[str, int]:
    """Read the job counts of a dry run's summary."""
    counts: dict[str, int] = {}
    for line in output.splitlines():
        row = re.fullmatch(r"(\w+)\s+(\d+)", line.strip())
        if row and row[1] != "total":
            counts[row[1]] = int(row[2])
    return counts


def auva_lines(output: str) -> list[str]:
    """Return the lines of auva in the output of a run.

    Snakemake writes a message and its line end separately, so a job's line may follow a message,
    one of another job too, without a line end between them.
    """
    return re.findall("auva: (?:(?!auva: ).)*", output)


@contextmanager
def edited(path: Path, change: Callable[[str], str]) -> Iterator[None]:
    """Change a text file for the length of a block, then put it back, times included."""
    before, stat = path.read_text(), path.stat()
    after = change(before)
    assert after != before
    path.write_text(after)
    try:
        yield
    finally:
        path.write_text(before)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def make_workflow(folder: Path, root: Path) -> Workflow:
    """Link the project into a new folder, with a config of its own and the detector's model."""
    folder.mkdir(parents=True)
    for name in LINKED:
        (folder / name).symlink_to(root / name)
    (folder / "config").mkdir()
    for name in ("config.yaml", "thesis.yaml", "videos.tsv", "face_overrides.tsv"):
        (folder / "config" / name).write_bytes((root / "config" / name).read_bytes())
    (folder / "resources").mkdir()
    for name in ("published", "dpm"):
        source = root / "resources" / name
        if source.exists():
            (folder / "resources" / name).symlink_to(source)
    workflow = Workflow(folder)
    workflow.configure()
    return workflow


def keep_videos(sheet: Path, videos: list[str]) -> None:
    """Leave only some rows in a sample sheet."""
    header, *rows = sheet.read_text().splitlines()
    kept = [row for row in rows if row.split("\t")[0] in videos]
    sheet.write_text("\n".join([header, *kept]) + "\n")


_LISTING = """
import atexit, os, pathlib, sys

@atexit.register
def write():
    job = pathlib.Path(sys.argv[0])
    if job.parent.name == "scripts":
        names = sorted(name for name in sys.modules if name.split(".")[0] == "auva")
        script = job.name.split(".", 1)[1]
        pathlib.Path(os.environ["MODULES"], f"{script}.{os.getpid()}").write_text("\\n".join(names))
"""


def modules_listed(folder: Path) -> dict[str, str]:
    """Return variables under which each job writes the modules of auva that it has loaded."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_LISTING)
    return {"PYTHONPATH": str(folder), "MODULES": str(folder)}


def environment(**extra: str) -> dict[str, str]:
    """Return this process' environment with some variables set."""
    return {**os.environ, **extra}


def write_clip(path: Path, pictures: Sequence[np.ndarray]) -> None:
    """Write pictures (RGB, all of one even size) as a 30 fps video."""
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def real_faces(video: Path, count: int, step: int = 2) -> list[np.ndarray]:
    """Read the first pictures of a video, each `step`-th pixel."""
    with av.open(str(video)) as container:
        frames = islice(container.decode(video=0), count)
        pictures = [frame.to_ndarray(format="rgb24")[::step, ::step] for frame in frames]
    height, width = (size // 2 * 2 for size in pictures[0].shape[:2])
    return [np.ascontiguousarray(picture[:height, :width]) for picture in pictures]
