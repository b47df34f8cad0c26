"""Files in a store: asked for, sent, held by one run at a time, and trainings that go on elsewhere.

The store is an S3 server on this machine, reached by Snakemake's own plugin.
"""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from auva.errors import InputError
from auva.files import sha256
from auva.sheet import join_pair
from auva.workflow import compiled, lease, unfinished
from auva.workflow.crate import write_crate
from auva.workflow.inputs import as_seen
from auva.workflow.lease import NOTE, Lease
from auva.workflow.provenance import records_at_hand, write_record
from auva.workflow.stage import stage
from auva.workflow.store import VARIABLE, Disk, Store, from_environment
from auva.workflow.travel import send_along
from auva.workflow.unfinished import Copy, forget, kept_in_store

RUN = "results/runs/au/one"


def put(store: Store, name: str, content: bytes, folder: Path) -> None:
    path = folder / "sent"
    path.write_bytes(content)
    store.put(path, name)


def got(store: Store, name: str, folder: Path) -> bytes:
    store.get(name, folder / "got")
    return (folder / "got").read_bytes()


# What is asked of a store.


def test_what_is_sent_is_there(store, tmp_path):
    assert store.version("a/b.txt") is None
    put(store, "a/b.txt", b"four", tmp_path)
    assert got(store, "a/b.txt", tmp_path) == b"four"
    assert store.version("a/b.txt").size == store.size_now("a/b.txt") == 4
    store.remove("a/b.txt")
    assert store.version("a/b.txt") is None
    store.remove("a/b.txt")


def test_sources_are_asked_for_once(store, tmp_path):
    put(store, "corpus/a.mp4", b"film", tmp_path)
    assert store.exists("corpus/a.mp4")
    assert (store.size("corpus/a.mp4"), store.size("corpus/b.mp4")) == (4, None)
    store.remove("corpus/a.mp4")
    assert store.exists("corpus/a.mp4")
    assert store.size_now("corpus/a.mp4") is None


def test_a_name_is_the_same_however_a_job_sees_the_file(store):
    seen = store.root / "results/labels/a.csv"
    assert store.name_of(seen) == store.name_of("results/labels/a.csv") == "results/labels/a.csv"
    assert store.name_of("/elsewhere/a.csv") == "/elsewhere/a.csv"


def test_a_folder_has_files_and_a_file_has_none(store, tmp_path):
    for name in ("corpus/au/one/AU1.csv", "corpus/au/one/AU2.csv", "corpus/au/two.csv"):
        put(store, name, b"x", tmp_path)
    expected = [Path("corpus/au/one/AU1.csv"), Path("corpus/au/one/AU2.csv")]
    assert sorted(store.files_in("corpus/au/one")) == expected
    assert store.files_in("corpus/au/two.csv") is None


