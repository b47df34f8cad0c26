"""The parts of the library that only the workflow uses."""

import errno
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from jsonschema import Draft202012Validator

from auva.errors import InputError, UnavailableError, number_hint, suggest
from auva.files import atomic_path, remove_leftovers, write_text
from auva.models.stopping import Stopped
from auva.reading import read_yaml
from auva.settings import NEEDED, complete
from auva.workflow import cluster
from auva.workflow.cluster import check_slurm
from auva.workflow.comparison import Comparison
from auva.workflow.configuration import (
    SCHEMA,
    check,
    checked,
    read_config,
    read_configs,
    read_schema,
    settings_at,
    with_defaults,
)
from auva.workflow.documentation import page
from auva.workflow.guard import lock
from auva.workflow.paths import collapsed, normalised
from auva.workflow.plan import detector_calibration
from auva.workflow.runs import Runs
from auva.workflow.stage import REFUSED, last_word, refuse, stage

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def schema(root):
    return read_schema(root / "workflow/schemas/config.schema.yaml")


RAW = read_yaml(ROOT / SCHEMA, "schema")
SECTIONS = {
    name: settings_at(part["x-settings-of"])
    for name, part in RAW["properties"].items()
    if "x-settings-of" in part
}
ENTRIES = {
    name: settings_at(part["additionalProperties"]["x-settings-of"])
    for name, part in RAW["properties"].items()
    if "x-settings-of" in part.get("additionalProperties", {})
}
# No 1.0: JSON Schema takes it for a whole number, the library does not.
VALUES = [None, True, -1, 0, 1, 2, 1001, 0.5, 0.95, 1.5, "x", "8%", "f1", "thesis"]
VALUES += [
    [],
    ["median3"],
    ["x", "x"],
    [1],
    [28, 32],
    [32, 32],
    [5000],
    {},
    {"au": 1.0},
    {"au": -1},
    {"sexx": 1},
]


@pytest.mark.parametrize("section", ["", *SECTIONS, *ENTRIES])
def test_the_schema_lets_pass_what_the_library_does(schema, section):
    known = {"": settings_at(RAW["x-settings-of"]), **SECTIONS, **ENTRIES}[section]
    part = schema["properties"][section] if section else schema
    written = part["additionalProperties"] if section in ENTRIES else part
    needed = [name for name, setting in known.items() if setting.default is NEEDED]
    assert written["required"] == needed
    for name, setting in known.items():
        written_setting = written["properties"][name]
        if name not in needed:
            setting.check(written_setting["default"], name)
        for value in (*VALUES, *setting.choices):
            allowed = Draft202012Validator(written_setting).is_valid(value)
            assert passes(setting, value) == allowed, (name, value)


