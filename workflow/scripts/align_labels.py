"""Join annotations and the kept face of each frame of one video."""

from typing import TYPE_CHECKING

from auva.alignment import align
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    align(
        snakemake.wildcards.video,
        snakemake.input.manifest,
        snakemake.input.track,
        out_csv=snakemake.output.labels,
        out_json=snakemake.output.report,
        cfg=snakemake.params.cfg,
        timestamps_csv=snakemake.input.timestamps,
        **snakemake.params.row,
    )
