"""`bootstrap.csv`: the held-out scores of a run on each bootstrap sample of the test people.

Two runs that were scored on the same faces have the same samples, row by row. So the difference of
two rows is a sample of the difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.records.table import read_table, real, text, whole, write_table

Float = NDArray[np.float64]

_FIXED = {"sample": whole(1), "faces": text()}


@dataclass(frozen=True)
class Samples:
    """Scores of all bootstrap samples.

    Attributes
    ----------
    faces : str
        Digest of the faces, their labels and the samples of their people: equal where two runs can
        be compared row by row. Empty where nothing was sampled.
    scores : mapping
        Name of a score, such as "f1_mean" or "ccc_valence" -> float64 [samples], NaN where the
        score is undefined.
    """

    faces: str
    scores: Mapping[str, Float]


NO_SAMPLES = Samples("", {})


def write_bootstrap(path: str | Path, samples: Samples) -> None:
    """Write the samples, one row each, whole or not at all."""
    import pandas as pd

    scores = pd.DataFrame(dict(samples.scores))
    scores.insert(0, "faces", samples.faces)
    scores.insert(0, "sample", np.arange(1, len(scores) + 1))
    write_table(path, list(scores.columns), scores)


def read_bootstrap(path: str | Path) -> Samples:
    """Read the samples of a run.

    Raises
    ------
    InputError
        If the file is missing, damaged or no table of samples.
    """
    if not Path(path).is_file():
        raise InputError("no such file: evaluate the run first", path)
    others = real(empty=True)
    table = read_table(path, "table of bootstrap samples", _FIXED, others)
    if (table["sample"] != np.arange(1, len(table) + 1)).any():
        raise InputError("the samples are not numbered from 1 on", path)
    if table["faces"].nunique() > 1:
        raise InputError("holds the samples of two test sets", path)
    names = [str(name) for name in table.columns if name not in _FIXED]
    faces = str(table["faces"].iloc[0]) if len(table) else ""
    return Samples(faces, {name: table[name].to_numpy(np.float64) for name in names})
