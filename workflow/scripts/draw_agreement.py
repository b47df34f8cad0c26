"""Draw how far several annotators agree."""

from typing import TYPE_CHECKING

from auva.agreement.picture import draw_agreement
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    draw_agreement(snakemake.input.csv, snakemake.output.png, snakemake.output.svg)
