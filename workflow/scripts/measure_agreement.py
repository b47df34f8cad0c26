"""Measure how far several annotators agree."""

from auva.agreement.table import measure
from auva.workflow.stage import stage

with stage(snakemake):
    measure(
        snakemake.params.rows,
        snakemake.input.manifests,
        snakemake.input.timestamps,
        snakemake.params.cfg,
        snakemake.output.csv,
        snakemake.params.action_units,
    )
