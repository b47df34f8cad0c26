"""Pack one dataset of labelled pictures."""

from auva.models.gan.digit_files import pack_digits
from auva.workflow.stage import stage

with stage(snakemake):
    pack_digits(
        name=snakemake.params.name,
        folder=snakemake.params.folder,
        path=snakemake.output.packed,
    )
