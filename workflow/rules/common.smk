"""Configuration, sample sheet and wildcards: what every other rules file uses.

in   config/config.yaml, overlays, the sample sheet named by `videos`
out  config (checked, defaults filled), CORPUS, RUNS, COMPARISON
"""

import atexit
import gc
import shlex
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from snakemake.sourcecache import LocalSourceFile

from auva.digest import code_digest
from auva.dpm.settings import MODEL_FILE
from auva.errors import InputError
from auva.files import remove_leftovers
from auva.workflow.cluster import check_slurm, requested_partitions
from auva.workflow.configuration import (
    check_files,
    checked,
    read_schema,
)
from auva.workflow.deploy import kept_copy
from auva.workflow.engine import drop_default_limit, judge_failures, read_logs_of_pods
from auva.landmarks.task import PLACE
from auva.workflow.guard import folders_written, reserve
from auva.models.gan.datasets import DIGITS, FETCHED
from auva.workflow.paths import collapsed, normalised
from auva.workflow.plan import (
    Corpus,
    demo_containers,
    detector_calibration,
    detector_model,
    digits_inputs,
    sources,
    without,
)
from auva.workflow.comparison import Comparison
from auva.workflow.runs import Runs
from auva.workflow.store import Store, disk_of
from auva.workflow.travel import send_along
from auva.workflow.unfinished import forget_finished

# A plan is millions of objects that live to its end: looking for garbage among them is in vain.
gc.disable()

# Snakemake puts the interpreter's path into shell commands without quotes.
sys.executable = shlex.quote(sys.executable)

BEGUN = time.time()
DISK = disk_of(workflow)
STORED = isinstance(DISK, Store)
schema = read_schema(workflow.source_path("../schemas/config.schema.yaml"))
try:
    check_files(workflow.configfiles)
    config = checked(config, schema, DISK.exists)
    # Tab completion writes `results-mine/`; targets are compared as text.
    config["results"] = collapsed(config["results"])
    config["videos"] = normalised(config["videos"])
    CORPUS = Corpus(config["videos"], config["selection"]["overrides"], DISK)
    # Snakemake reads its targets after the rules, and has no line of its own for this.
    CORPUS.check_targets(sys.argv[1:], config["results"])
    RUNS = Runs(config, DISK.exists)
    COMPARISON = Comparison(config, RUNS)
except InputError as error:
    sys.exit(f"auva: {error}")


SOURCES = workflow.current_basedir.join("../..")
# What is read while a plan is made, or by a job without being copied to the store.
READ_HERE = (
    "workflow/schemas/config.schema.yaml",
    "resources/published/published_scores.csv",
    "resources/published/published_dataset.yaml",
    "resources/published/other_work.csv",
)


def of_workflow(path):
    """Return the path of a file of the workflow: in its folder, or in a copy of a remote module's.

    The working directory is another one where the workflow is used as a module.
    """
    source = SOURCES.join(path)
    if isinstance(source, LocalSourceFile):
        return normalised(source.get_path_or_uri(secret_free=True))
    return kept_copy(path, workflow.sourcecache.open(source).read())


if STORED and not workflow.remote_exec:
    try:
        send_along(
            workflow,
            [config["videos"], config["selection"]["overrides"]],
            map(of_workflow, READ_HERE),
        )
    except InputError as error:
        sys.exit(f"auva: {error}")


def code_of(script):
    """Return the digest of a rule's script and of the modules of auva that it executes.

    It replaces Snakemake's own code trigger, which compares the date of the script.
    """
    return code_digest(Path(of_workflow(f"workflow/scripts/{script}.py")))


def first_page():
    """Return the text of the report's first page: a summary of the results when one is made."""
    making = any(word.partition("=")[0] == "--report" for word in sys.argv)
    if STORED or not making:
        return "report/workflow.rst"
    from auva.workflow.summary import write_summary

    try:
        runs = [f"{run.experiment}/{run.name}" for run in RUNS.all()]
        return write_summary(config["results"], config["videos"], CORPUS.ids, runs)
    except InputError as error:
        sys.exit(f"auva: {error}")


# What `--sdm apptainer` runs the jobs in.
container: config["container_image"]


pathvars:
    results=config["results"],
    logs="<results>/logs",


wildcard_constraints:
    video=r"[A-Za-z0-9_-]+",
    experiment=r"[a-z0-9_]+",
    run=r"[A-Za-z0-9_.-]+",
    size=r"\d+",
    table=r"[a-z0-9_]+",


# What a run does at its end, the last entry first. At the end of the process it would be too late for
# a store, whose client needs threads; there it is done for what was interrupted.
AT_END = ExitStack()
atexit.register(AT_END.close)


onstart:
    try:
        for folder in folders_written(workflow, config["results"], DISK):
            AT_END.callback(reserve(folder, DISK).close)
        if STORED:
            AT_END.callback(forget_finished, workflow, DISK)
        partitions = requested_partitions(workflow.resource_settings)
        executor = workflow.executor_plugin.name
        if executor == "slurm" or (executor == "cluster-generic" and partitions):
            check_slurm(partitions)
        drop_default_limit(workflow)
        judge_failures(workflow, DISK)
        read_logs_of_pods(workflow)
    except InputError as error:
        sys.exit(f"auva: {error}")


onsuccess:
    # what killed runs left half written; this run holds the folders
    for folder in folders_written(workflow, config["results"], DISK):
        remove_leftovers(folder, BEGUN)
    AT_END.close()


onerror:
    AT_END.close()
