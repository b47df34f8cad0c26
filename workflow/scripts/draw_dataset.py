"""Draw what the sets of the dataset hold."""

from auva.figures.dataset import draw_dataset
from auva.samples import read_sample_sheet
from auva.workflow.stage import stage

with stage(snakemake):
    videos = read_sample_sheet(snakemake.params.sheet)
    out = snakemake.output
    draw_dataset(
        list(videos.values()),
        dict(zip(sorted(videos), snakemake.input.labels, strict=True)),
        snakemake.input.split,
        snakemake.input.published,
        (out.shares, out.shares_svg),
        (out.histograms, out.histograms_svg),
        (out.plane, out.plane_svg),
        snakemake.params.keep_frames_without_au,
    )
