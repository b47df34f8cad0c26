"""Draw the losses and the scores of one run."""

from auva.figures.losses import loss_curves, score_curves
from auva.workflow.stage import stage

with stage(snakemake):
    loss_curves(
        run=snakemake.params.run,
        history_csv=snakemake.input.history,
        png=snakemake.output.losses,
        svg=snakemake.output.losses_svg,
    )
    score_curves(
        run=snakemake.params.run,
        scores_csv=snakemake.input.scores,
        chosen_json=snakemake.input.chosen,
        png=snakemake.output.scores,
        svg=snakemake.output.scores_svg,
    )
