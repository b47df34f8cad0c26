"""Configuration, sample sheet and wildcards, which all other rules files use.

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

# The DAG keeps millions of live objects, among which cyclic garbage collection only costs time.
gc.disable()

# Snakemake inserts the interpreter's path into shell commands without quotes.
sys.executable = shlex.quote(sys.executable)

BEGUN = time.time()
DISK = disk_of(workflow)
STORED = isinstance(DISK, Store)
schema = read_schema(workflow.source_path("../schemas/config.schema.yaml"))
try:
    check_files(workflow.configfiles)
    config = checked(config, schema, DISK.exists)
    # Tab completion writes `results-mine/`, but targets are compared as text.
    config["results"] = collapsed(config["results"])
    config["videos"] = normalised(config["videos"])
    CORPUS = Corpus(config["videos"], config["selection"]["overrides"], DISK)
    # Snakemake checks its targets after the rules and gives no clear message for this error.
    CORPUS.check_targets(sys.argv[1:], config["results"])
    RUNS = Runs(config, DISK.exists)
    COMPARISON = Comparison(config, RUNS)
except InputError as error:
    sys.exit(f"auva: {error}")


SOURCES = workflow.current_basedir.join("../..")
# Files that are read during planning, or by jobs without a copy in the store.
READ_HERE = (
    "workflow/schemas/config.schema.yaml",
    "resources/published/published_scores.csv",
    "resources/published/published_dataset.yaml",
    "resources/published/other_work.csv",
)


def of_workflow(path):
    """Return the path of a file of the workflow, or of its copy if the workflow is a remote module.

    If the workflow is used as a module, its folder is not the working directory.
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
    """Return the digest of a rule's script and of the modules of auva that it imports.

    It replaces Snakemake's code trigger, which compares the date of the script.
    """
    return code_digest(Path(of_workflow(f"workflow/scripts/{script}.py")))


def first_page():
    """Return the path of the report's first page: a summary of the results if a report is made."""
    making = any(word.partition("=")[0] == "--report" for word in sys.argv)
    if STORED or not making:
        return "report/workflow.rst"
    from auva.workflow.summary import write_summary

    try:
        runs = [f"{run.experiment}/{run.name}" for run in RUNS.all()]
        return write_summary(config["results"], config["videos"], CORPUS.ids, runs)
    except InputError as error:
        sys.exit(f"auva: {error}")


# The image for `--sdm apptainer`.
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


# Actions at the end of a run, the last entry first. `onsuccess` and `onerror` call them, because a
# store's client needs threads, which the end of the process no longer allows. `atexit` calls them
# for a run that was interrupted.
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
    # Temporary files of killed runs are removed; this run has locked the folders.
    for folder in folders_written(workflow, config["results"], DISK):
        remove_leftovers(folder, BEGUN)
    AT_END.close()


onerror:
    AT_END.close()
