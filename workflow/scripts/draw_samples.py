"""Draw the sample grids of one run."""

from pathlib import Path
from typing import TYPE_CHECKING

from auva.figures import sample_grid
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    sample_grid(
        Path(snakemake.input.checkpoints).parent,
        snakemake.params.run,
        snakemake.output.png,
        snakemake.output.svg,
    )
