"""Keep at most one face per frame of one video and cut the kept faces out."""

from typing import TYPE_CHECKING

from auva.faces import crop_faces, select_faces
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    select_faces(
        snakemake.input.detections,
        snakemake.input.manifest,
        snakemake.output.track,
        snakemake.params.selection,
        snakemake.params.overrides,
    )
    crop_faces(
        snakemake.input.video,
        snakemake.output.track,
        snakemake.output.crops,
        snakemake.output.sheet,
        snakemake.params.crops,
    )
