"""Write the image quality of all runs."""

from auva.quality.table import write_quality
from auva.workflow.stage import stage

with stage(snakemake):
    write_quality(
        runs=snakemake.params.runs,
        measured=snakemake.input.quality,
        csv=snakemake.output.csv,
        markdown_path=snakemake.output.markdown,
        html_path=snakemake.output.html,
    )
