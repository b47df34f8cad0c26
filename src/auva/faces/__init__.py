"""Faces: detection, the choice of one face per frame, manual corrections and crops.

docs/explanation/faces.md explains the rules.
"""
