"""Every file in a bucket and nothing else shared: the demo's subset, and a corpus of one's own.

The bucket is on an S3 server of this machine, and so is the Kubernetes. Each pod runs in an empty
folder with an installed auva, as a container has it, and may open nothing of the submitter's
folder. The profile is the shipped one.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
import yaml
from kubernetes_support import Kubernetes
from workflow_support import PATIENCE, SMALL, SMALL_VIDEOS, Workflow, keep_videos

from auva.dpm.settings import MODEL_FILE
from auva.files import sha256
from auva.prediction.model import load_model
from auva.workflow.store import Store

pytestmark = [pytest.mark.workflow, pytest.mark.store]

TABLE = "results/tables/au_f1.csv"
KEYS = {"access_key": "key", "secret_key": "secret"}

MINE = {
    "s3://my-bucket/auva": "s3://{name}/auva",
    "# storage-s3-endpoint-url: https://s3.example.org": "storage-s3-endpoint-url: {s3}",
    "jobs: 50": "jobs: 3\nseconds-between-status-checks: 1",
    "# set-resources:": "set-resources:",
    "#   train_": "  train_",
}
"""What a user changes in the profile: the bucket, and GPUs for the trainings."""

GUARD = """
import os, sys

FORBIDDEN = os.environ.get("FORBIDDEN", "")
OPENING = ("open", "os.listdir", "os.scandir", "os.chdir", "os.remove", "os.rename", "os.mkdir")

def guard(event, args):
    if event in OPENING and args and isinstance(args[0], (str, bytes, os.PathLike)):
        if os.path.abspath(os.fsdecode(args[0])).startswith(FORBIDDEN + os.sep):
            raise PermissionError(13, "a job opens a file of the submitter", os.fsdecode(args[0]))

if FORBIDDEN:
    sys.addaudithook(guard)
