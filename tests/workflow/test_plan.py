"""What the workflow plans, without running anything."""

import re
import subprocess

import pytest
import yaml
from workflow_support import SNAKEMAKE, Workflow, auva_lines, planned_jobs

from auva.models.run import expand
from auva.workflow.configuration import check, read_schema, with_defaults

pytestmark = pytest.mark.workflow


@pytest.fixture
def shipped(workflow: Workflow) -> Workflow:
    """A workflow with the settings as they are shipped."""
    (workflow.folder / "config" / "small.yaml").write_text("{}\n")
    return workflow


def test_the_main_job_plans_every_stage_of_every_demo_video(shipped):
    jobs = shipped.planned("results/tables/au_f1.csv")
    rendered = sum(count for rule, count in jobs.items() if rule.startswith("render_demo_"))
    assert rendered == 20
    for rule in ("convert_video", "detect_faces", "keep_faces", "align_labels"):
        assert jobs[rule] == 20
    assert jobs["train_run"] == jobs["evaluate_run"] == 6
    assert jobs["split_people"] == jobs["pack_faces"] == jobs["tabulate_scores"] == 1


def test_all_tables_plans_the_31_published_runs_and_the_categorical_one(shipped):
    jobs = shipped.planned("all_tables")
    assert jobs["evaluate_run"] == 31 + 1
    assert jobs["tabulate_categories"] == 1
    assert jobs["tabulate_scores"] == 10
    assert "measure_agreement" not in jobs, "no video of the demo has several annotators"
    assert jobs["evaluate_leaking_run"] == 6


def test_real_faces_need_no_other_setting(shipped, london):
    config = (f"videos={london / 'videos.tsv'}", "results=out")
    jobs = shipped.planned("out/tables/au_f1.csv", config=config)
    assert jobs["convert_video"] == 14
    assert not any(rule.startswith("render_demo") for rule in jobs)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("detectr: {}", "unknown key 'detectr' (did you mean 'detector'?)"),
        ("leakage: [va_ms]", "did you mean 'va_mse'?"),
    ],
)
def test_a_wrong_setting_is_one_line(workflow, setting, message):
    """Which values are wrong: tests/test_workflow_library.py."""
    (workflow.folder / "wrong.yaml").write_text(setting + "\n")
    done = workflow.run("-n", "--configfile", "wrong.yaml", check=False)
    assert done.returncode == 1
    lines = auva_lines(done.stdout)
    assert len(lines) == 1
    assert message in lines[0]
    assert "Traceback" not in done.stdout


def test_an_overlay_drops_a_family_with_null(workflow):
    families = ("vanilla", "categorical", "va_mse", "va_ccc", "vaau_ccc", "vaau_mse")
    overlay = {"experiments": dict.fromkeys(families)}
    (workflow.folder / "only.yaml").write_text(yaml.safe_dump(overlay))
    jobs = planned_jobs(workflow.run("-n", "all_tables", "--configfile", "only.yaml").stdout)
    assert jobs["train_run"] == 6


def test_experiments_of_their_own_names_have_tables_figures_and_a_leak(workflow):
    shipped = yaml.safe_load((workflow.folder / "config" / "config.yaml").read_text())
    own = {
        "au_small": {"kind": "au", "grid": [{"update_rate": [5]}]},
        "my_va": {"kind": "va", "va_loss": "mse", "grid": [{"update_rate": [5]}]},
    }
    experiments = {**dict.fromkeys(shipped["experiments"]), **own}
    overlay = {
        "experiments": experiments,
        "leakage": ["au_small"],
        "prediction": {"experiment": "my_va"},
    }
    (workflow.folder / "own.yaml").write_text(yaml.safe_dump(overlay))
    targets = ("all_tables", "all_figures", "all_predictions")
    jobs = planned_jobs(workflow.run("-n", *targets, "--configfile", "own.yaml").stdout)
    assert jobs["tabulate_scores"] == 3
    assert jobs["tabulate_leakage"] == jobs["draw_action_units"] == jobs["draw_affect"] == 1
    assert jobs["predict_video"] == 20


def test_a_correction_of_a_video_that_is_not_there_is_one_line(workflow):
    table = workflow.folder / "config" / "face_overrides.tsv"
    table.write_text(table.read_text() + "ada-11\t1\t5\tdrop\n")
    done = workflow.run("-n", check=False)
    assert done.returncode == 1
    assert auva_lines(done.stdout) == [
        "auva: config/face_overrides.tsv: no video 'ada-11' in config/videos.tsv "
        "(did you mean 'ada-1'?)"
    ]


def test_a_missing_file_of_corrections_is_said(workflow):
    (workflow.folder / "config" / "face_overrides.tsv").unlink()
    assert "no file config/face_overrides.tsv, so nothing is corrected" in workflow.run("-n").stdout


def test_a_video_that_is_not_there_is_one_line_with_a_suggestion(workflow):
    for target in ("faces/ada-9.sheet.png", "figures/trajectories/ada-9.png"):
        done = workflow.run("-n", f"results/{target}", check=False)
        assert done.returncode == 1
        told = "auva: no video 'ada-9' in config/videos.tsv (did you mean 'ada-2'?)"
        assert done.stdout.splitlines()[-1] == told
        assert "Traceback" not in done.stdout


