"""Train the feature extractor of one dataset."""

from auva.quality.extractor import train_extractor
from auva.quality.settings import QualitySettings
from auva.workflow.stage import stage

with stage(snakemake):
    train_extractor(
        dataset_h5=snakemake.input.data,
        path=snakemake.output.extractor,
        size=snakemake.params.size,
        settings=QualitySettings.read(snakemake.params.cfg),
        threads=snakemake.threads,
    )
