"""Join annotations and the kept face of each frame of one video."""

from auva.alignment.labels import align
from auva.samples import annotation_paths
from auva.workflow.stage import stage

with stage(snakemake):
    row = snakemake.params.row
    align(
        video=snakemake.wildcards.video,
        manifest_csv=snakemake.input.manifest,
        timestamps_csv=snakemake.input.timestamps,
        track_csv=snakemake.input.track,
        au=annotation_paths(snakemake.input.au, row["au_sizes"]),
        va=annotation_paths(snakemake.input.va, row["va_sizes"]),
        au_format=row["au_format"],
        va_format=row["va_format"],
        au_weights=row["au_weights"],
        va_weights=row["va_weights"],
        out_csv=snakemake.output.labels,
        out_json=snakemake.output.report,
        cfg=snakemake.params.cfg,
        keep_frames_without_au=snakemake.params.keep_frames_without_au,
    )
