"""Write every held-out number of all runs."""

from typing import TYPE_CHECKING

from auva.tables import write_details
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    write_details(
        snakemake.params.kind,
        snakemake.params.runs,
        snakemake.input.scores,
        snakemake.input.chosen,
        snakemake.input.held_out,
        snakemake.output.csv,
        snakemake.output.markdown,
        snakemake.output.html,
    )
