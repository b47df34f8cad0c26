"""Divide the people into training, validation and test."""

from auva.sheet import Recording
from auva.splits.stage import split
from auva.workflow.stage import stage

with stage(snakemake):
    people = [Recording(**row) for row in snakemake.params.people]
    labels = dict(zip((each.id for each in people), snakemake.input.labels, strict=True))
    split(
        samples=people,
        labels=labels,
        out_csv=snakemake.output.split,
        out_json=snakemake.output.certificate,
        cfg=snakemake.params.cfg,
        seed=snakemake.params.seed,
    )
