"""Find every face in every frame of one video."""

from typing import TYPE_CHECKING

from auva.faces import detect_faces
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    detect_faces(
        snakemake.input.video,
        snakemake.output.detections,
        snakemake.params.cfg,
        snakemake.input.get("model") or None,
        threads=snakemake.threads,
        manifest_csv=snakemake.input.manifest,
    )