"""
"""What the Python of each job begins with."""


@dataclass
class Cloud:
    """A submitter's folder, a bucket, and a Kubernetes whose pods share nothing else."""

    folder: Path
    kubernetes: Kubernetes
    store: Store
    env: dict[str, str]

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run Snakemake with every file in the bucket; return what it printed."""
        command = [sys.executable, "-m", "snakemake", "--workflow-profile", "profile"]
        done = subprocess.run(
            [*command, *arguments],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        pods = self.kubernetes.submitted
        failed = "\n".join(pod.output[-2000:] for pod in pods if pod.process.poll())
        assert done.returncode == status, f"{done.stdout[-5000:]}\n{failed}"
        return done.stdout

    def names(self) -> list[str]:
        """Return the names of all files of the bucket, as the workflow calls them."""
        return [name.removeprefix("auva/") for name in keys(self.store)]

    def digests(self, *folders: str) -> dict[str, str]:
        """Return the checksums of the files in some folders of the bucket."""
        found = {}
        for name in self.names():
            if name.startswith(tuple(f"{folder}/" for folder in folders)):
                copy = self.kubernetes.folder / "copy"
                self.store.get(name, copy)
                found[name] = sha256(copy)
        return found


def keys(store: Store) -> Iterator[str]:
    settings = store._settings
    session = boto3.resource(
        "s3",
        endpoint_url=settings["endpoint_url"],
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
        region_name="us-east-1",
    )
    bucket = store._prefix.split("/")[2]
    return (item.key for item in session.Bucket(bucket).objects.all())


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed auva, as a wheel holds it."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (folder / "sitecustomize.py").write_text(GUARD)
    return folder


PIP = "#!/bin/sh\n# The image has the storage plugin that the executor has each pod install.\n"


@pytest.fixture(scope="module")
def make_cloud(
    root: Path, site: Path, s3: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Cloud]]:
    """Return a function that makes a bucket, a Kubernetes and a profile in an empty folder."""
    with ExitStack() as stack:

        def make(name: str) -> Cloud:
            base = tmp_path_factory.mktemp(name)
            folder, programs = base / "submitter", base / "programs"
            for each in (folder / "profile", programs):
                each.mkdir(parents=True)
            (programs / "pip").write_text(PIP)
            (programs / "pip").chmod(0o755)
            path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
            keys = {f"SNAKEMAKE_STORAGE_S3_{key.upper()}": text for key, text in KEYS.items()}
            image = {"PATH": f"{programs}:{path}", "PYTHONPATH": str(site)}
            image["FORBIDDEN"] = str(folder)
            kubernetes = stack.enter_context(Kubernetes(base / "pods", image))
            kubernetes.write_config(base / "kube.yaml")
            profile = (root / "profiles/kubernetes/config.v9+.yaml").read_text()
            for line, others in MINE.items():
                assert line in profile
                profile = profile.replace(line, others.format(name=name, s3=s3))
            (folder / "profile/config.v9+.yaml").write_text(profile)
            settings = {"endpoint_url": s3, **KEYS}
            store = Store("s3", f"s3://{name}/auva/", settings, str(base / "copies"))
            shown = {"KUBECONFIG": str(base / "kube.yaml"), "PYTHONPATH": str(site)}
            return Cloud(folder, kubernetes, store, {**os.environ, "PATH": path, **keys, **shown})

        yield make


@pytest.fixture(scope="module")
def demo(make_cloud: Callable[[str], Cloud], root: Path) -> Cloud:
    """A checkout whose small corpus went through the bucket; its sheet is not under git."""
    cloud = make_cloud("demo")
    shutil.copytree(root / "workflow", cloud.folder / "workflow")
    shutil.copytree(root / "resources/published", cloud.folder / "resources/published")
    for name in ("config.yaml", "face_overrides.tsv"):
        (cloud.folder / "config").mkdir(exist_ok=True)
        shutil.copy(root / "config" / name, cloud.folder / "config")
    commit = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "a"]
    for command in (["git", "init", "-q"], ["git", "add", "workflow", "config"], commit):
        subprocess.run(command, cwd=cloud.folder, check=True)
    shutil.copy(root / "config/videos.tsv", cloud.folder / "config")
    keep_videos(cloud.folder / "config/videos.tsv", SMALL_VIDEOS)
    (cloud.folder / "config/small.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))
    cloud.run("--configfile", "config/small.yaml", "--", TABLE)
    return cloud


def of_folder(folder: Path, *parts: str) -> dict[str, str]:
    files = (path for part in parts for path in (folder / part).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


MADE = ("results/video", "results/faces", "results/labels", "results/dataset", "results/tables")
CARRIED = ("run.tar", "chosen.tar")


def test_the_demo_has_the_same_bytes_as_on_one_machine(demo: Cloud, finished: Workflow):
    parts = (*MADE, "results/runs", "resources/demo", "resources/dpm")
    local, stored = of_folder(finished.folder, *parts), demo.digests(*parts)
    local, stored = (
        {name: digest for name, digest in files.items() if not name.endswith("/cost.json")}
        for files in (local, stored)
    )
    loose = {name for name in local if "/checkpoints/" in name or "/samples/" in name}
    assert len(loose) > 3
    assert {name for name in stored if name.endswith(CARRIED)} == {
        f"{Path(name).parents[1]}/{archive}" for name in loose for archive in CARRIED
    }
    expected = {name: digest for name, digest in local.items() if name not in loose}
    ours = {name: digest for name, digest in stored.items() if not name.endswith(CARRIED)}
    assert ours == {name: digest for name, digest in expected.items() if name in ours}
    assert {name.rsplit("/", 1)[1] for name in set(expected) - set(ours)} <= {"samples.png"}
    assert len(ours) > 50


def test_records_costs_and_logs_are_in_the_bucket(demo: Cloud, finished: Workflow, root: Path):
    def made(names: Iterable[str], folder: str) -> set[str]:
        """Of one folder; the detector's model may have been there before on either side."""
        inside = {name for name in names if name.startswith(f"results/{folder}/")}
        return {name for name in inside if "fetch_dpm_model" not in name}

    for folder in ("provenance", "benchmarks", "logs"):
        local = of_folder(finished.folder, f"results/{folder}")
        assert made(local, folder) == made(demo.names(), folder)
    local = of_folder(finished.folder, "results/provenance")
    alike = {name for name in made(local, "provenance") if "_run/" not in name}
    copy = demo.kubernetes.folder / "record"
    for name in alike:
        demo.store.get(name, copy)
        # The workflow of `finished` is a link, so its own files have whole paths.
        expected = (finished.folder / name).read_text().replace(f"{root}/", "")
        assert copy.read_text() == expected, name


