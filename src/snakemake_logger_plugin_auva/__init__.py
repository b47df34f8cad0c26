"""Output of `snakemake`: one line of progress on a terminal, elsewhere Snakemake's own messages.

Snakemake finds this plugin by the name of its package; the profiles select it (`logger`). Warnings
and errors are printed above the line. Snakemake's own log, `.snakemake/log`, is complete.
"""

import os
import re
import shutil
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from logging import WARNING, LogRecord
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from auva.workflow.pace import Pace, spoken
from auva.workflow.terminal import CLEAR, ONE_LINE

_SHOWN = ("Nothing to be done",)
_USUAL = ("Assuming unrestricted shared filesystem", "Config file ")
"""Messages that Snakemake prints before every run."""

_FULL_LOG = "Complete log(s): "
_KNOWN = ("RuleException:\nCalledProcessError", "WorkflowError:\nAt least one job")
"""Errors that only repeat that a job failed, which is printed with its cause already."""

_PROGRESS = re.compile(r" INFO .*?: (\d+ of \S+ \w+s, .*left)")
_CAUSE = re.compile(r" (?:ERROR|REFUSED) (.*)$", re.MULTILINE)
_TAIL = 2000

_SKEW = 60.0
"""Seconds by which the clock of a file server may be behind the local clock."""


@dataclass(frozen=True)
class _Job:
    """A job that Snakemake has started or submitted to a cluster.

    Attributes
    ----------
    name : str
        Rule and wildcards.
    logs : list of str
        Its log files.
    since : float
        Time of its start or submission, less `_SKEW`, in seconds since the epoch.
    """

    name: str
    logs: list[str]
    since: float

    @property
    def runs(self) -> bool:
        """Whether the job has written to its log; a queued job has not."""
        return not self.logs or any(_changed(log) >= self.since for log in self.logs)


