"""Describe a finished run as an RO-Crate."""

from auva.workflow.crate import write_crate
from auva.workflow.stage import stage

with stage(snakemake):
    write_crate(
        files=[str(path) for path in snakemake.input],
        out_json=snakemake.output.crate,
        licence=snakemake.params.licence,
        datasheet=snakemake.params.datasheet,
    )
