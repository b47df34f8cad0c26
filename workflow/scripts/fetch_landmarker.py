"""Fetch the landmark networks."""

from auva.landmarks.fetch import fetch_landmarker
from auva.workflow.stage import stage

with stage(snakemake):
    fetch_landmarker(destination=snakemake.output.networks)
