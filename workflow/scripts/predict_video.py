"""Predict one video's faces."""

from pathlib import Path
from typing import TYPE_CHECKING

from auva.prediction import predict_faces
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    predict_faces(
        Path(snakemake.input.run).parent,
        snakemake.input.chosen,
        snakemake.input.crops,
        snakemake.input.track,
        snakemake.input.manifest,
        snakemake.output.predictions,
        threads=snakemake.threads,
    )
