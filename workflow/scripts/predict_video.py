"""Predict the labels of one video's faces."""

from pathlib import Path

from auva.prediction.table import predict_faces
from auva.workflow.stage import stage

with stage(snakemake):
    predict_faces(
        run_dir=Path(snakemake.input.run).parent,
        chosen_json=snakemake.input.chosen,
        crops_h5=snakemake.input.crops,
        track_csv=snakemake.input.track,
        manifest_csv=snakemake.input.manifest,
        out_csv=snakemake.output.predictions,
        threads=snakemake.threads,
    )
