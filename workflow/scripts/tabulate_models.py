"""Write the table of all models."""

from pathlib import Path

from auva.tables.models import write_models
from auva.workflow.stage import stage

with stage(snakemake):
    write_models(
        runs=snakemake.params.runs,
        folders=[Path(path).parent for path in snakemake.input.configs],
        datasets=snakemake.input.data,
        peers=snakemake.params.peers,
        baseline=snakemake.params.baseline,
        csv=snakemake.output.csv,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
    )
