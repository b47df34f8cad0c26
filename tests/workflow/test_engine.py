"""What Snakemake's scheduler is told: no limiter that nobody wants, no retries of bad input."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from workflow_support import SNAKEMAKE

from auva.workflow import engine
from auva.workflow.engine import GOES, drop_default_limit, judge_failures, read_logs_of_pods
from auva.workflow.store import Disk

pytestmark = pytest.mark.workflow

SNAKEFILE = """
from auva.workflow.engine import drop_default_limit, judge_failures
from auva.workflow.store import Disk
rule one:
    output: "one"
    shell: "touch {output}"
onstart:
    drop_default_limit(workflow)
    judge_failures(workflow, Disk())
    limiter = workflow.scheduler.job_rate_limiter
    print("limit:", limiter and limiter.max_jobs)
"""


@pytest.mark.parametrize(
    ("flags", "limit"),
    [
        ([], "None"),
        (["--max-jobs-per-timesp=100/1s"], "100"),
        (["--workflow-profile", "limited"], "100"),
    ],
)
def test_a_limit_that_nobody_asked_for_goes_and_every_other_stays(tmp_path: Path, flags, limit):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "limited").mkdir()
    (tmp_path / "limited/config.yaml").write_text("max-jobs-per-timespan: 100/1s\n")
    done = subprocess.run(
        [str(SNAKEMAKE), "--cores", "1", *flags],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert f"limit: {limit}\n" in done.stdout
    assert done.stdout.count("Using workflow") == ("limited" in flags), "announced once"


def test_the_older_way_to_ask_for_a_limit_counts_too():
    scheduler = SimpleNamespace(job_rate_limiter="of 100 jobs in a second")
    settings = SimpleNamespace(max_jobs_per_second=5)
    drop_default_limit(SimpleNamespace(scheduler=scheduler, scheduling_settings=settings))
    assert scheduler.job_rate_limiter is not None


class Scheduler:
    """Takes failures as Snakemake's does: another attempt, or none."""

    job_rate_limiter = object()

    def __init__(self) -> None:
        self.ended: list[Job] = []

    def submit_callback(self, job):
        pass

    def error_callback(self, job):
        if job.restart_times > job.attempt - 1:
            job.attempt += 1
        else:
            self.ended.append(job)


class Job(SimpleNamespace):
    """A job of one rule with one output and a log; `marked` while Snakemake calls it incomplete."""

    def __init__(self, folder: Path, name: str, last_line: str = "", *, marked: bool = False):
        log, output = folder / f"{name}.log", folder / f"{name}.csv"
        log.write_text(f"2026-01-01 00:00:00,000 INFO begun\n{last_line}\n")
        super().__init__(output=[str(output)], log=[str(log)], attempt=1, restart_times=2)
        self.marked = marked

    def is_group(self):
        return False

    def make(self):
        Path(self.output[0]).write_text("made")
        return self

    __hash__ = object.__hash__


class Group(SimpleNamespace):
    """Several jobs that Snakemake submits as one."""

    def __init__(self, *jobs: Job):
        super().__init__(jobs=jobs, attempt=1, restart_times=2)

    def is_group(self):
        return True

    def __iter__(self):
        return iter(self.jobs)

    __hash__ = object.__hash__


def workflow_of(*, local: bool = False, disk: Disk | None = None) -> SimpleNamespace:
    persistence = SimpleNamespace(external_jobids=lambda job: ["17"] if job.marked else [])
    workflow = SimpleNamespace(scheduler=Scheduler(), persistence=persistence, local_exec=local)
    judge_failures(workflow, disk or Disk())
    return workflow


def fail(workflow: SimpleNamespace, job) -> None:
    workflow.scheduler.submit_callback(job)
    workflow.scheduler.error_callback(job)


REFUSED = "2026-01-01 00:00:01,000 REFUSED a.txt, line 3: no number"
STOPPED = "2026-01-01 00:00:01,000 STOPPED stopped by SIGTERM; the next attempt continues here"


def test_bad_input_has_one_attempt_and_the_machine_three(tmp_path):
    workflow = workflow_of()
    bad, killed = Job(tmp_path, "bad", REFUSED), Job(tmp_path, "killed", marked=True)
    fail(workflow, bad)
    assert workflow.scheduler.ended == [bad]
    for attempt in (2, 3):
        fail(workflow, killed)
        assert killed.attempt == attempt
    fail(workflow, killed)
    assert workflow.scheduler.ended == [bad, killed]


def test_a_job_that_never_began_is_not_judged_by_an_older_log(tmp_path):
    workflow = workflow_of()
    job = Job(tmp_path, "waiting", REFUSED, marked=True)
    fail(workflow, job)
    assert job.attempt == 2


def test_a_group_with_bad_input_keeps_what_its_good_jobs_made(tmp_path):
    workflow = workflow_of()
    good, bad = Job(tmp_path, "good").make(), Job(tmp_path, "bad", REFUSED)
    old = Job(tmp_path, "old", marked=True).make()
    group = Group(good, bad, old)
    fail(workflow, group)
    assert workflow.scheduler.ended == [group]
    kept = [job for job in group if "cleanup" in vars(job)]
    assert kept == [good], "what an earlier run made of `old` is deleted as ever"


