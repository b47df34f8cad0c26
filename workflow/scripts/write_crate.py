"""Describe a finished run as an RO-Crate."""

from typing import TYPE_CHECKING

from auva.workflow.crate import write_crate
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    write_crate(
        [str(path) for path in snakemake.input],
        snakemake.output.crate,
        snakemake.params.licence,
        snakemake.params.datasheet,
    )
