"""Train one run of one experiment."""

from pathlib import Path
from typing import TYPE_CHECKING

from auva.models.training import train
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    train(
        snakemake.params.run,
        snakemake.input.data,
        Path(snakemake.output.config).parent,
        threads=snakemake.threads,
    )
