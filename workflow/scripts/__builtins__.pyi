"""What Snakemake gives to a rule's script, for the type checker."""

from snakemake.script import Snakemake

snakemake: Snakemake
