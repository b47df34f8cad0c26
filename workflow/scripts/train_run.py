"""Train one run of one experiment."""

from pathlib import Path

from auva.archive import pack_run
from auva.models.training import train
from auva.workflow.stage import stage
from auva.workflow.unfinished import kept_in_store

with stage(snakemake):
    folder = Path(snakemake.output.config).parent
    with kept_in_store(folder):
        train(
            run=snakemake.params.run,
            dataset_h5=snakemake.input.data,
            out_dir=folder,
            threads=snakemake.threads,
            protocol=snakemake.params.protocol,
            files=list(snakemake.input.files),
        )
    pack_run(folder, outputs=list(snakemake.output), path=snakemake.output.archive)
