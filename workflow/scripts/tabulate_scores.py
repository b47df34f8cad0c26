"""Write one score table of the thesis."""

from typing import TYPE_CHECKING

from auva.tables import write_table
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    write_table(
        snakemake.params.table,
        snakemake.params.runs,
        snakemake.input.scores,
        snakemake.input.chosen,
        snakemake.input.held_out,
        snakemake.input.published,
        snakemake.output.csv,
        snakemake.output.markdown,
        snakemake.output.html,
    )
