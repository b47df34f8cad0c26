"""Draw the F1 of each Action Unit."""

from auva.figures.bars import action_unit_bars
from auva.workflow.stage import stage

with stage(snakemake):
    action_unit_bars(
        experiment=snakemake.params.experiment,
        runs=snakemake.params.runs,
        scores=snakemake.input.scores,
        chosen=snakemake.input.chosen,
        held_out=snakemake.input.held_out,
        published_csv=snakemake.input.published,
        png=snakemake.output.png,
        svg=snakemake.output.svg,
    )
