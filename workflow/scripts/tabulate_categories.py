"""Write the accuracy of the categorical GANs."""

from auva.tables.categories import write_categories
from auva.workflow.stage import stage

with stage(snakemake):
    write_categories(
        runs=snakemake.params.runs,
        scores=snakemake.input.scores,
        chosen=snakemake.input.chosen,
        held_out=snakemake.input.held_out,
        csv=snakemake.output.csv,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
    )
