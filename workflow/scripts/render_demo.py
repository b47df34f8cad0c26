"""Render one video of the demo corpus."""

from typing import TYPE_CHECKING

from auva.demo import render_video
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    render_video(
        snakemake.wildcards.video,
        snakemake.params.cfg,
        snakemake.params.seed,
        snakemake.output.video,
        snakemake.output.au,
        snakemake.output.va,
        snakemake.output.truth,
    )
