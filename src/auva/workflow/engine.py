"""Settings of Snakemake's scheduler for which its command line has no option.

The hook `onstart` applies them to the scheduler of one run, which exists then but has not started.
If a newer Snakemake has other names, its behaviour is not changed and the run continues.
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
"""The option of Snakemake whose default starts a timer for each scheduling round."""

_SHORTEST = LIMIT[: len("--max-jobs-per-t")]
"""Its shortest abbreviation on the command line."""

GOES = 100
"""How often a training continues after a time limit without using up its retries."""


def drop_default_limit(workflow: Any) -> None:  # noqa: ANN401 - Snakemake's workflow
    """Remove the limit of jobs per time unless the user has set one.

    With a limit (the default is `100/1s`), each scheduling round starts a timer for another round
    over all ready jobs. The number of rounds per second then grows with the number of finished
    jobs. Without a limit, rounds start only when jobs end.

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

        with redirect_stderr(io.StringIO()):  # otherwise it prints the profile's name again
            parser, _ = parse_args(sys.argv[1:])
        return LIMIT not in parser.get_source_to_settings_dict()["defaults"]
    except (Exception, SystemExit):  # Snakemake was not started from its command line
        return True


def judge_failures(workflow: Any, disk: Disk) -> None:  # noqa: ANN401 - Snakemake's workflow
    """Decide by the log of a failed job about its retries and the outputs of its group.

    After any failure, Snakemake repeats the whole group and deletes the outputs of all its jobs.
    With this function

    - bad input is not retried, because the next attempt would fail too;
    - a training that reached a time limit continues and keeps its retries for real failures;
    - the successful jobs of a failed group keep their outputs.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        Before the first round of its scheduler.
    disk : Disk
        The disk of its files. Logs in a store are fetched, so that Snakemake shows them too.
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
    """Let the executor for Kubernetes read the log of a failed pod.

    The executor asks for the log of the previous container of the pod. A pod of Snakemake starts
    only one container, so Kubernetes returns an error, which would end the whole run.
    """
    pods: Any = type(getattr(getattr(workflow.scheduler, "_executor", None), "kubeapi", None))
    read = getattr(pods, "read_namespaced_pod_log", None)
    if read is not None:
        pods.read_namespaced_pod_log = lambda api, **asked: read(api, **asked | {"previous": False})


def _keep_outputs(jobs: Iterable[Any], ended: Iterable[Any]) -> None:
    """Keep the outputs of the successful jobs of a failed group.

    A job that has ended, successfully or not, is no longer marked as incomplete. The outputs of
    jobs that failed are deleted already.
    """
    for job in jobs:
        job.__dict__.pop("cleanup", None)
        if job in ended and all(Path(file).exists() for file in job.output):
            job.cleanup = _delete_nothing


def _fetch_logs(jobs: Iterable[Any], store: Store) -> list[Any]:
    """Fetch the logs of jobs that ended on other machines; return these jobs.

    A log that is older than an input of its job belongs to an earlier run.
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
    """Keep the outputs of those jobs of a failed group whose outputs in the store are new.

    A job sends its outputs to the store only after it has succeeded.
    """
    for job in jobs:
        job.__dict__.pop("cleanup", None)
        if all(_is_new(file, job, store) for file in job.output):
            job.cleanup = _delete_nothing


def _is_new(file: str | Path, job: Any, store: Store) -> bool:  # noqa: ANN401 - Snakemake's job
    """Return whether the store has a file of a job that is not older than the job's inputs."""
    made = store.version(store.name_of(str(file)))
    inputs = (store.version(store.name_of(str(each))) for each in job.input)
    return made is not None and all(each.time <= made.time for each in inputs if each)


async def _delete_nothing(_: object) -> None:
    """Replace a job's `cleanup`."""
