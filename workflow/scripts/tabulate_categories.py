"""Write the accuracy of the categorical GANs."""

from typing import TYPE_CHECKING

from auva.tables import write_categories
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    write_categories(
        snakemake.params.runs,
        snakemake.input.scores,
        snakemake.input.chosen,
        snakemake.input.held_out,
        snakemake.output.csv,
        snakemake.output.markdown,
        snakemake.output.html,
    )
