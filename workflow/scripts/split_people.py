"""Divide the people into training, validation and test."""

from typing import TYPE_CHECKING

from auva.samples import read_sample_sheet
from auva.splits import split
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

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
