"""Cut the kept faces of one video out."""

from typing import TYPE_CHECKING

from auva.faces import crop_faces
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    crop_faces(
        snakemake.input.video,
        snakemake.input.track,
        snakemake.output.crops,
        snakemake.output.sheet,
        snakemake.params.cfg,
    )
