"""Measure how far several annotators agree."""

from auva.agreement.table import measure
from auva.workflow.stage import stage

with stage(snakemake):
    measure(
        rows=snakemake.params.rows,
        annotations=snakemake.input.annotations,
        manifests=snakemake.input.manifests,
        timestamps=snakemake.input.timestamps,
        cfg=snakemake.params.cfg,
        csv=snakemake.output.csv,
    )