def test_every_process_of_the_workflow_starts_without_numerical_libraries():
    code = (
        "import sys, auva.workflow.plan, auva.workflow.comparison; "
        "from auva.workflow.configuration import read_schema; "
        f"read_schema({str(ROOT / SCHEMA)!r}); "
        "print({'numpy', 'h5py', 'pandas', 'scipy', 'torch'} & {*sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"


def test_a_setting_without_a_default_must_be_given():
    with pytest.raises(InputError, match=r"config transfer\.other: needs the key 'faces'"):
        complete(ENTRIES["transfer"], {}, "transfer.other")


def passes(setting, value):
    try:
        setting.check(value, "config x")
    except InputError as error:
        return not str(error).startswith("config x")
    return True


@pytest.mark.parametrize("folder", ["real/data", "link"])
def test_a_path_leads_where_the_system_goes(tmp_path, monkeypatch, folder):
    """Above a linked folder is the folder above its target."""
    (tmp_path / "real/data").mkdir(parents=True)
    (tmp_path / "real/a.txt").touch()
    (tmp_path / "link").symlink_to("real/data")
    monkeypatch.chdir(tmp_path)
    for path in (f"{folder}/../a.txt", f"./{folder}//.././a.txt", tmp_path / folder / "../a.txt"):
        assert normalised(path) == "real/a.txt"
    assert Path(collapsed(f"{folder}/../a.txt")).samefile("real/a.txt")
    assert normalised("../x") == str(tmp_path.parent / "x")
    assert collapsed("../x/./y/../") == "../x"
    assert collapsed("./") == "."


def test_config_page_is_written_from_the_schema(root, schema):
    assert (root / "config/README.md").read_text() == page(schema)


def test_unknown_key_of_an_open_mapping_stays_an_error(schema):
    with pytest.raises(InputError, match=r"unknown key 'gird' in experiments.au \(did you mean"):
        check({"experiments": {"au": {"kind": "au", "gird": []}}}, schema)


def test_defaults_are_plain_builtins(schema):
    def plain(value):
        if isinstance(value, dict):
            return all(type(key) is str and plain(part) for key, part in value.items())
        if isinstance(value, list):
            return all(plain(part) for part in value)
        return value is None or type(value) in (str, int, float, bool)

    assert plain(with_defaults({}, schema))


def test_suggestion_names_the_nearest():
    assert suggest("treshold", ["threshold", "overlap"]) == " (did you mean 'threshold'?)"
    assert suggest("qqqq", ["threshold", "overlap"]) == ""


def test_input_error_is_one_line():
    error = InputError("two\nlines", "a.txt", 3)
    assert str(error) == "a.txt, line 3: two lines"


def job_at(log: Path) -> SimpleNamespace:
    """A job with its log where the workflow puts it."""
    log.parent.mkdir(parents=True)
    return SimpleNamespace(log=[str(log)], output=[str(log.parents[2] / "table.csv")])


def test_a_stage_ends_bad_input_with_one_line(tmp_path, capsys):
    """Its exit status is its own, and the log says it: no other attempt would help."""
    log = tmp_path / "results/logs/rule/job.log"
    with pytest.raises(SystemExit) as ended, stage(job_at(log)):
        raise InputError("is empty", "a.mp4")
    assert ended.value.code == REFUSED
    assert capsys.readouterr().err == "auva: a.mp4: is empty\n"
    assert log.read_text().endswith(" REFUSED a.mp4: is empty\n")
    assert last_word(log) == "REFUSED"


def test_several_lines_of_bad_input_end_in_the_same_way(tmp_path, capsys):
    log = tmp_path / "results/logs/rule/job.log"
    with pytest.raises(SystemExit) as ended, stage(job_at(log)):
        refuse("no file a.mp4\nno file b.mp4")
    assert ended.value.code == REFUSED
    assert capsys.readouterr().err == "auva: no file a.mp4\nauva: no file b.mp4\n"
    assert last_word(log) == "REFUSED"


@pytest.mark.parametrize("cause", [errno.EIO, errno.ESTALE, errno.ENOSPC, None])
def test_what_the_machine_did_is_no_bad_input(tmp_path, capsys, cause):
    """However it is told, even where the cause is not shown, as with `from None`."""

    def read() -> None:
        if cause is None:
            raise UnavailableError("the registry does not answer")
        try:
            raise OSError(cause, os.strerror(cause), "a.txt")
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", "a.txt") from None

    log = tmp_path / "results/logs/rule/job.log"
    with pytest.raises(SystemExit) as ended, stage(job_at(log)):
        read()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("auva: ")
    assert last_word(log) is None


def test_a_training_that_sigterm_ended_says_so(tmp_path):
    log = tmp_path / "results/logs/rule/job.log"
    with pytest.raises(SystemExit) as ended, stage(job_at(log)):
        raise Stopped
    assert ended.value.code == 143
    assert last_word(log) == "STOPPED"


def test_a_log_that_is_none_says_nothing(tmp_path):
    for name, content in (("none", b""), ("short", b"REFUSED"), ("bytes", b"\xff\xfe\n\n")):
        (tmp_path / name).write_bytes(content)
        assert last_word(tmp_path / name) is None
    assert last_word(tmp_path / "nowhere") is None
    assert last_word(tmp_path) is None


def test_a_job_leaves_what_it_cost(tmp_path):
    log, output = tmp_path / "logs/rule/video.log", tmp_path / "a.csv"
    log.parent.mkdir(parents=True)
    job = SimpleNamespace(log=[str(log)], rule="rule", input=[], output=[str(output)], params={})
    with stage(job):
        output.write_text("a")
    header, row = (tmp_path / "benchmarks/rule/video.tsv").read_text().splitlines()
    cost = dict(zip(header.split("\t"), map(float, row.split("\t")), strict=True))
    assert set(cost) == {"s", "max_rss", "cpu_time"}
    assert 5 < cost["max_rss"] < 100_000, "MiB"
    assert cost["cpu_time"] > 0


def test_a_stage_logs_a_bug_and_lets_it_through(tmp_path):
    log = tmp_path / "results/logs/rule/job.log"
    job = job_at(log)
    with pytest.raises(ZeroDivisionError), stage(job):
        _ = 1 / 0
    assert "ZeroDivisionError" in log.read_text()


def test_a_results_folder_is_held_by_one_run_at_a_time(tmp_path):
    with lock(tmp_path / "results"), pytest.raises(InputError, match="another run, or a job"):
        lock(tmp_path / "results")
    lock(tmp_path / "results").close()


def test_a_results_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        lock(tmp_path / "file" / "results")


def test_leftovers_of_a_killed_process_are_removed_and_nothing_else(tmp_path):
    folder = tmp_path / "results"
    write_text(folder / "a-b.csv", "whole")
    (folder / ".running").write_text("")
    (folder / "copy").mkdir()
    for name in (".notes-20260101.txt", ".my-settings.json"):
        (folder / name).write_text("somebody's own")
        os.utime(folder / name, (0, 0))
    with atomic_path(folder / "video.csv") as left:
        shutil.copy(left, folder / "copy" / left.name)
        os.utime(folder / "copy" / left.name, (0, 0))
        assert remove_leftovers(folder, before=1.0) == 1
        assert left.exists(), "being written by another process"
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert names == {"a-b.csv", "video.csv", ".running", ".notes-20260101.txt", ".my-settings.json"}


def fake_sinfo(folder: Path, script: str, monkeypatch) -> None:
    path = folder / "sinfo"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (None, "Slurm is not installed: its command sinfo cannot be run"),
        ("echo 'slurm_load_partitions: refused' >&2; exit 1", "does not answer: slurm_load_part"),
        ("echo main; echo short", "this cluster has no partition 'shrt' (did you mean 'short'?)"),
    ],
)
def test_a_slurm_that_cannot_serve_is_one_line(tmp_path, monkeypatch, script, message):
    monkeypatch.setenv("PATH", str(tmp_path))
    if script:
        fake_sinfo(tmp_path, script, monkeypatch)
    with pytest.raises(InputError, match=re.escape(message)):
        check_slurm({"shrt"})


