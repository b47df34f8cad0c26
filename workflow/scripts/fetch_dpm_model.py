"""Fetch the detector's model."""

from auva.dpm.fetch import fetch_model
from auva.workflow.stage import stage

with stage(snakemake):
    fetch_model(destination=snakemake.output.model)
