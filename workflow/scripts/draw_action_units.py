"""Draw the F1 of each Action Unit."""

from typing import TYPE_CHECKING

from auva.figures import action_unit_bars
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    action_unit_bars(
        snakemake.params.experiment,
        snakemake.params.runs,
        snakemake.input.scores,
        snakemake.input.chosen,
        snakemake.input.held_out,
        snakemake.input.published,
        snakemake.output.png,
        snakemake.output.svg,
    )
