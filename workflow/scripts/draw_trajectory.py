"""Draw one video's way through the valence-arousal plane."""

from typing import TYPE_CHECKING

from auva.figures.trajectory import draw_trajectory
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    draw_trajectory(
        snakemake.input.video,
        snakemake.input.labels,
        snakemake.output.png,
        snakemake.output.svg,
        snakemake.params.fps,
    )
