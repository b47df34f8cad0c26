"""Draw the comparison of all models."""

from pathlib import Path

from auva.figures.models import draw_models
from auva.workflow.stage import stage

with stage(snakemake):
    draw_models(
        runs=snakemake.params.runs,
        folders=[Path(path).parent for path in snakemake.input.configs],
        peers=snakemake.params.peers,
        baseline=snakemake.params.baseline,
        png=snakemake.output.png,
        svg=snakemake.output.svg,
    )
