"""Draw the agreement of several annotators."""

from auva.agreement.picture import draw_agreement
from auva.workflow.stage import stage

with stage(snakemake):
    draw_agreement(
        csv=snakemake.input.csv,
        png=snakemake.output.png,
        svg=snakemake.output.svg,
    )
