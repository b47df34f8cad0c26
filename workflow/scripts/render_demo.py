"""Render one video of the demo corpus."""

from auva.demo.render import render_video
from auva.workflow.stage import stage

with stage(snakemake):
    render_video(
        video_id=snakemake.wildcards.video,
        cfg=snakemake.params.cfg,
        seed=snakemake.params.seed,
        video_path=snakemake.output.video,
        au_path=snakemake.output.au,
        va_path=snakemake.output.va,
        truth_path=snakemake.output.truth,
    )
