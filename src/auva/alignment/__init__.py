"""Annotations joined to the frames of the converted video, one row and one reason per frame.

docs/explanation/alignment.md explains the rules.
"""
