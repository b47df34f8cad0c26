"""Score every checkpoint of one run."""

from pathlib import Path
from typing import TYPE_CHECKING

from auva.evaluation.stage import evaluate
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    evaluate(
        Path(snakemake.input.checkpoints).parent,
        snakemake.input.data,
        snakemake.output.scores,
        snakemake.output.chosen,
        snakemake.output.held_out,
        snakemake.params.cfg,
        threads=snakemake.threads,
    )
