"""Write one score table of the thesis."""

from auva.tables.write import write_table
from auva.workflow.stage import stage

with stage(snakemake):
    write_table(
        name=snakemake.params.table,
        runs=snakemake.params.runs,
        scores=snakemake.input.scores,
        chosen=snakemake.input.chosen,
        held_out=snakemake.input.held_out,
        published_csv=snakemake.input.published,
        csv=snakemake.output.csv,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
    )
