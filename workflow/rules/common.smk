"""Configuration, sample sheet and wildcards: what every other rules file uses.

in   config/config.yaml, overlays, the sample sheet named by `videos`
out  config (checked, defaults filled), CORPUS, RUNS
"""

import gc
import sys
import time

from auva.digest import code_digest
from auva.errors import InputError
from auva.files import remove_leftovers
from auva.workflow.cluster import check_slurm, requested_partitions
from auva.workflow.configuration import (
    check,
    read_schema,
    with_defaults,
    without_dropped,
)
from auva.workflow.guard import reserve
from auva.gan.datasets import DIGITS, FETCHED
from auva.workflow.plan import (
    Corpus,
    demo_containers,
    detector_calibration,
    detector_model,
    digits_folder,
    digits_inputs,
    present,
    without,
)
from auva.workflow.runs import Runs

# A plan is millions of objects that live to its end: looking for garbage among them is in vain.
gc.disable()

BEGUN = time.time()
schema = read_schema(workflow.source_path("../schemas/config.schema.yaml"))
try:
    config = without_dropped(config)
    check(config, schema)
    config = with_defaults(config, schema)
    CORPUS = Corpus(config["videos"], config["selection"]["overrides"])
    RUNS = Runs(config)
except InputError as error:
    sys.exit(f"auva: {error}")


pathvars:
    results=config["results"],
    logs="<results>/logs",
    benchmarks="<results>/benchmarks",


wildcard_constraints:
    video=r"[A-Za-z0-9_-]+",
    experiment=r"[a-z0-9_]+",
    run=r"[A-Za-z0-9_.-]+",
    size=r"\d+",
    table=r"[a-z0-9_]+",


# Hooks run as functions: what they name is gone at their end, and a closed file holds no lock.
RESERVED = []


onstart:
    try:
        RESERVED.append(reserve(config["results"]))
        partitions = requested_partitions(workflow.resource_settings)
        executor = workflow.executor_plugin.name
        if executor == "slurm" or (executor == "cluster-generic" and partitions):
            check_slurm(partitions)
    except InputError as error:
        sys.exit(f"auva: {error}")


onsuccess:
    # what killed runs left half written; this run holds the folder
    remove_leftovers(config["results"], BEGUN)