def test_a_slurm_that_has_the_partitions_is_right(tmp_path, monkeypatch):
    fake_sinfo(tmp_path, "echo main; echo short", monkeypatch)
    check_slurm({"short"})
    check_slurm(set())


def test_a_slurm_that_shows_no_partition_is_let_pass(tmp_path, monkeypatch):
    fake_sinfo(tmp_path, "exit 0", monkeypatch)
    check_slurm({"short"})


def test_a_slurm_that_takes_forever_is_one_line(tmp_path, monkeypatch):
    fake_sinfo(tmp_path, "while :; do :; done", monkeypatch)
    monkeypatch.setattr(cluster, "PATIENCE", 0.2)
    with pytest.raises(InputError, match=re.escape("does not answer: sinfo took longer than 0.2")):
        check_slurm({"short"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("detectr: {threshold: 9}", "unknown key 'detectr' (did you mean 'detector'?)"),
        ("detector: {threshold: 1e1}", "detector.threshold: '1e1' is not of type 'number'"),
        ("evaluation: {threshold: 1.5}", "evaluation.threshold"),
        ("action_units: []", "action_units: is empty"),
        ("action_units: [1, 2, 1]", "action_units: 1 is listed twice"),
        ("action_units: [1, 99]", "99 is not the number of an Action Unit of FACS"),
        ("action_units: [AU12]", "write its number alone, as 12"),
        ("action_units: [true]", "True is not the number of an Action Unit"),
        ("action_units: 12", "action_units: 12 is not of type 'array'"),
        ("peers: {x: {predictions: d, format: openfase}}", "did you mean 'openface'"),
        ("- a", "is not a configuration: the top level has no keys"),
        ("a: [", "is not YAML"),
        (None, "the configuration does not exist"),
    ],
)
def test_a_wrong_overlay_is_told_without_the_workflow_too(tmp_path, text, message):
    path = tmp_path / "my.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=re.escape(message)) as told:
        read_config(path)
    assert str(path) in str(told.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("detector: {mod: dense}", "unknown key 'mod' in detector (did you mean 'mode'?)"),
        ("detector: {name: dlip}", "must be one of dpm, dlib, opencv (did you mean 'dlib'?)"),
        ("detector: {smallest_face: 8 px}", "'8 px' is neither pixels (120) nor a share of the"),
        ("detector: {model: nosuch.txt}", "detector.model: no file nosuch.txt"),
        ("splits: {test_share: 2}", "splits.test_share"),
        ("splits: {folds: 1}", "splits.folds is 1; it must be 0 or at least 2"),
        ("splits: {weights: {sexx: 1}}", "in splits.weights (did you mean 'sex'?)"),
        ("crops: {size: 20}", "crops.size is 20, less than 28, the largest of dataset.sizes"),
        ("training: {iterations: 0}", "training.iterations"),
        ("training: {learning_rate_scale: 1e1}", "YAML reads it as text; write 10"),
        ("experiments: {au: {kind: ua}}", "experiments.au.kind"),
        ("experiments: {au: {kind: au, grid: [{alpha: [-1]}]}}", "alpha"),
        (
            "experiments: {au: {kind: au, grid: [{alpha: [0.9]}, {alhpa: [1]}]}}",
            "experiments.au.grid[2]",
        ),
        ("evaluation: {after: [smooth]}", "evaluation.after: 'smooth' is not none, centred"),
        (
            "crops: {size: 28}\nleakage: []\nexperiments: {l: {kind: au, model: linear}}",
            "crops.size is 28, but l/linear needs faces of 96 pixels",
        ),
        (
            "leakage: []\nexperiments: {l: {kind: au, training: {unlabelled_batch: 4}}}",
            "dataset.keep_unlabelled_faces is false, but l/lr1e-4_update5_alpha0.9 learns from",
        ),
        (
            "experiments: {l: {model: cnn, kind: au, grid: [{seed: [4294967296]}]}}",
            "grid[1].seed: '4294967296' is not a whole number from 0 to 4294967295",
        ),
        ("models: {linear: {preset: short}}", "models.linear.preset: 'short' is not one of full"),
        (
            "leakage: []\nexperiments: {floor: {model: linear, kind: au}}",
            "experiments.floor: the table of models has rows of this name that are not runs",
        ),
        ("leakage: [va_ms]", "did you mean 'va_mse'?"),
        ("transfer: {other: none.h5}", "transfer.other: no file none.h5"),
        (
            "leakage: []\ntransfer: {other: x.h5}\n"
            "experiments: {a: {kind: au}, l: {kind: au, model: cnn}}",
            "transfer.other: x.h5 is one file, but the runs need faces of 28 and 96 pixels: write",
        ),
        (
            "peers: {tool: {predictions: none, format: abaw}}",
            "peers.tool.predictions: no folder none",
        ),
        (
            "peers: {tool: {predictions: ., format: openface}}",
            "peers.tool.predictions: no file in . ends with .csv",
        ),
        (
            "models: {linear: {landmarker_sha256: 64184e}}",
            "models.linear.landmarker_sha256: '64184e' does not match ^[0-9A-Fa-f]{64}$",
        ),
        (
            "models: {linear: {seed: -1}}",
            "models.linear.seed: -1 is not from 0 to 4294967295",
        ),
        (
            "models_table: {baseline: a}",
            "models_table.baseline: no run 'a' with scores of faces (did you mean 'au'?)",
        ),
    ],
)
def test_a_wrong_configuration_is_told_before_any_job(root, schema, setting, message):
    merged = {**read_yaml(root / "config/config.yaml", "config"), **yaml.safe_load(setting)}

    def plan():
        config = checked(merged, schema, os.path.exists)
        Comparison(config, Runs(config))

    with pytest.raises(InputError, match=re.escape(message)) as told:
        plan()
    assert "\n" not in str(told.value)