def test_a_disk_answers_the_same_questions(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one/a.csv").write_bytes(b"four")
    disk = Disk()
    assert disk.files_in(tmp_path / "one") == [tmp_path / "one/a.csv"]
    assert disk.files_in(tmp_path / "one/a.csv") is None
    assert (disk.size(tmp_path / "one/a.csv"), disk.size_now(tmp_path / "b")) == (4, None)
    assert disk.exists(tmp_path / "one")


def test_scripts_know_the_store_by_the_environment(store, monkeypatch, tmp_path):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert from_environment() is None
    monkeypatch.setenv(VARIABLE, store.as_text())
    put(store, "a", b"x", tmp_path)
    assert got(from_environment(), "a", tmp_path) == b"x"


# Rows of the sample sheet.


ROW = {
    "au": ["corpus/a.txt", "corpus/folder"],
    "va": [str(join_pair(["corpus/v.txt", "corpus/a/v.txt"]))],
    "au_layouts": ["corpus/l.yaml", "value=AU"],
    "va_layouts": [],
    "au_consensus": "corpus/decided.txt",
    "va_consensus": "",
    "au_format": None,
}
INPUTS = ["corpus/a.txt", "corpus/folder/1.csv", "corpus/v.txt", "corpus/a/v.txt"]
INPUTS += ["corpus/l.yaml", "corpus/decided.txt"]


def test_a_row_names_the_inputs_of_its_job(store, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert as_seen(ROW, INPUTS) == ROW
    monkeypatch.setenv(VARIABLE, store.as_text())
    seen = as_seen(ROW, [store.root / name for name in INPUTS])
    root = store.root
    assert seen["au"] == [f"{root}/corpus/a.txt", f"{root}/corpus/folder"]
    assert seen["va"] == [str(join_pair([root / "corpus/v.txt", root / "corpus/a/v.txt"]))]
    assert seen["au_layouts"] == [f"{root}/corpus/l.yaml", "value=AU"]
    assert (seen["au_consensus"], seen["va_consensus"]) == (f"{root}/corpus/decided.txt", "")


@pytest.mark.parametrize("gone", range(len(INPUTS)))
def test_a_file_that_is_no_input_is_not_read(monkeypatch, gone):
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(ValueError, match="is not an input of this job"):
        as_seen(ROW, [name for number, name in enumerate(INPUTS) if number != gone])


# What a job leaves.


def job(store: Store) -> SimpleNamespace:
    files = {name: str(store.root / f"results/{name}") for name in ("in.csv", "out.csv")}
    log = str(store.root / "results/logs/rule/one.log")
    for path in (*files.values(), log):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("x")
    return SimpleNamespace(
        rule="rule", log=[log], input=[files["in.csv"]], output=[files["out.csv"]], params={}
    )


def test_records_and_costs_reach_the_store_under_the_workflows_names(store, monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, store.as_text())
    with stage(job(store)):
        pass
    record = json.loads(got(store, "results/provenance/rule/one.json", tmp_path))
    assert list(record["inputs"]) == ["results/in.csv"]
    assert list(record["outputs"]) == ["results/out.csv"]
    assert got(store, "results/benchmarks/rule/one.tsv", tmp_path).startswith(b"s\tmax_rss")
    path = tmp_path / "results/logs/rule/one.log"
    here = [Path("results", name) for name in ("in.csv", "out.csv")]
    monkeypatch.chdir(tmp_path)
    here[0].parent.mkdir(exist_ok=True)
    for file in here:
        file.write_text("x")
    write_record(path, "rule", [str(here[0])], [str(here[1])], {})
    local = (tmp_path / "results/provenance/rule/one.json").read_bytes()
    assert local == (tmp_path / "got").read_bytes() or local == got(
        store, "results/provenance/rule/one.json", tmp_path
    )


def test_a_crate_finds_the_records_in_the_store(store, monkeypatch):
    monkeypatch.setenv(VARIABLE, store.as_text())
    done = job(store)
    with stage(done):
        pass
    for path in store.root.rglob("results/provenance/**/*.json"):
        path.unlink()
    with records_at_hand(store.root / "results") as name_of:
        files = [name_of(path) for path in done.output]
        write_crate(files, "results/ro-crate-metadata.json", "https://example.org/licence")
    graph = json.loads((store.root / "results/ro-crate-metadata.json").read_text())["@graph"]
    (found,) = (each for each in graph if each["@id"] == "out.csv")
    assert (found["contentSize"], found["sha256"]) == ("1", sha256(done.output[0]))
    assert {each["@id"] for each in graph} >= {"#source-results/in.csv", "#made-out.csv"}


def test_bad_input_names_the_file_as_the_sheet_does(store, monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, store.as_text())
    with pytest.raises(SystemExit), stage(job(store)):
        raise InputError("is empty", store.root / "corpus/a.txt", 3)
    assert capsys.readouterr().err == "auva: corpus/a.txt, line 3: is empty\n"


# One run at a time.


@pytest.fixture
def at_once(monkeypatch):
    """Leases that wait for nobody."""
    monkeypatch.setattr(lease, "_SETTLED", 0.0)


@pytest.mark.usefixtures("at_once")
def test_a_second_run_is_told_of_the_first(store):
    first = Lease(store, "results")
    host = lease.socket.gethostname()
    with pytest.raises(InputError, match=f"another run .*host {host} .*process {os.getpid()}"):
        Lease(store, "results")
    Lease(store, "resources").close()
    first.close()
    assert store.version(f"results/{NOTE}").size == 0
    Lease(store, "results").close()


@pytest.mark.usefixtures("at_once")
def test_runs_that_start_at_once_see_each_other(store, monkeypatch, tmp_path):
    """Both found no note, and the other wrote its own last."""
    other = json.dumps({"id": "other", "host": "node7", "user": "ann"}).encode()
    monkeypatch.setattr(
        lease.time, "sleep", lambda _: put(store, f"results/{NOTE}", other, tmp_path)
    )
    with pytest.raises(InputError, match=r"another run works in .* \(host node7 user ann\)"):
        Lease(store, "results")
    assert got(store, f"results/{NOTE}", tmp_path) == other


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("here", [True, False])
def test_a_killed_run_holds_nothing(store, monkeypatch, tmp_path, here):
    """Its process is not there any more; of another machine's run the note is old."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host = lease.socket.gethostname() if here else "node7"
    note = json.dumps({"id": "other", "host": host, "process": ended.pid})
    put(store, f"results/{NOTE}", note.encode(), tmp_path)
    if not here:
        with pytest.raises(InputError, match="host node7"):
            Lease(store, "results")
        monkeypatch.setattr(lease, "EXPIRED", -1.0)
    Lease(store, "results").close()


@pytest.mark.usefixtures("at_once")
def test_a_note_that_cannot_be_read_is_somebodys(store, tmp_path):
    put(store, f"results/{NOTE}", b"\xff", tmp_path)
    with pytest.raises(InputError, match=r"another run works .* \(unknown\)"):
        Lease(store, "results")


@pytest.mark.usefixtures("at_once")
def test_the_first_is_told_when_its_folder_is_taken(store, monkeypatch, tmp_path):
    monkeypatch.setattr(lease, "PAUSE", 0.01)
    told = threading.Event()
    monkeypatch.setattr(lease._LOG, "warning", lambda *_: told.set())
    first = Lease(store, "results")
    put(store, f"results/{NOTE}", b'{"id": "other", "host": "node7"}', tmp_path)
    assert told.wait(60)
    first.close()
    assert store.version(f"results/{NOTE}"), "the note is not its own"


# A training that is not at its end.


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def read(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


@pytest.fixture
def machine(store, tmp_path):
    """Return the folder of the run on a machine, empty at first."""

    def make(name: str) -> tuple[Copy, Path]:
        here = Store("s3", store._prefix, store._settings, str(tmp_path / name))
        folder = here.root / RUN
        folder.mkdir(parents=True)
        return Copy(here, folder), folder

    return make


def test_another_machine_finds_what_the_first_sent_last(machine, store):
    copy, folder = machine("first")
    write(folder, checkpoints__0="zero", state="after 0")
    copy.send()
    write(folder, checkpoints__1="one", state="after 1")
    copy.send()
    write(folder, checkpoints__2="two", state="after 2", checkpoints__9="")
    (folder / "checkpoints/.auva-half").write_text("half")
    other, elsewhere = machine("second")
    other.fetch()
    assert read(elsewhere) == {"checkpoints/0": "zero", "checkpoints/1": "one", "state": "after 1"}
    write(elsewhere, checkpoints__2="two again", state="after 2")
    other.send()
    third, last = machine("third")
    third.fetch()
    assert read(last)["checkpoints/2"] == "two again"
    assert "checkpoints/.auva-half" not in read(last)
    store.put(folder / "state", f"{RUN}/history.csv")
    forget(store, RUN)
    assert store.files_in(f"{RUN}/unfinished") is None


@pytest.mark.parametrize("lost", range(3))
def test_a_copy_that_ends_in_the_middle_leaves_the_one_before(machine, monkeypatch, lost):
    """The connection is lost after some of: checkpoint, state, list."""
    copy, folder = machine("first")
    write(folder, checkpoints__0="zero", state="after 0")
    copy.send()
    write(folder, checkpoints__1="one")
    os.utime(folder / "checkpoints/1", ns=(1, 1))
    write(folder, state="after 1")
    sent = []

    def fail(path, name, send=copy._store.put):
        if len(sent) == lost:
            raise ConnectionError("lost")
        sent.append(name)
        send(path, name)

    monkeypatch.setattr(copy._store, "put", fail)
    copy.send()
    assert len(sent) == lost
    other, elsewhere = machine("second")
    other.fetch()
    assert read(elsewhere) == {"checkpoints/0": "zero", "state": "after 0"}
    monkeypatch.undo()
    copy.send()
    again, last = machine("third")
    again.fetch()
    assert read(last) == {"checkpoints/0": "zero", "checkpoints/1": "one", "state": "after 1"}


@pytest.mark.parametrize("part", ["files.json", "object"])
def test_a_damaged_copy_is_told_and_not_used(machine, store, tmp_path, caplog, part):
    copy, folder = machine("first")
    write(folder, state="after 0")
    copy.send()
    name = part if part != "object" else copy._files["state"]["object"]
    put(store, f"{RUN}/unfinished/{name}", b"{", tmp_path)
    other, elsewhere = machine("second")
    other.fetch()
    assert read(elsewhere) == {}
    assert "is damaged: training starts again from the beginning" in caplog.text


def test_nothing_is_read_or_written_outside_the_folder(machine, store, tmp_path):
    evil = json.dumps({"../../above": {"object": "x", "sha256": "0"}}).encode()
    put(store, f"{RUN}/unfinished/files.json", evil, tmp_path)
    copy, folder = machine("first")
    copy.fetch()
    assert read(folder) == {}


def test_a_shared_disk_keeps_its_files_itself(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    write(tmp_path, state="after 0")
    with kept_in_store(tmp_path):
        pass
    assert read(tmp_path) == {"state": "after 0"}


def test_what_a_stopped_training_saved_is_sent_at_its_end(machine, monkeypatch):
    copy, folder = machine("first")
    monkeypatch.setenv(VARIABLE, copy._store.as_text())
    write(folder, state="after SIGTERM")
    with pytest.raises(SystemExit), kept_in_store(folder):
        raise SystemExit(143)
    other, elsewhere = machine("second")
    other.fetch()
    assert read(elsewhere) == {"state": "after SIGTERM"}


def test_a_training_is_sent_while_it_runs(machine, monkeypatch):
    monkeypatch.setattr(unfinished, "PAUSE", 0.01)
    copy, folder = machine("first")
    monkeypatch.setenv(VARIABLE, copy._store.as_text())
    with kept_in_store(folder):
        write(folder, state="after 0")
        pause = threading.Event()
        while not copy._store.version(f"{RUN}/unfinished/files.json"):
            pause.wait(0.01)


def test_a_store_that_fails_costs_no_training(machine, monkeypatch, caplog):
    copy, folder = machine("first")
    monkeypatch.setenv(VARIABLE, copy._store.as_text())
    with kept_in_store(folder):
        write(folder, state="after 0")
        monkeypatch.setattr(Store, "put", lambda *_: 1 / 0)
    assert "were not stored" in caplog.text


# Compiled code.


def test_compiled_code_travels_to_an_empty_machine(store, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, store.as_text())
    folders = [tmp_path / name for name in ("first", "second")]
    for number, folder in enumerate(folders):
        monkeypatch.setenv(compiled.VARIABLE, str(folder))
        with compiled.compiled_code():
            if number == 0:
                write(folder, hog__kernel="machine code")
    assert read(folders[1]) == read(folders[0]) == {"hog/kernel": "machine code"}


def test_compiled_code_of_one_machine_lies_in_a_private_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv(compiled.VARIABLE, raising=False)
    monkeypatch.setattr(compiled.tempfile, "gettempdir", lambda: str(tmp_path))
    with compiled.compiled_code():
        assert compiled.VARIABLE not in os.environ, "numba keeps it beside the source"
    monkeypatch.setattr(compiled.os, "access", lambda *_: False)
    with compiled.compiled_code():
        folder = Path(os.environ[compiled.VARIABLE])
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o077 == 0
    monkeypatch.delenv(compiled.VARIABLE)
    folder.chmod(0o777)
    with compiled.compiled_code():
        assert compiled.VARIABLE not in os.environ, "anybody may have written there"


# What goes along with the jobs.


def test_sheet_and_corrections_go_along_and_what_cannot_is_told(tmp_path, monkeypatch):
    (tmp_path / "here/config").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    for name in ("config/config.yaml", "config/videos.tsv", "config/schema.yaml"):
        Path(name).write_text("x")
    workflow = SimpleNamespace(configfiles=["config/config.yaml"])
    asked = ["config/videos.tsv", None, "config/not_yet.tsv"]
    send_along(workflow, asked, ["config/schema.yaml", "/usr/share/installed.csv"])
    send_along(workflow, asked, [])
    expected = ["config/config.yaml", "config/schema.yaml", "config/videos.tsv"]
    assert workflow.configfiles == expected
    outside = tmp_path / "videos.tsv"
    outside.write_text("x")
    with pytest.raises(InputError, match="outside the working directory"):
        send_along(workflow, [str(outside)], [])
    (tmp_path / "my.yaml").write_text("x")
    with pytest.raises(InputError, match=r"my\.yaml: is outside"):
        send_along(SimpleNamespace(configfiles=[tmp_path / "my.yaml"]), [], [])
    Path("config/videos.tsv").write_bytes(b"x" * 10_000_001)
    with pytest.raises(InputError, match="larger than 10 MB"):
        send_along(workflow, asked, [])
