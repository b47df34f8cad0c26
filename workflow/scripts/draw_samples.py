"""Draw the sample grids of one run."""

from pathlib import Path

from auva.figures.sample_grid import sample_grid
from auva.workflow.stage import stage

with stage(snakemake):
    sample_grid(
        run_dir=Path(snakemake.input.checkpoints).parent,
        run=snakemake.params.run,
        png=snakemake.output.png,
        svg=snakemake.output.svg,
    )
