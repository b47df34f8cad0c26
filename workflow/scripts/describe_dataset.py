"""Write the Croissant metadata and the datasheet of the packed dataset."""

from auva.dataset.datasheet import describe_dataset
from auva.samples import read_sample_sheet
from auva.workflow.stage import stage

with stage(snakemake):
    videos = read_sample_sheet(snakemake.params.sheet)
    describe_dataset(
        list(videos.values()),
        dict(zip(sorted(videos), snakemake.input.labels, strict=True)),
        list(snakemake.input.faces),
        snakemake.input.split,
        snakemake.input.certificate,
        snakemake.output.croissant,
        snakemake.output.markdown,
        snakemake.output.html,
        snakemake.params.cfg,
        snakemake.params.licence,
        snakemake.params.fps,
        snakemake.params.keep_frames_without_au,
    )