def test_nothing_is_left_of_what_was_needed_on_the_way(demo: Cloud):
    assert not [name for name in demo.names() if "/unfinished/" in name]
    assert not [name for name in demo.names() if "snakemake-workflow-sources" in name]
    assert not (demo.folder / "results").exists()


def test_trainings_ask_for_a_gpu_and_short_jobs_share_a_pod(demo: Cloud):
    asked = [pod.container["resources"] for pod in demo.kubernetes.submitted]
    gpus = [each["limits"] for each in asked if "nvidia.com/gpu" in each["requests"]]
    assert [each["nvidia.com/gpu"] for each in gpus] == ["1"]
    assert len(asked) < len([name for name in demo.names() if name.endswith(".log")]) / 2


def test_a_second_call_has_nothing_to_do(demo: Cloud):
    assert "Nothing to be done" in demo.run("--configfile", "config/small.yaml", "--", TABLE)


def rclone(cloud: Cloud, *arguments: str) -> None:
    remote = {
        "TYPE": "s3",
        "PROVIDER": "Other",
        "ENDPOINT": cloud.store._settings["endpoint_url"],
        "ACCESS_KEY_ID": KEYS["access_key"],
        "SECRET_ACCESS_KEY": KEYS["secret_key"],
    }
    env = {**os.environ, **{f"RCLONE_CONFIG_STORE_{key}": text for key, text in remote.items()}}
    env.pop("AWS_CA_BUNDLE", None)  # rclone cannot use it
    done = subprocess.run(["rclone", *arguments], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def auva(cloud: Cloud, folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "auva.cli", *arguments]
    done = subprocess.run(command, cwd=folder, env=cloud.env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_commands_work_on_a_copy_and_corrections_go_back(demo: Cloud, tmp_path: Path):
    """The copy is made as docs/how-to/cluster.md says."""
    copy = tmp_path / "copy"
    shutil.copytree(demo.folder / "config", copy / "config")
    for part in ("results", "resources/demo"):
        rclone(demo, "copy", f"store:demo/auva/{part}", str(copy / part), "--exclude", "run.tar")
    assert "scored" in auva(demo, copy, "runs")
    chain = auva(demo, copy, "provenance", TABLE)
    assert "resources/demo/videos/ada-1" in chain
    assert "results/labels/ada-1.csv" in chain
    run = next((copy / "results/runs/au").iterdir())
    assert load_model(run).iteration >= 0, "its checkpoint is in chosen.tar"
    for command in ("annotate", "review"):
        served(demo, copy, command)
    path = copy / "resources/demo/au/ada-1.txt"
    first, rest = path.read_text().split("\n", 1)
    frame, presence, *others = first.split()
    path.write_text(" ".join([frame, str(1 - int(presence)), *others]) + "\n" + rest)
    rclone(demo, "copy", str(copy / "resources/demo/au"), "store:demo/auva/resources/demo/au")
    plan = demo.run("--configfile", "config/small.yaml", "-n", "--", "results/labels/ada-1.csv")
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", plan, re.MULTILINE))
    assert jobs == {"align_labels": "1", "total": "1"}


def served(cloud: Cloud, folder: Path, command: str) -> None:
    """Start a command of the browser and wait until it serves."""
    process = subprocess.Popen(
        [sys.executable, "-m", "auva.cli", command, "--no-browser"],
        cwd=folder,
        env=cloud.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith(f"auva {command}: http://127.0.0.1:")
    finally:
        process.terminate()
        process.wait(PATIENCE)


# A corpus of one's own, from a folder that `auva init` made, without git.


SHEET = """video\tpath\tidentity\tsex\tau\tva
ada\tada.mp4\tada\tfemale\tann/ada.txt;bob/ada.txt\tann/ada.va;bob/ada.va
ben\tsub/ben.mp4\tben\tmale\tann/ben.txt\tann/ben.va
gone\tgone.mp4\tann\tfemale\tann/gone.txt\t
"""
OWN = ("labels/ada.csv", "labels/ada.json", "labels/ben.csv", "tables/agreement.csv")


def write_own(folder: Path, finished: Workflow) -> None:
    """Write a corpus with several annotators, a video in a folder, and one that is not there."""
    demo = finished.folder / "resources/demo"
    for name in ("ann", "bob", "sub"):
        (folder / name).mkdir(parents=True)
    shutil.copy(demo / "videos/ada-1.mp4", folder / "ada.mp4")
    shutil.copy(demo / "videos/ben-1.mp4", folder / "sub/ben.mp4")
    for who in ("ann", "bob"):
        shutil.copy(demo / "au/ada-1.txt", folder / who / "ada.txt")
        shutil.copy(demo / "va/ada-1.txt", folder / who / "ada.va")
    text = (folder / "bob/ada.txt").read_text()
    (folder / "bob/ada.txt").write_text(re.sub(r"^(\d+) 0 0 ", r"\1 1 1 ", text, flags=re.M))
    shutil.copy(demo / "au/ben-1.txt", folder / "ann/ben.txt")
    shutil.copy(demo / "va/ben-1.txt", folder / "ann/ben.va")
    (folder / "videos.tsv").write_text(SHEET)


def test_a_corpus_of_ones_own(make_cloud, finished: Workflow, tmp_path: Path, root: Path):
    cloud = make_cloud("own")
    auva(cloud, cloud.folder, "init", ".")
    local = tmp_path / "local"
    shutil.copytree(cloud.folder, local, ignore=shutil.ignore_patterns("profile"))
    write_own(local / "corpus", finished)
    (cloud.folder / "corpus").mkdir()
    settings = {**SMALL, "videos": "corpus/videos.tsv"}
    for folder in (local, cloud.folder):
        shutil.copy(local / "corpus/videos.tsv", tmp_path / "videos.tsv")
        shutil.copy(tmp_path / "videos.tsv", folder / "corpus/videos.tsv")
        (folder / "my.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
        checked = folder / "config/face_overrides.tsv"
        checked.write_text(checked.read_text() + "ada\t3\t9\tdrop\t\t\n")
        (folder / "resources/dpm").mkdir(parents=True)
    rclone(cloud, "copy", str(local / "corpus"), "store:own/auva/corpus", "--exclude", "*.tsv")
    model = finished.folder / MODEL_FILE
    cloud.store.put(model, MODEL_FILE)
    shutil.copy(model, local / "resources/dpm")
    targets = ["results/labels/ada.csv", "results/labels/ben.csv", "results/tables/agreement.csv"]
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", "my.yaml"]
    done = subprocess.run([*command, "--", *targets], cwd=local, env=cloud.env, check=False)
    assert done.returncode == 0
    cloud.run("--configfile", "my.yaml", "--", *targets)
    stored = cloud.digests("results")
    assert {name: stored[f"results/{name}"] for name in OWN} == {
        name: sha256(local / "results" / name) for name in OWN
    }
    told = cloud.run("--configfile", "my.yaml", "--", "results/labels/gone.csv", status=1)
    assert "corpus/videos.tsv, line 4: no file corpus/gone.mp4" in told
    cloud.store.put(local / "corpus/videos.tsv", "corpus/ann/ben.txt")
    pods = len(cloud.kubernetes.submitted)
    told = cloud.run("--configfile", "my.yaml", "--", "results/labels/ben.csv", status=1)
    assert len(cloud.kubernetes.submitted) == pods + 1, "and not again"
    assert "auva: corpus/ann/ben.txt, line 1: " in told, "what the pod printed is shown"


def test_two_submitters_are_told_of_each_other(demo: Cloud):
    note = demo.kubernetes.folder / "note"
    note.write_text('{"id": "other", "host": "node7", "user": "ann", "process": 1}')
    demo.store.put(note, "results/.running")
    told = demo.run(
        "--configfile", "config/small.yaml", "--forcerun", "tabulate_scores", "--", TABLE, status=1
    )
    line = "auva: results: another run works in this folder of the store (host node7 user ann"
    assert line in told
    note.write_text("")
    demo.store.put(note, "results/.running")
