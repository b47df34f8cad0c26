"""Draw the trajectory of one video in the valence-arousal plane."""

from auva.figures.trajectory import draw_trajectory
from auva.workflow.stage import stage

with stage(snakemake):
    draw_trajectory(
        mp4=snakemake.input.video,
        labels_csv=snakemake.input.labels,
        png=snakemake.output.png,
        svg=snakemake.output.svg,
        fps=snakemake.params.fps,
    )
