"""Write the scores of every run on other corpora."""

from auva.tables.transfer import write_transfer
from auva.workflow.stage import stage

with stage(snakemake):
    write_transfer(
        pairs=snakemake.params.pairs,
        scores=snakemake.input.scores,
        held_out=snakemake.input.held_out,
        csv=snakemake.output.csv,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
    )