@pytest.mark.parametrize("spelled", ["out/", "./out", "x/../out"])
def test_targets_are_found_however_the_results_folder_is_spelled(workflow, spelled):
    jobs = workflow.planned("out/labels/ada-1.csv", config=(f"results={spelled}",))
    assert jobs["align_labels"] == 1


def test_the_commands_of_the_docs_need_no_number_of_cores(workflow):
    done = subprocess.run(
        [str(SNAKEMAKE), "--dry-run", "all_dataset"],
        cwd=workflow.folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_wrong_sample_sheet_is_one_line(workflow):
    """What is wrong in a sheet: tests/test_sheet.py."""
    sheet = workflow.folder / "config" / "videos.tsv"
    sheet.write_text(sheet.read_text().replace("\tsex\t", "\tsexx\t", 1))
    done = workflow.run("-n", check=False)
    assert done.returncode == 1
    (line,) = auva_lines(done.stdout)
    assert "videos.tsv" in line
    assert "did you mean 'sex'?" in line


def test_the_thesis_overlay_is_valid_and_replaces_only_what_it_names(root):
    schema = read_schema(root / "workflow/schemas/config.schema.yaml")
    overlay = yaml.safe_load((root / "config/thesis.yaml").read_text())
    config = yaml.safe_load((root / "config/config.yaml").read_text())
    config["training"].update(overlay["training"])
    check(config, schema)
    filled = with_defaults(config, schema)
    runs = expand(filled["experiments"], filled["training"], filled["models"]).values()
    settings = next(run.settings for run in runs if run.kind == "au")
    assert (settings["iterations"], settings["batch_size"]) == (1_000_000, 64)
    assert settings["checkpoint_interval"] == 1000


def test_every_schema_key_has_a_description(root):
    def walk(part, place):
        for key, value in part.get("properties", {}).items():
            assert value.get("description"), f"{place}.{key}"
            walk(value, f"{place}.{key}")

    walk(read_schema(root / "workflow/schemas/config.schema.yaml"), "config")


def test_the_order_of_keys_changes_nothing(root):
    schema = read_schema(root / "workflow/schemas/config.schema.yaml")
    config = yaml.safe_load((root / "config/config.yaml").read_text())
    turned = dict(reversed(list(config.items())))
    turned["detector"] = dict(reversed(list(config["detector"].items())))
    assert repr(with_defaults(turned, schema)) == repr(with_defaults(config, schema))


def rule_blocks(text: str) -> list[tuple[str, str]]:
    """Return header and body of each rule of a rules file, of nameless and derived ones too."""
    parts = re.split(r"^ *((?:use )?rule\b[^:]*):\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def test_rules_are_complete(root):
    """Every rule has a docstring, log and resources; no script reads the config."""
    seen = set()
    for path in sorted((root / "workflow/rules").glob("*.smk")):
        for header, block in rule_blocks(path.read_text()):
            seen.add(header)
            wanted = ["log:"]
            if header.startswith("rule"):
                assert '"""' in block, f"{path.name}: {header} has no docstring"
                wanted += ["resources:", "script:"]
            if "localrule: True" in block and "script:" not in block:
                continue
            for directive in wanted:
                assert directive in block, f"{path.name}: {header} has no {directive}"
    assert {"rule convert_video", "rule", "use rule train_run as train_leaking_run with"} <= seen
    for path in (root / "workflow/scripts").glob("*.py"):
        text = path.read_text()
        assert "snakemake.config" not in text
        assert len(text.splitlines()) <= 35, path.name


LONG = (
    "train_run",
    "train_model",
    "train_leaking_run",
    "evaluate_run",
    "evaluate_leaking_run",
    "evaluate_transfer",
    "train_extractor",
)
"""Rules whose jobs are long enough for a cluster job of their own."""


@pytest.mark.parametrize("name", ["slurm", "slurm-generic", "kubernetes"])
def test_every_short_job_shares_a_cluster_job_and_none_with_another_video(root, name):
    profile = yaml.safe_load((root / f"profiles/{name}/config.v9+.yaml").read_text())
    command = [str(SNAKEMAKE), "--list-rules"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    texts = [path.read_text() for path in (root / "workflow/rules").glob("*.smk")]
    blocks = dict(block for text in texts for block in rule_blocks(text))
    local = {header[5:] for header, block in blocks.items() if "localrule: True" in block}
    submitted = set(re.findall(r"^\w+", listed, re.MULTILINE)) - local - {"main"}
    assert {*profile["groups"], *LONG} == submitted
    assert set(profile["group-components"]) <= set(profile["groups"].values())
    of_a_video = {"video", "alignment", "predictions"}
    assert not of_a_video & set(profile["group-components"])


def test_a_run_that_is_not_configured_is_one_line(shipped):
    done = shipped.run("-n", "results/runs/au/lr1e-4_update3_alpha0.9/scores.csv", check=False)
    assert done.returncode == 1
    (line,) = auva_lines(done.stdout)
    assert line.startswith("auva: unknown run 'lr1e-4_update3_alpha0.9' of experiment 'au' (did")
    assert "Traceback" not in done.stdout
