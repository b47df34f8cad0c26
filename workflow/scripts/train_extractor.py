"""Train the feature extractor of one dataset."""

from typing import TYPE_CHECKING

from auva.quality import settings
from auva.quality.extractor import train_extractor
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    train_extractor(
        snakemake.input.data,
        snakemake.output.extractor,
        snakemake.params.size,
        settings.read(snakemake.params.cfg),
        snakemake.threads,
    )
