"""Write the effect of identity leakage."""

from auva.tables.leakage import write_leakage
from auva.workflow.stage import stage

with stage(snakemake):
    write_leakage(
        runs=snakemake.params.runs,
        identity=(
            snakemake.input.identity_scores,
            snakemake.input.identity_chosen,
            snakemake.input.identity_held_out,
        ),
        random_frames=(
            snakemake.input.random_scores,
            snakemake.input.random_chosen,
            snakemake.input.random_held_out,
        ),
        csv=snakemake.output.csv,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
    )
