"""What a run shows on a terminal: one line of progress, and errors above it."""

import io
import logging
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.logging import ColorizingTextHandler, DefaultFormatter
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

from auva.progress import progress
from auva.workflow.pace import WEIGHTS, Pace, spoken
from auva.workflow.terminal import CLEAR, ONE_LINE
from snakemake_logger_plugin_auva import LogHandler


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def record(event: LogEvent | None = None, message: str = "", level=logging.INFO, **about):
    made = logging.LogRecord("snakemake", level, "", 0, message, None, None)
    made.__dict__.update(about, event=event)
    return made


def job(number: int, rule: str, log: str = "x.log", **wildcards: str) -> logging.LogRecord:
    about = {
        "jobid": number, "rule_name": rule, "wildcards": wildcards, "log": [log], "rule_msg": None,
        "reason": "", "local": False, "is_checkpoint": False, "input": [], "output": [],
        "benchmark": None, "priority": 0, "threads": 1, "resources": {},
    }  # fmt: skip
    return record(LogEvent.JOB_INFO, **about)


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, records, **settings) -> LogHandler:
    """Return the plugin's handler on a stream after it has got the records."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(LogHandler, "_refresh", lambda self: None)
    monkeypatch.setenv(ONE_LINE, "")  # so that it is put back
    monkeypatch.delenv(ONE_LINE)
    usual = dict.fromkeys(("stdout", "nocolor", "dryrun", "verbose", "printshellcmds"), False)
    handler = LogHandler(SimpleNamespace(**usual | settings), None)
    handler.setFormatter(DefaultFormatter())
    for each in records:
        handler.emit(each)
    return handler


RUN = [
    record(LogEvent.WORKFLOW_STARTED, "Workflow has started!"),
    record(LogEvent.RUN_INFO, "Job stats:", stats={"convert_video": 2, "total": 2}),
    job(1, "convert_video", video="ada-1"),
    record(LogEvent.JOB_FINISHED, job_id=1),
]


def test_one_line_says_what_is_done_and_what_runs(monkeypatch, tmp_path):
    log = tmp_path / "job.log"
    log.write_text("2026-01-01 10:00:00,1 INFO ben-1: 40 of 90 frames, 4.0/s, 12 s left\n")
    records = [*RUN, job(2, "convert_video", str(log), video="ben-1")]
    handler = shown(monkeypatch, Terminal(), records)
    line = handler._line(200)
    assert line.startswith("1 of 2 jobs done, about ")
    assert line.endswith(" left: convert video ben-1 (40 of 90 frames, 4.0/s, 12 s left)")
    assert handler._line(20) == line[:20]


def test_a_job_of_a_cluster_runs_when_it_has_written_to_its_log(monkeypatch, tmp_path):
    log = tmp_path / "job.log"
    log.write_text("2026-01-01 10:00:00,1 INFO ben-1: 40 of 90 frames, 4.0/s, 12 s left\n")
    os.utime(log, (0, 0))  # of an earlier run
    counts = record(LogEvent.RUN_INFO, "Job stats:", stats={"convert_video": 2, "total": 2})
    jobs = [job(1, "convert_video", str(log), video="ben-1"), job(2, "convert_video")]
    handler = shown(monkeypatch, Terminal(), [RUN[0], counts, *jobs])
    assert handler._line(200) == "0 of 2 jobs done, 2 submitted"
    log.touch()
    name = "convert video ben-1 (40 of 90 frames, 4.0/s, 12 s left)"
    assert handler._line(200) == f"0 of 2 jobs done, 1 submitted: {name}"


FAILED = {
    "jobid": 2, "rule_name": "convert_video", "log": ["a.log"],
    "rule_msg": None, "indent": False, "aux": {},
}  # fmt: skip


def test_errors_are_printed_above_the_line_with_their_log(monkeypatch):
    terminal = Terminal()
    records = [
        *RUN,
        job(2, "convert_video", "a.log", video="ben-1"),
        record(LogEvent.ERROR, "RuleException:\nCalledProcessError in …", logging.ERROR),
        record(LogEvent.JOB_ERROR, "Error in rule", logging.ERROR, **FAILED),
        record(None, "no space", logging.WARNING),
        record(None, "Using shell: bash"),
        record(None, "Complete log(s): all.log"),
    ]
    shown(monkeypatch, terminal, records).close()
    seen = [line.rsplit(CLEAR, 1)[-1] for line in terminal.getvalue().split("\n")]
    lines = [line for line in seen if line]
    assert lines[:2] == ["failed: convert video ben-1 (log: a.log)", "no space"]
    assert lines[2].startswith("1 of 2 jobs done in ")
    assert lines[2].endswith("full log: all.log")
    assert len(lines) == 3


def test_jobs_of_a_cluster_are_printed_with_the_cause_from_their_log(monkeypatch, tmp_path):
    logs = {name: str(tmp_path / f"{name}.log") for name in ("old", "new", "none")}
    for name in ("old", "new"):
        Path(logs[name]).write_text("2026-01-01 10:00:00,1 REFUSED bad.mp4: not a video\n")
    os.utime(logs["old"], (0, 0))
    jobs = [
        job(place, "convert_video", log, video=name)
        for place, (name, log) in enumerate(logs.items())
    ]
    group = record(LogEvent.GROUP_ERROR, "Error in group", logging.ERROR, aux_logs=["slurm.log"])
    failed = [
        record(LogEvent.JOB_ERROR, "", logging.ERROR, **FAILED | {"jobid": place, "indent": True})
        for place in range(len(logs))
    ]
    lost = FAILED | {"jobid": 2, "rule_msg": "OUT_OF_MEMORY", "aux": {"external_jobid": "7"}}
    terminal = Terminal()
    records = [*RUN, *jobs, group, *failed, record(LogEvent.JOB_ERROR, "", logging.ERROR, **lost)]
    shown(monkeypatch, terminal, records).close()
    lines = [line.rsplit(CLEAR, 1)[-1] for line in terminal.getvalue().split("\n")]
    assert [line for line in lines if line] == [
        "a cluster job failed (its log: slurm.log)",
        "failed or not started: convert video old (log: a.log)",
        "failed: convert video new: bad.mp4: not a video (log: a.log)",
        "failed or not started: convert video none (log: a.log)",
        "failed: convert video none: OUT_OF_MEMORY (log: a.log)",
    ]


@pytest.mark.parametrize(
    ("stream", "settings"), [(io.StringIO, {}), (Terminal, {"dryrun": True, "nocolor": True})]
)
def test_elsewhere_and_in_a_dry_run_snakemakes_own_messages_are_printed(
    monkeypatch, stream, settings
):
    expected, got = stream(), stream()
    records = [record(None, "Building DAG of jobs..."), job(1, "convert_video", video="ada-1")]
    plain = ColorizingTextHandler(nocolor=True, stream=expected)
    plain.setFormatter(DefaultFormatter())
    monkeypatch.setattr("snakemake.logging.timestamp", lambda: "[now]")
    for each in records:
        plain.emit(each)
    shown(monkeypatch, got, records, **settings)
    assert got.getvalue() == expected.getvalue()
    assert "convert_video" in got.getvalue()


def test_what_snakemake_says_without_running_jobs_is_printed(monkeypatch):
    terminal = Terminal()
    said = record(None, "Report created.")
    usual = record(None, "Config file a.yaml is extended by additional config")
    shown(monkeypatch, terminal, [usual, said], nocolor=True).close()
    assert terminal.getvalue() == "Report created.\n"
    shown(monkeypatch, terminal, [RUN[0], said], nocolor=True).close()
    assert terminal.getvalue().count("Report created.") == 1


def test_a_job_of_such_a_run_draws_no_bar(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.delenv(ONE_LINE, raising=False)
    list(progress(range(3), 3, "frames"))
    assert "3/3" in terminal.getvalue()
    monkeypatch.setenv(ONE_LINE, "1")
    before = terminal.getvalue()
    list(progress(range(3), 3, "frames"))
    assert terminal.getvalue() == before


def test_every_profile_chooses_a_plugin_that_snakemake_finds(root):
    profiles = [
        yaml.safe_load(path.read_text()) for path in root.glob("profiles/*/config.v9+.yaml")
    ]
    assert len(profiles) > 3
    assert all(profile["logger"] == ["auva"] for profile in profiles)
    assert LoggerPluginRegistry().is_installed("auva")


def test_time_left_follows_the_jobs_of_each_rule():
    pace = Pace({"convert_video": 3, "train_run": 2}, begun=0.0)
    assert pace.seconds_left(0.0) is None
    pace.start(1, "convert_video", 0.0)
    pace.end(1, 2.0)
    # one job at a time: two conversions of 2 s, two trainings of WEIGHTS times as much
    assert pace.seconds_left(2.0) == pytest.approx(2 * 2 + 2 * 2 * WEIGHTS["train_run"])
    pace.start(2, "train_run", 2.0)
    assert pace.seconds_left(12.0) == pytest.approx(2 * 2 + 2 * 2 * WEIGHTS["train_run"] - 10)
    pace.end(2, 12.0)
    assert pace.seconds_left(12.0) == pytest.approx(2 * 2 + 10)
    assert (pace.done, pace.total, pace.running) == (2, 5, [])


def test_jobs_side_by_side_take_less_time_and_a_failed_one_is_not_done():
    pace = Pace({"convert_video": 6}, begun=0.0)
    for number in (1, 2):
        pace.start(number, "convert_video", 0.0)
        pace.end(number, 4.0)
    assert pace.seconds_left(4.0) == pytest.approx(4 * 4 / 2)
    pace.start(3, "convert_video", 4.0)
    pace.end(3, 5.0, well=False)
    assert pace.done == 2


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59.4, "59 s"), (200, "3 min"), (7500, "2 h 5 min")]
)
def test_durations_are_spoken(seconds, words):
    assert spoken(seconds) == words
