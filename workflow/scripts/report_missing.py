"""Tell which files of the sample sheet are not there, and fail."""

from typing import TYPE_CHECKING

from auva.workflow.stage import refuse, stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    refuse(snakemake.params.lines)
