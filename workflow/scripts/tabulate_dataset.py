"""Write one table about the dataset."""

from auva.sheet import Recording
from auva.tables.dataset import write_dataset_table
from auva.workflow.stage import stage

with stage(snakemake):
    people = [Recording(**row) for row in snakemake.params.people]
    labels = dict(zip((each.id for each in people), snakemake.input.labels, strict=True))
    write_dataset_table(
        name=snakemake.params.table,
        samples=people,
        labels=labels,
        split_csv=snakemake.input.split or None,
        published_yaml=snakemake.input.published,
        csv=snakemake.output.csv,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
    )
