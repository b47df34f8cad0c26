"""Score the predictions of another tool."""

from pathlib import Path

from auva.evaluation.peers import evaluate_peer
from auva.workflow.stage import stage

with stage(snakemake):
    evaluate_peer(
        **snakemake.params.peer,
        faces_h5=snakemake.input.data,
        manifests=Path(snakemake.input.manifests[0]).parent,
        scores_csv=snakemake.output.scores,
        bootstraps=(snakemake.output.as_given, snakemake.output.tuned),
        cfg=snakemake.params.cfg,
    )
