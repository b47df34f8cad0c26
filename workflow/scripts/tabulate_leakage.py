"""Write what a random split of frames is worth."""

from auva.tables.leakage import write_leakage
from auva.workflow.stage import stage

with stage(snakemake):
    write_leakage(
        runs=snakemake.params.runs,
        identity_scores=snakemake.input.identity_scores,
        identity_held_out=snakemake.input.identity_held_out,
        random_scores=snakemake.input.random_scores,
        random_held_out=snakemake.input.random_held_out,
        csv=snakemake.output.csv,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
    )
