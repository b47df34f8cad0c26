"""Write the Croissant metadata and the datasheet of the packed dataset."""

from auva.dataset.datasheet import describe_dataset
from auva.sheet import Recording
from auva.workflow.stage import stage

with stage(snakemake):
    people = [Recording(**row) for row in snakemake.params.people]
    labels = dict(zip((each.id for each in people), snakemake.input.labels, strict=True))
    describe_dataset(
        samples=people,
        labels=labels,
        packed=list(snakemake.input.faces),
        split_csv=snakemake.input.split,
        certificate_json=snakemake.input.certificate,
        croissant=snakemake.output.croissant,
        markdown=snakemake.output.markdown,
        html=snakemake.output.html,
        cfg=snakemake.params.cfg,
        licence=snakemake.params.licence,
        fps=snakemake.params.fps,
        keep_frames_without_au=snakemake.params.keep_frames_without_au,
    )
