"""Draw the losses and the scores of one run."""

from auva.figures.losses import loss_curves, score_curves
from auva.workflow.stage import stage

with stage(snakemake):
    loss_curves(
        history_csv=snakemake.input.history,
        png=snakemake.output.losses,
        svg=snakemake.output.losses_svg,
        title=snakemake.params.title,
    )
    score_curves(
        scores_csv=snakemake.input.scores,
        held_out_csv=snakemake.input.held_out,
        png=snakemake.output.scores,
        svg=snakemake.output.scores_svg,
        title=snakemake.params.title,
    )
