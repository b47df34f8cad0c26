"""Fetch the detector's model."""

from typing import TYPE_CHECKING

from auva.dpm import fetch_model
from auva.workflow.stage import stage

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with stage(snakemake):
    fetch_model(snakemake.output.model)
