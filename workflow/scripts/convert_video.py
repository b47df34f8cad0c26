"""Convert one video to constant 30 frames/s."""

from auva.video.conversion import convert
from auva.workflow.stage import stage

with stage(snakemake):
    convert(
        source=snakemake.input.video,
        mp4=snakemake.output.video,
        manifest=snakemake.output.manifest,
        timestamps=snakemake.output.timestamps,
        stream=snakemake.params.stream,
        fps=snakemake.params.fps,
        cfg=snakemake.params.cfg,
        threads=snakemake.threads,
    )
