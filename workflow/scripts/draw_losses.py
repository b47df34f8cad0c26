"""Draw the losses of one run."""

from auva.figures.losses import loss_curves
from auva.workflow.stage import stage

with stage(snakemake):
    loss_curves(
        run=snakemake.params.run,
        history_csv=snakemake.input.history,
        png=snakemake.output.losses,
        svg=snakemake.output.losses_svg,
    )
