"""The figures of training and results: deterministic PNG and SVG.

>>> from auva.figures import loss_curves, sample_grid
"""

from auva.figures.bars import action_unit_bars, affect_bars
from auva.figures.losses import loss_curves, score_curves
from auva.figures.sheets import sample_grid

__all__ = [
    "action_unit_bars",
    "affect_bars",
    "loss_curves",
    "sample_grid",
    "score_curves",
]