class LogHandler(LogHandlerBase):
    """Snakemake's messages for a person at a terminal."""

    @property
    def writes_to_stream(self) -> bool:
        """Tell Snakemake that this handler prints."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Tell Snakemake that this handler writes no file."""
        return False

    @property
    def has_filter(self) -> bool:
        """Snakemake's filter knows `--quiet`."""
        return False

    @property
    def has_formatter(self) -> bool:
        """Snakemake's format of errors is used."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """Tell Snakemake that this handler needs no graph."""
        return False

    def __post_init__(self) -> None:
        """Choose between one line and Snakemake's own messages."""
        from snakemake.logging import ColorizingTextHandler

        settings: Any = self.common_settings
        stream = sys.stdout if settings.stdout else sys.stderr
        self._plain = ColorizingTextHandler(nocolor=settings.nocolor, stream=stream)
        detailed = settings.dryrun or settings.verbose or settings.printshellcmds
        self._one_line = stream.isatty() and not detailed and not settings.stdout
        self._runs = False  # not a report, a list or anything else without jobs
        self._pace = Pace({}, time.monotonic())
        self._since = time.time() - _SKEW
        self._jobs: dict[int, _Job] = {}
        self._ended = threading.Event()
        self._writing = threading.Lock()
        if self._one_line:
            os.environ[ONE_LINE] = "1"

    def emit(self, record: LogRecord) -> None:
        """Show one message."""
        event = getattr(record, "event", None)
        self._runs |= event == LogEvent.WORKFLOW_STARTED
        if self._one_line and self._runs:
            self._follow(record, event)
        elif not (self._one_line and record.getMessage().startswith(_USUAL)):
            self._plain.setFormatter(self.formatter)
            self._plain.emit(record)

    def close(self) -> None:
        """Remove the line."""
        self._ended.set()
        if self._one_line and self._runs:
            self._write("")
        super().close()

    def _follow(self, record: LogRecord, event: LogEvent | None) -> None:
        now, about = time.monotonic(), record.__dict__
        match event:
            case LogEvent.WORKFLOW_STARTED:
                self._write("planning the jobs")
            case LogEvent.RUN_INFO:
                counts = {rule: n for rule, n in about["stats"].items() if rule != "total"}
                self._pace = Pace(counts, now)
                threading.Thread(target=self._refresh, daemon=True).start()
            case LogEvent.JOB_INFO:
                words = [about["rule_name"].replace("_", " "), *about["wildcards"].values()]
                name, since = " ".join(map(str, words)), time.time() - _SKEW
                self._jobs[about["jobid"]] = _Job(name, list(about["log"]), since)
                self._pace.start(about["jobid"], about["rule_name"], now)
            case LogEvent.JOB_FINISHED:
                self._pace.end(about["job_id"], now)
            case LogEvent.JOB_ERROR:
                self._pace.end(about["jobid"], now, well=False)
                self._tell(self._failure(about))
            case LogEvent.GROUP_ERROR:  # Snakemake also reports each job of the group
                if about["aux_logs"]:
                    self._tell(f"a cluster job failed (its log: {', '.join(about['aux_logs'])})")
            case _ if record.getMessage().startswith(_FULL_LOG):
                done = f"{self._pace.done} of {self._pace.total} jobs done"
                spent = spoken(now - self._pace.begun)
                full = record.getMessage().removeprefix(_FULL_LOG)
                self._tell(f"{done} in {spent}; full log: {full}")
            case _ if record.levelno >= WARNING or record.getMessage().startswith(_SHOWN):
                if not record.getMessage().startswith(_KNOWN):
                    self._tell(self.format(record))

    def _failure(self, about: dict[str, Any]) -> str:
        """Return the message about a failed job.

        A local job has printed the cause itself. For a job on a cluster the cause comes from its
        log. A group fails as a whole, so some of its jobs may not have started.
        """
        job = self._jobs.get(about["jobid"], _Job(about["rule_name"], about["log"], 0.0))
        name, logs = job.name, job.logs
        if not (about["indent"] or about["aux"]):
            return f"failed: {name} (log: {', '.join(logs)})"
        cause = next((cause for log in logs if (cause := _last(_CAUSE, log, self._since))), "")
        shown = ", ".join(about["log"])
        if cause or about["rule_msg"]:
            return f"failed: {name}: {cause or about['rule_msg']} (log: {shown})"
        return f"failed or not started: {name} (log: {shown})"

    def _tell(self, text: str) -> None:
        """Print a message above the line."""
        if text and text != "None":
            self._write(f"{text}\n")

    def _refresh(self) -> None:
        while not self._ended.wait(1):
            self._write(self._line(shutil.get_terminal_size().columns - 1))

    def _write(self, text: str) -> None:
        with self._writing, suppress(OSError, ValueError):  # the terminal may be gone
            self._plain.stream.write(CLEAR + text)
            self._plain.stream.flush()

    def _line(self, width: int) -> str:
        """Return the line of progress: jobs done, time left, submitted jobs, running jobs.

        Snakemake does not tell whether a submitted job is queued or running. Here, it runs as soon
        as it has written to its log. If the jobs share no disk, their logs come at their end.
        """
        left = self._pace.seconds_left(time.monotonic())
        jobs = [self._jobs[job] for job in self._pace.running]
        running = [job for job in jobs if job.runs]
        submitted = len(jobs) - len(running)
        parts = [f"{self._pace.done} of {self._pace.total} jobs done"]
        parts += [f"about {spoken(left)} left"] if left is not None else []
        parts += [f"{submitted} submitted"] if submitted else []
        names = [job.name + _progress(job.logs) for job in running[:1]]
        names += [job.name for job in running[1:]]
        return ": ".join(part for part in (", ".join(parts), "; ".join(names)) if part)[:width]


def _progress(logs: list[str]) -> str:
    """Return the newest progress in a job's log, or nothing."""
    for log in logs:
        found = _last(_PROGRESS, log)
        if found:
            return f" ({found})"
    return ""


def _changed(log: str) -> float:
    """Return the time of the last change of a log, -1 without one."""
    with suppress(OSError):
        return Path(log).stat().st_mtime
    return -1.0


def _last(pattern: re.Pattern[str], log: str, since: float = 0.0) -> str:
    """Return the last match at the end of a log that changed after `since`, or nothing."""
    with suppress(OSError), Path(log).open("rb") as stream:
        known = os.fstat(stream.fileno())
        stream.seek(max(0, known.st_size - _TAIL))
        found = pattern.findall(stream.read().decode("utf-8", "replace"))
        if found and known.st_mtime >= since:
            return found[-1]
    return ""