def test_a_table_of_other_corpora_needs_one(root, schema):
    config = checked(read_yaml(root / "config/config.yaml", "config"), schema, os.path.exists)
    with pytest.raises(InputError, match=r"config: transfer: no other corpus is named"):
        Comparison(config, Runs(config)).transfer_files()


def test_an_overlay_may_name_little_and_drop_experiments(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text("detector: {threshold: 2.0}\nexperiments: {vanilla: null}\n")
    assert read_config(path) == {"detector": {"threshold": 2.0}, "experiments": {}}


def test_overlays_are_merged_key_by_key(tmp_path, root):
    own = tmp_path / "own.yaml"
    own.write_text("results: mine\nvideo: {fps: 25}\naction_units: [1, 2]\n")
    config = read_configs([root / "config/config.yaml", own, root / "config/abaw12.yaml"])
    assert (config["results"], config["video"]["fps"], config["video"]["crf"]) == ("mine", 25, 18)
    assert config["action_units"] == [1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26]


def test_the_shipped_configurations_can_be_read_without_the_workflow(root):
    for name in ("config", "thesis", "gpu-check"):
        assert read_config(root / f"config/{name}.yaml")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("1e-4", " (YAML reads it as text; write 0.0001)"),
        ("1e6", " (YAML reads it as text; write 1000000)"),
        ("nan", ""),
        ("many", ""),
        (3, ""),
    ],
)
def test_a_number_that_yaml_reads_as_text_is_hinted_at(value, hint):
    assert number_hint(value) == hint


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"calibration": "own.json"}, "own.json"),
        ({"calibration": "own.json", "mode": "dense"}, []),
        ({"calibration": "own.json", "name": "dlib"}, []),
    ],
)
def test_a_calibration_is_waited_for_where_it_is_used(changes, expected):
    cfg = {"name": "dpm", "mode": "pruned", "calibration": None}
    assert detector_calibration(cfg | changes) == expected
