"""Identity-aware splits: train, validation, test and folds, with no person in two of them.

Functions
---------
split
    Split a corpus, write `split.csv` and its certificate `split.json`.
"""

from auva.splits.stage import split

__all__ = ["split"]
