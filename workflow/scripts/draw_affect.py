"""Draw CCC and MSE of valence and arousal."""

from auva.figures.bars import affect_bars
from auva.workflow.stage import stage

with stage(snakemake):
    affect_bars(
        runs=snakemake.params.runs,
        scores=snakemake.input.scores,
        chosen=snakemake.input.chosen,
        held_out=snakemake.input.held_out,
        published_csv=snakemake.input.published,
        others_csv=snakemake.input.others,
        png=snakemake.output.png,
        svg=snakemake.output.svg,
    )
