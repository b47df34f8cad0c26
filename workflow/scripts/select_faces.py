"""Keep at most one face per frame of one video."""

from typing import TYPE_CHECKING

from auva.faces import select_faces
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    select_faces(
        snakemake.input.detections,
        snakemake.input.manifest,
        snakemake.output.track,
        snakemake.params.cfg,
        snakemake.params.overrides,
    )
