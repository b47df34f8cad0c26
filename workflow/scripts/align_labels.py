"""Join annotations and the kept face of each frame of one video."""

from auva.alignment.labels import align
from auva.workflow.inputs import as_seen
from auva.workflow.stage import stage

with stage(snakemake):
    align(
        video=snakemake.wildcards.video,
        manifest_csv=snakemake.input.manifest,
        timestamps_csv=snakemake.input.timestamps,
        track_csv=snakemake.input.track,
        out_csv=snakemake.output.labels,
        out_json=snakemake.output.report,
        cfg=snakemake.params.cfg,
        action_units=snakemake.params.action_units,
        keep_frames_without_au=snakemake.params.keep_frames_without_au,
        **as_seen(snakemake.params.row, snakemake.input),
    )
