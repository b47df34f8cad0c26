"""Pack one dataset of labelled pictures."""

from typing import TYPE_CHECKING

from auva.gan.digit_files import pack_digits
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    pack_digits(snakemake.params.name, snakemake.params.folder, snakemake.output.packed)
