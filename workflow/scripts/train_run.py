"""Train one run of one experiment."""

from pathlib import Path

from auva.models.training import train
from auva.workflow.stage import stage

with stage(snakemake):
    train(
        run=snakemake.params.run,
        dataset_h5=snakemake.input.data,
        out_dir=Path(snakemake.output.config).parent,
        threads=snakemake.threads,
        protocol=snakemake.params.protocol,
    )
