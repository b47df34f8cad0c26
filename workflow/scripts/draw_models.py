"""Draw every model side by side."""

from auva.figures.models import draw_models
from auva.workflow.stage import stage

with stage(snakemake):
    draw_models(
        runs=snakemake.params.runs,
        folders=snakemake.params.folders,
        peers=snakemake.params.peers,
        baseline=snakemake.params.baseline,
        png=snakemake.output.png,
        svg=snakemake.output.svg,
    )
