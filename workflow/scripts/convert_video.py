"""Convert one video to constant 30 frames/s."""

from typing import TYPE_CHECKING

from auva.video import convert
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    convert(
        snakemake.input.video,
        snakemake.output.video,
        snakemake.output.manifest,
        snakemake.params.cfg,
        threads=snakemake.threads,
        timestamps=snakemake.output.timestamps,
        stream=snakemake.params.stream,
        fps=snakemake.params.fps,
    )
