"""Write one table about the dataset."""

from auva.samples import read_sample_sheet
from auva.tables.dataset import write_dataset_table
from auva.workflow.stage import stage

with stage(snakemake):
    videos = read_sample_sheet(snakemake.params.sheet)
    write_dataset_table(
        snakemake.params.table,
        list(videos.values()),
        dict(zip(sorted(videos), snakemake.input.labels, strict=True)),
        snakemake.input.split or None,
        snakemake.input.published,
        snakemake.output.csv,
        snakemake.output.markdown,
        snakemake.output.html,
        snakemake.params.keep_frames_without_au,
    )
