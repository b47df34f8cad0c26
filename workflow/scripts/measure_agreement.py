"""Measure the agreement of several annotators."""

from auva.agreement.table import measure
from auva.workflow.inputs import as_seen
from auva.workflow.stage import stage

with stage(snakemake):
    measure(
        rows={
            video: as_seen(row, snakemake.input.annotations)
            for video, row in snakemake.params.rows.items()
        },
        manifests=snakemake.input.manifests,
        timestamps=snakemake.input.timestamps,
        cfg=snakemake.params.cfg,
        csv=snakemake.output.csv,
        action_units=snakemake.params.action_units,
    )
