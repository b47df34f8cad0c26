"""Write what a random split of frames is worth."""

from typing import TYPE_CHECKING

from auva.tables import write_leakage
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    write_leakage(
        snakemake.params.runs,
        (
            snakemake.input.identity_scores,
            snakemake.input.identity_chosen,
            snakemake.input.identity_held_out,
        ),
        (
            snakemake.input.random_scores,
            snakemake.input.random_chosen,
            snakemake.input.random_held_out,
        ),
        snakemake.output.csv,
        snakemake.output.markdown,
        snakemake.output.html,
    )
