"""Pack the selected faces of all videos."""

from auva.dataset.pack import pack
from auva.sheet import Recording
from auva.workflow.stage import stage

with stage(snakemake):
    people = [Recording(**row) for row in snakemake.params.people]
    videos = [each.id for each in people]
    pack(
        split_csv=snakemake.input.split,
        people=people,
        crops=dict(zip(videos, snakemake.input.crops, strict=True)),
        labels=dict(zip(videos, snakemake.input.labels, strict=True)),
        out_h5=snakemake.output.faces,
        size=int(snakemake.params.size),
        cfg=snakemake.params.cfg,
        protocol=snakemake.params.protocol,
        seed=snakemake.params.seed,
    )
