"""Score a run on the faces of another corpus."""

from pathlib import Path

from auva.evaluation.elsewhere import evaluate_elsewhere
from auva.evaluation.settings import Settings
from auva.workflow.stage import stage

with stage(snakemake):
    evaluate_elsewhere(
        run_dir=Path(snakemake.input.config).parent,
        faces_h5=snakemake.input.data,
        out_csv=snakemake.output.scores,
        chosen_json=snakemake.input.chosen,
        settings=Settings.read(snakemake.params.cfg),
        names_are_shared=snakemake.params.names_are_shared,
    )
