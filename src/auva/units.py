"""The eight Action Units and the two affect dimensions of the thesis, named in one place."""

ACTION_UNITS = (1, 2, 4, 6, 12, 15, 20, 25)
"""FACS numbers in the order of every file and array of auva (thesis, section 3.1.1)."""

AU_NAMES = tuple(f"AU{number}" for number in ACTION_UNITS)
"""Column names of the Action Units."""

AU_DESCRIPTIONS = {
    "AU1": "inner brow raiser",
    "AU2": "outer brow raiser",
    "AU4": "brow lowerer",
    "AU6": "cheek raiser",
    "AU12": "lip corner puller",
    "AU15": "lip corner depressor",
    "AU20": "lip stretcher",
    "AU25": "lips part",
}

VA_NAMES = ("valence", "arousal")
"""Column names of the affect dimensions, each in [-1, 1]."""

SETS = ("train", "validation", "test")
"""The parts of a split; `validation` is an identity-disjoint part of the training videos."""
