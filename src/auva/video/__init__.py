"""Videos: sources, conversion to a constant frame rate with its manifest, and exact reading.

Every frame number of auva is the 1-based place of a frame in the converted video; the manifest says
which source frame it shows. The two are written by one pass over the source, so they cannot
disagree. docs/explanation/alignment.md explains the rules.
"""
