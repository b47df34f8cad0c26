"""Conversion of videos and detection of faces by the workflow, while the pages are served."""

import atexit
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import time
from typing import Any

import psutil

from auva.errors import InputError
from auva.files import make_folder
from auva.web.plan import config_arguments, has_workflow
from auva.web.project import Project
from auva.web.responses import ApiError

STAGES = (("convert_video", "converting"), ("detect_faces", "finding faces"))
_COUNT = re.compile(r"(\d+) of (\d+|\?) frames")
_FAILURES = ("REFUSED", "ERROR")
"""Levels of the log line of a failed job (`auva.workflow.stage`)."""
_TAIL = 8_000
"""Number of bytes at the end of a log that are searched for its last message."""
_GRACE, _PATIENCE = 2, 20
"""Seconds to wait for the end of the jobs, and again for the end of the workflow."""


class Preparation:
    """Runs of the workflow, one at a time, up to the kept faces of some videos.

    Parameters
    ----------
    project : Project
        The videos.
    root : Path
        The folder of the workflow.
    """

    def __init__(self, project: Project, root: Path = Path()) -> None:
        self.project, self.root = project, root
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = 0.0
        self._wanted: set[str] = set()
        self._stopped = False
        self.log = root / project.results / "logs" / "prepare.log"

    @property
    def running(self) -> bool:
        """Whether videos are being prepared."""
        return self._process is not None and self._process.poll() is None

    def start(self, videos: list[str]) -> None:
        """Start to prepare videos.

        Raises
        ------
        ApiError
            If videos are being prepared already, or the folder has no workflow.
        """
        with self._lock:
            if self.running:
                raise ApiError(409, "videos are being prepared already")
            if not has_workflow(self.root):
                cause = "no Snakefile here; start the command in the folder of the workflow"
                raise ApiError(422, cause)
            try:
                make_folder(self.log.parent)
                with self.log.open("wb") as log:
                    self._process = self._run(videos, log)
            except (OSError, InputError) as error:
                raise ApiError(500, f"cannot be prepared: {error}") from error
            self._begun, self._wanted, self._stopped = time(), set(videos), False
            atexit.register(self.stop)

    def _run(self, videos: list[str], log: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401
        tracks = [str(self.project.paths(video).track) for video in videos]
        line = [sys.executable, "-m", "snakemake", "--keep-going", "--cores", str(_cores())]
        line += [*config_arguments(self.project.settings), "--", *tracks]
        # In its own session: Ctrl-C in the terminal reaches only the server, which stops this.
        return subprocess.Popen(
            line, cwd=self.root, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def stop(self) -> None:
        """Stop the preparation; complete files are kept, the others are made again next time."""
        atexit.unregister(self.stop)
        process = self._process
        if process is None or process.poll() is not None:
            return
        self._stopped = True
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
            return
        _kill_jobs(process.pid)  # the workflow itself then ends in order and takes its lock away
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
            return
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def state(self) -> dict[str, Any]:
        """Return `running`, `possible` (there is a workflow) and `problem` (of the whole run)."""
        failed = self._process is not None and not self.running and self._process.returncode != 0
        return {
            "running": self.running,
            "possible": has_workflow(self.root),
            "problem": self._failure() if failed and not self._stopped else "",
        }

    def _failure(self) -> str:
        """Return why the run failed, empty if a video's own log gives the cause."""
        if any(self.progress(video).get("problem") for video in self._wanted):
            return ""
        lines = [line for line in _tail(self.log).splitlines() if line.strip()]
        last = lines[-1].strip() if lines else "the workflow ended without a message"
        return f"{last} ({self.log})"

    def progress(self, video: str) -> dict[str, Any]:
        """Return the progress of a video.

        Returns
        -------
        dict
            `stage`: "new", "waiting", "converting", "converted" (it can be annotated), "finding
            faces" or "ready"; `done` and `of` (None: not known) for stages that count frames;
            `problem` if a job failed.
        """
        paths = self.project.paths(video)
        if paths.track.exists():
            return {"stage": "ready"}
        converted = not self.project.problem(video)
        rule, word = STAGES[1 if converted else 0]
        here = "converted" if converted else "new"
        log = self.project.results / "logs" / rule / f"{video}.log"
        of_run = log.exists() and log.stat().st_mtime >= self._begun
        text = _tail(log) if of_run else ""
        problem = _problem(text)
        if problem:
            return {"stage": here, "problem": problem}
        if not (self.running and video in self._wanted):
            return {"stage": here}
        if not of_run:
            return {"stage": here if converted else "waiting"}
        count = _COUNT.findall(text)
        done, of = count[-1] if count else ("0", "?")
        return {"stage": word, "done": int(done), "of": None if of == "?" else int(of)}


def _kill_jobs(workflow: int) -> None:
    """Kill the jobs of a workflow: the face detection reacts to a signal every 30 frames only.

    A file gets its name when it is complete, so no incomplete file stays.
    """
    with suppress(psutil.NoSuchProcess):
        for job in psutil.Process(workflow).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                job.kill()


def _cores() -> int:
    """Return the number of cores to use: all but one, which serves the pages."""
    return max(1, (os.cpu_count() or 1) - 1)


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, path.stat().st_size - _TAIL))
            return stream.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _problem(log: str) -> str:
    """Return the error in a job's log, empty if the job did not fail."""
    lines = [line for line in log.splitlines() if line.strip()]
    for place in range(len(lines) - 1, -1, -1):
        words = lines[place].split(maxsplit=3)
        if len(words) > 2 and words[2] in _FAILURES:
            return words[3] if words[3:] and "Traceback" not in words[3] else lines[-1].strip()
    return ""
