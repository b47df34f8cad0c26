"""Draw the contents of the sets of the dataset."""

from auva.figures.dataset import draw_dataset
from auva.sheet import Recording
from auva.workflow.stage import stage

with stage(snakemake):
    people = [Recording(**row) for row in snakemake.params.people]
    labels = dict(zip((each.id for each in people), snakemake.input.labels, strict=True))
    out = snakemake.output
    draw_dataset(
        samples=people,
        labels=labels,
        split_csv=snakemake.input.split,
        published_yaml=snakemake.input.published,
        unit_shares=(out.shares, out.shares_svg),
        histograms=(out.histograms, out.histograms_svg),
        plane=(out.plane, out.plane_svg),
    )
