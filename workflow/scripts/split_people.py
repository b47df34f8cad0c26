"""Divide the people into training, validation and test."""

from auva.samples import read_sample_sheet
from auva.splits.stage import split
from auva.workflow.stage import stage

with stage(snakemake):
    videos = read_sample_sheet(snakemake.params.sheet)
    split(
        list(videos.values()),
        dict(zip(sorted(videos), snakemake.input.labels, strict=True)),
        snakemake.output.split,
        snakemake.output.certificate,
        snakemake.params.cfg,
        snakemake.params.seed,
        snakemake.params.keep_frames_without_au,
    )
