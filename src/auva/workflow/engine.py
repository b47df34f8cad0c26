"""Settings of Snakemake's scheduler that its command line has no option for.

Everything here is done to the scheduler of one run, from the `onstart` hook: it exists then and has
not begun. What a newer Snakemake names otherwise is left as it is, and the run goes on.
"""

import io
import logging
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import redirect_stderr, suppress
from pathlib import Path
from typing import Any

from auva.workflow.stage import last_word
from auva.workflow.store import Disk, Store

_LOG = logging.getLogger("auva")

LIMIT = "--max-jobs-per-timespan"
"""The option of Snakemake whose default keeps a timer for each scheduling round."""

_SHORTEST = LIMIT[: len("--max-jobs-per-t")]
"""Its shortest abbreviation on a command line."""

GOES = 100
"""How often a training that a time limit ended continues without using up its retries."""


def drop_default_limit(workflow: Any) -> None:  # noqa: ANN401 - Snakemake's workflow
    """Take away the limiter of jobs per time unless somebody asked for a limit.

    With a limit, and `100/1s` is the default, each scheduling round starts a timer that starts
    another round over all ready jobs, so that the rounds of a second are as many as the jobs that
    have ended so far. A scheduler without a limiter has rounds when jobs end, and no timers.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        Before the first round of its scheduler.
    """
    scheduler = workflow.scheduler
    if getattr(scheduler, "job_rate_limiter", None) is None:
        return
    if getattr(workflow.scheduling_settings, "max_jobs_per_second", None) or _limit_is_asked_for():
        return
    scheduler.job_rate_limiter = None


def _limit_is_asked_for() -> bool:
    """Return whether the command line or a profile names the limit; True if this is unknown."""
    if any(word.startswith(_SHORTEST) for word in sys.argv[1:]):
        return True
    try:
        from snakemake.cli import parse_args

        with redirect_stderr(io.StringIO()):  # it would say again which profile it reads
            parser, _ = parse_args(sys.argv[1:])
        return LIMIT not in parser.get_source_to_settings_dict()["defaults"]
    except (Exception, SystemExit):  # Snakemake was not started by its command line
        return True


def judge_failures(workflow: Any, disk: Disk) -> None:  # noqa: ANN401 - Snakemake's workflow
    """Let what a failed job tells decide about its retries and about what its group made.

    Snakemake counts a failure as a failure: it repeats the whole group, and deletes what all its
    jobs made. From now on

    - bad input is not retried: the next attempt would refuse it again;
    - a training that a time limit ended continues and keeps its retries for true failures;
    - the jobs of a failed group that ended well keep their outputs.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        Before the first round of its scheduler.
    disk : Disk
        Where its files are. Logs of a store are fetched; Snakemake shows them then, too.
    """
    scheduler = workflow.scheduler
    submitted: set[Any] = set()
    goes: Counter[Any] = Counter()
    submission = getattr(scheduler, "submit_callback", None)
    failure = getattr(scheduler, "error_callback", None)
    if submission is None or failure is None:
        return

    def on_submission(job: Any) -> None:  # noqa: ANN401 - Snakemake's job
        submitted.add(job)
        submission(job)

    def on_failure(job: Any) -> None:  # noqa: ANN401 - Snakemake's job
        with suppress(AttributeError):
            if job in submitted:
                submitted.remove(job)
                judge(job)
        failure(job)

    def judge(job: Any) -> None:  # noqa: ANN401 - Snakemake's job
        jobs = list(job) if job.is_group() else [job]
        if isinstance(disk, Store):
            try:
                ended = _fetch_logs(jobs, disk)
                _keep_stored(jobs, disk)
            except Exception as error:  # a plugin's own kinds of errors
                _LOG.warning("auva: the store does not answer (%s)", error)
                return
        else:
            ended = [each for each in jobs if not workflow.persistence.external_jobids(each)]
            if job.is_group():
                _keep_outputs(jobs, ended)
        words = {last_word(each.log[0]) for each in ended if each.log}
        if "REFUSED" in words:
            job.attempt = job.restart_times + 1
        elif "STOPPED" in words and not workflow.local_exec and goes[job] < GOES:
            goes[job] += 1
            job.attempt -= 1

    scheduler.submit_callback, scheduler.error_callback = on_submission, on_failure


def read_logs_of_pods(workflow: Any) -> None:  # noqa: ANN401 - Snakemake's workflow
    """Have the executor for Kubernetes read what a failed pod printed.

    It asks for the log of the container's start before the last one. A pod of Snakemake starts its
    container once, so Kubernetes refuses, and the refusal would end the whole run.
    """
    pods: Any = type(getattr(getattr(workflow.scheduler, "_executor", None), "kubeapi", None))
    read = getattr(pods, "read_namespaced_pod_log", None)
    if read is not None:
        pods.read_namespaced_pod_log = lambda api, **asked: read(api, **asked | {"previous": False})


def _keep_outputs(jobs: Iterable[Any], ended: Iterable[Any]) -> None:
    """Have Snakemake delete nothing of those jobs of a failed group that made all they should.

    A job that ended, well or not, is no longer marked as incomplete; one that failed has lost its
    outputs already.
    """
    for job in jobs:
        job.__dict__.pop("cleanup", None)
        if job in ended and all(Path(file).exists() for file in job.output):
            job.cleanup = _delete_nothing


def _fetch_logs(jobs: Iterable[Any], store: Store) -> list[Any]:
    """Bring the logs of jobs that ended on other machines; return these jobs.

    A log that is older than an input of its job is of an earlier run.
    """
    ended = []
    for job in jobs:
        for log in (Path(str(log)) for log in job.log):
            log.parent.mkdir(parents=True, exist_ok=True)
            log.unlink(missing_ok=True)
            if _is_new(log, job, store):
                store.get(store.name_of(log), log)
                ended.append(job)
    return ended


def _keep_stored(jobs: Iterable[Any], store: Store) -> None:
    """Have Snakemake delete nothing of those jobs of a failed group whose outputs are new.

    A job sends its outputs to the store when it has ended well, and only then.
    """
    for job in jobs:
        job.__dict__.pop("cleanup", None)
        if all(_is_new(file, job, store) for file in job.output):
            job.cleanup = _delete_nothing


def _is_new(file: str | Path, job: Any, store: Store) -> bool:  # noqa: ANN401 - Snakemake's job
    """Return whether the store has a file of a job, and none of its inputs is younger."""
    made = store.version(store.name_of(str(file)))
    inputs = (store.version(store.name_of(str(each))) for each in job.input)
    return made is not None and all(each.time <= made.time for each in inputs if each)


async def _delete_nothing(_: object) -> None:
    """Stand for a job's `cleanup`."""
