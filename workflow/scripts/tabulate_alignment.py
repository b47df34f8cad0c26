"""Write the table of the alignment of all annotations."""

from auva.tables.alignment import write_alignment
from auva.workflow.stage import stage

with stage(snakemake):
    write_alignment(
        reports=snakemake.input.reports,
        csv=snakemake.output.csv,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
    )
