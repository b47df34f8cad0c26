"""Pack the selected faces of all videos."""

from typing import TYPE_CHECKING

from auva.dataset import pack
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    pack(
        snakemake.input.split,
        dict(zip(snakemake.params.videos, snakemake.input.crops, strict=True)),
        dict(zip(snakemake.params.videos, snakemake.input.labels, strict=True)),
        snakemake.output.faces,
        int(snakemake.params.size),
        snakemake.params.cfg,
        protocol=snakemake.params.protocol,
        seed=snakemake.params.seed,
    )
