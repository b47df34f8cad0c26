"""Join annotations and the kept face of each frame of one video."""

from auva.alignment.labels import align
from auva.workflow.stage import stage

with stage(snakemake):
    align(
        snakemake.wildcards.video,
        snakemake.input.manifest,
        snakemake.input.track,
        out_csv=snakemake.output.labels,
        out_json=snakemake.output.report,
        cfg=snakemake.params.cfg,
        action_units=snakemake.params.action_units,
        timestamps_csv=snakemake.input.timestamps,
        **snakemake.params.row,
    )
