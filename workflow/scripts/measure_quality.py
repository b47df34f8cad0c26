"""Measure the generated images of one run."""

from pathlib import Path
from typing import TYPE_CHECKING

from auva.quality import settings
from auva.quality.measure import measure
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    measure(
        Path(snakemake.input.config).parent,
        snakemake.input.data,
        snakemake.input.extractor,
        snakemake.output.quality,
        settings.read(snakemake.params.cfg),
        snakemake.threads,
    )
