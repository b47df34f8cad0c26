"""Write the image quality of all runs."""

from typing import TYPE_CHECKING

from auva.quality.table import write_quality
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    write_quality(
        snakemake.params.runs,
        snakemake.input.quality,
        snakemake.output.csv,
        snakemake.output.markdown,
        snakemake.output.html,
    )
