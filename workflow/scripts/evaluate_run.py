"""Score every checkpoint of one run."""

from pathlib import Path

from auva.evaluation.checkpoints import pack_chosen
from auva.evaluation.run import evaluate
from auva.workflow.stage import stage

with stage(snakemake):
    folder = Path(snakemake.input.checkpoints).parent
    evaluate(
        run_dir=folder,
        dataset_h5=snakemake.input.data,
        scores_csv=snakemake.output.scores,
        held_out_csv=snakemake.output.held_out,
        cfg=snakemake.params.cfg,
        threads=snakemake.threads,
    )
    pack_chosen(folder, held_out_csv=snakemake.output.held_out, path=snakemake.output.chosen)
