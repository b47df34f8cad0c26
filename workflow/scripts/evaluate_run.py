"""Score every checkpoint of one run."""

from pathlib import Path

from auva.evaluation.stage import evaluate
from auva.records.checkpoints import pack_chosen
from auva.workflow.stage import stage

with stage(snakemake):
    folder = Path(snakemake.input.checkpoints).parent
    evaluate(
        run_dir=folder,
        dataset_h5=snakemake.input.data,
        scores_csv=snakemake.output.scores,
        chosen_json=snakemake.output.chosen,
        held_out_csv=snakemake.output.held_out,
        bootstrap_csv=snakemake.output.bootstrap,
        cfg=snakemake.params.cfg,
        threads=snakemake.threads,
        protocol=snakemake.params.protocol,
        history_csv=snakemake.input.history,
    )
    pack_chosen(folder, chosen_json=snakemake.output.chosen, path=snakemake.output.checkpoint)
