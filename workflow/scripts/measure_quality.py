"""Measure the generated images of one run."""

from pathlib import Path

from auva.quality.measure import measure
from auva.quality.settings import QualitySettings
from auva.workflow.stage import stage

with stage(snakemake):
    measure(
        run_dir=Path(snakemake.input.config).parent,
        dataset_h5=snakemake.input.data,
        extractor=snakemake.input.extractor,
        path=snakemake.output.quality,
        settings=QualitySettings.read(snakemake.params.cfg),
        threads=snakemake.threads,
    )
