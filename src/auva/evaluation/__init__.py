"""Scores of every checkpoint of a run, and the held-out protocol.

>>> from auva.evaluation import evaluate
"""

from auva.evaluation.run import evaluate

__all__ = ["evaluate"]
