"""Draw the losses of one run."""

from typing import TYPE_CHECKING

from auva.figures import loss_curves
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    loss_curves(
        snakemake.params.run,
        snakemake.input.history,
        snakemake.output.losses,
        snakemake.output.losses_svg,
    )
