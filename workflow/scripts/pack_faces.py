"""Pack the selected faces of all videos."""

from auva.dataset.pack import pack
from auva.workflow.stage import stage

with stage(snakemake):
    pack(
        split_csv=snakemake.input.split,
        crops=dict(zip(snakemake.params.videos, snakemake.input.crops, strict=True)),
        labels=dict(zip(snakemake.params.videos, snakemake.input.labels, strict=True)),
        out_h5=snakemake.output.faces,
        size=int(snakemake.params.size),
        cfg=snakemake.params.cfg,
        protocol=snakemake.params.protocol,
        seed=snakemake.params.seed,
    )
