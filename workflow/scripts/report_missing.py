"""List the missing files of the sample sheet, and fail."""

from auva.workflow.stage import refuse, stage

with stage(snakemake):
    refuse(snakemake.params.lines)
