"""The agreement page's numbers: those of the workflow's tables, as plain values or None."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.agreement import dimension_agreement, unit_agreement


def unit_scores(labels: Mapping[str, NDArray[Any]]) -> dict[str, float | None]:
    """Return the kappas of one Action Unit; labels are 1, 0, or negative where not labelled."""
    stacked = np.array(list(labels.values()))
    if len(stacked) < 2:
        return dict.fromkeys(("cohen_kappa", "fleiss_kappa", "pabak"))
    return _plain(unit_agreement(stacked == 1, stacked >= 0))


def dimension_scores(values: Mapping[str, NDArray[Any]]) -> dict[str, float | None]:
    """Return CCC and ICC(2,k) of valence or arousal; NaN where not labelled."""
    stacked = np.array(list(values.values()), float)
    if len(stacked) < 2:
        return dict.fromkeys(("ccc", "icc_2k"))
    return _plain(dimension_agreement(stacked))


def _plain(scores: Mapping[str, float]) -> dict[str, float | None]:
    return {name: None if np.isnan(value) else round(value, 4) for name, value in scores.items()}
