"""Counts and shares of Action Units, frames, people and sets (thesis, sections 3.1.2 to 3.1.4).

`labels` reads a label table, `counts` reduces it to numbers per video, `published` holds what the
thesis prints; `auva.tables.corpus` arranges them as Tables 3.1 to 3.4, `auva.figures.dataset` draws
Figures 3.2 to 3.11.
"""

from auva.records.labels import Labels, read_labels
from auva.statistics.counts import VA_BINS, VideoCounts, count_labels

__all__ = ["VA_BINS", "Labels", "VideoCounts", "count_labels", "read_labels"]