def test_outputs_are_kept_only_while_they_are_whole(tmp_path):
    workflow = workflow_of()
    job, other = Job(tmp_path, "one").make(), Job(tmp_path, "other", marked=True)
    group = Group(job, other)
    fail(workflow, group)
    assert "cleanup" in vars(job)
    job.marked = True
    fail(workflow, group)
    assert "cleanup" not in vars(job)


def test_a_group_that_was_not_submitted_is_not_judged(tmp_path):
    workflow = workflow_of()
    group = Group(Job(tmp_path, "old", REFUSED).make())
    workflow.scheduler.error_callback(group)
    assert group.attempt == 2
    assert "cleanup" not in vars(group.jobs[0])


def test_a_training_that_a_time_limit_ended_goes_on_but_not_for_ever(tmp_path):
    workflow = workflow_of()
    job = Job(tmp_path, "training", STOPPED)
    for _ in range(GOES):
        fail(workflow, job)
        assert job.attempt == 1
    for _ in range(3):
        fail(workflow, job)
    assert workflow.scheduler.ended == [job]


def test_a_local_training_that_somebody_ended_stays_ended(tmp_path):
    workflow = workflow_of(local=True)
    job = Job(tmp_path, "training", STOPPED)
    job.restart_times = 0
    fail(workflow, job)
    assert workflow.scheduler.ended == [job]


def test_another_snakemake_goes_its_own_way(tmp_path, monkeypatch):
    """One whose scheduler or records have other names."""
    workflow = SimpleNamespace(scheduler=SimpleNamespace(), scheduling_settings=None)
    drop_default_limit(workflow)
    judge_failures(workflow, Disk())
    assert vars(workflow.scheduler) == {}
    workflow = workflow_of()
    workflow.persistence = SimpleNamespace()
    job = Job(tmp_path, "bad", REFUSED)
    fail(workflow, job)
    assert job.attempt == 2
    monkeypatch.setattr(engine.sys, "argv", ["pytest", "--no-flag-of-snakemake"])
    workflow.scheduling_settings = None
    drop_default_limit(workflow)
    assert workflow.scheduler.job_rate_limiter is not None


@pytest.fixture
def stored(store):
    """Return a function that makes a job whose log, output and input are in a store alone."""

    def make(name: str, last_line: str = "", *, made: bool = False) -> Job:
        folder = store.root / "results"
        folder.mkdir(parents=True, exist_ok=True)
        job = Job(folder, name, last_line)
        job.input = [str(folder / f"{name}.txt")]
        Path(job.input[0]).touch()
        for path in (*job.input, *job.log, *(job.make().output if made else ())):
            store.put(path, store.name_of(path))
            Path(path).unlink()
        return job

    return make


def test_where_no_disk_is_shared_the_logs_in_the_store_decide(store, stored):
    workflow = workflow_of(disk=store)
    good, bad, lost = stored("good", made=True), stored("bad", REFUSED), stored("lost")
    group = Group(good, bad)
    fail(workflow, group)
    assert workflow.scheduler.ended == [group]
    assert [job for job in group if "cleanup" in vars(job)] == [good]
    assert "REFUSED" in Path(bad.log[0]).read_text(), "Snakemake shows it"
    fail(workflow, lost)
    assert lost.attempt == 2


def test_a_log_of_the_store_that_is_older_than_an_input_is_of_an_earlier_run(
    store, stored, monkeypatch
):
    workflow, job = workflow_of(disk=store), stored("corrected", REFUSED)
    version = store.version

    def of_the_correction(name):
        found = version(name)
        return found._replace(time=found.time + 9) if str(name).endswith(".txt") else found

    monkeypatch.setattr(store, "version", of_the_correction)
    fail(workflow, job)
    assert job.attempt == 2
    assert not Path(job.log[0]).exists()


def test_a_store_that_does_not_answer_leaves_the_failure_to_snakemake(store, stored, monkeypatch):
    workflow, job = workflow_of(disk=store), stored("bad", REFUSED)
    monkeypatch.setattr(store, "version", lambda _: 1 / 0)
    fail(workflow, job)
    assert job.attempt == 2


class Pods:
    """Gives logs as Kubernetes does: none of a start before the first."""

    def read_namespaced_pod_log(self, name, previous=False):
        if previous:
            raise ConnectionError("previous terminated container not found")
        return f"log of {name}"


def test_the_log_of_a_failed_pod_is_that_of_its_only_start():
    executor = SimpleNamespace(kubeapi=Pods())
    read_logs_of_pods(SimpleNamespace(scheduler=SimpleNamespace(_executor=executor)))
    assert executor.kubeapi.read_namespaced_pod_log(name="a", previous=True) == "log of a"
    assert Pods().read_namespaced_pod_log(name="b") == "log of b", "after a new sign-in, too"
    read_logs_of_pods(SimpleNamespace(scheduler=SimpleNamespace(_executor=object())))
