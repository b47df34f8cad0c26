"""Write every held-out score of all runs."""

from auva.tables.details import write_details
from auva.workflow.stage import stage

with stage(snakemake):
    write_details(
        kind=snakemake.params.kind,
        runs=snakemake.params.runs,
        scores=snakemake.input.scores,
        chosen=snakemake.input.chosen,
        held_out=snakemake.input.held_out,
        csv=snakemake.output.csv,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
    )
