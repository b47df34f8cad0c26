"""Tell which files of the sample sheet are not there, and fail."""

from auva.workflow.stage import refuse, stage

with stage(snakemake):
    refuse(snakemake.params.lines)
