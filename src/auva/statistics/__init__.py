"""Counts and shares of Action Units, frames, people and sets (thesis, sections 3.1.2 to 3.1.4).

`labels` reads a label table, `counts` reduces it to numbers per video, `tables` arranges these as
Tables 3.1 to 3.4 and `figures` draws Figures 3.2 to 3.11, 3.17 and 3.18.
"""

from auva.statistics.counts import VA_BINS, VideoCounts, count_labels
from auva.statistics.labels import Labels, read_labels

__all__ = ["VA_BINS", "Labels", "VideoCounts", "count_labels", "read_labels"]
