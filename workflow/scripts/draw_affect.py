"""Draw CCC and MSE of valence and arousal."""

from typing import TYPE_CHECKING

from auva.figures import affect_bars
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    affect_bars(
        snakemake.params.runs,
        snakemake.input.scores,
        snakemake.input.chosen,
        snakemake.input.held_out,
        snakemake.input.published,
        snakemake.output.png,
        snakemake.output.svg,
        snakemake.input.others,
    )
