"""Write how the annotations of all videos met their frames."""

from typing import TYPE_CHECKING

from auva.tables.alignment import write_alignment
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    write_alignment(
        snakemake.input.reports,
        snakemake.output.csv,
        snakemake.output.markdown,
        snakemake.output.html,
    )
