"""Scores of every checkpoint of a run, and the held-out protocol."""
