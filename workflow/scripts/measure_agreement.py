"""Measure how far several annotators agree."""

from typing import TYPE_CHECKING

from auva.agreement.table import measure
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    measure(
        snakemake.params.rows,
        snakemake.input.manifests,
        snakemake.input.timestamps,
        snakemake.params.cfg,
        snakemake.output.csv,
    )
