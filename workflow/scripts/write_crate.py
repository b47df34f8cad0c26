"""Describe a finished run as an RO-Crate."""

from pathlib import Path

from auva.workflow.crate import write_crate
from auva.workflow.provenance import records_at_hand
from auva.workflow.stage import stage

with stage(snakemake), records_at_hand(Path(snakemake.output.crate).parent) as name_of:
    write_crate(
        files=[name_of(path) for path in snakemake.input],
        out_json=name_of(snakemake.output.crate),
        licence=snakemake.params.licence,
        datasheet=snakemake.params.datasheet,
    )
