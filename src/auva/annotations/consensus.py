"""One table from several annotators of the same frames: majority (AU) and mean (VA)."""

from collections.abc import Sequence

import numpy as np

from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.errors import InputError


def consensus_action_units(
    tables: Sequence[ActionUnits], weights: Sequence[float] | None = None
) -> ActionUnits:
    """Return the weighted majority of several annotators, frame by frame and unit by unit.

    Only those who labelled a frame vote on it. With half of the weight on each side the unit is
    not labelled: a tie is not a majority, and missing is never a number. The intensity is the
    weighted mean over those who saw the unit present; if some of them stated one, over these only.
    Of an absent unit it is 0, and stated if anyone who saw it absent states intensities.

    Parameters
    ----------
    tables : sequence of ActionUnits
        Tables of the same frames of one video.
    weights : sequence of float, optional
        One positive weight per annotator; equal if None.

    Raises
    ------
    InputError
        If the tables are of different frames or the weights do not fit.
    """
    weight = _weights(tables, weights)[:, None, None]
    mask = np.stack([table.mask for table in tables])
    present = np.stack([table.presence for table in tables]).astype(bool) & mask
    total = (weight * mask).sum(axis=0)
    for_it = (weight * present).sum(axis=0)
    labelled = (total > 0) & ~np.isclose(2 * for_it, total)
    presence = (2 * for_it > total) & labelled
    shown = np.stack([np.where(table.mask, table.intensity, 0) for table in tables])
    stated = np.stack([table.stated for table in tables])
    graded = (weight * (present & stated)).sum(axis=0)
    voters = weight * np.where(graded > 0, present & stated, present)
    whole = voters.sum(axis=0)
    mean = (voters * shown).sum(axis=0) / np.where(whole > 0, whole, 1)
    told = np.where(presence, graded > 0, (stated & ~present).any(axis=0))
    first = tables[0]
    return ActionUnits(
        first.frame,
        presence.astype(np.uint8),
        labelled,
        np.where(presence, mean, 0),
        first.frames_of,
        units=first.units,
        stated=told,
    )


def consensus_valence_arousal(
    tables: Sequence[ValenceArousal], weights: Sequence[float] | None = None
) -> ValenceArousal:
    """Return the weighted mean of several annotators over those who labelled a frame.

    Parameters and errors as for `consensus_action_units`.
    """
    weight = _weights(tables, weights)[:, None, None]
    mask = np.stack([table.mask for table in tables])
    values = np.stack([np.where(table.mask, table.values, 0) for table in tables])
    total = (weight * mask).sum(axis=0)
    mean = (weight * values).sum(axis=0) / np.where(total > 0, total, 1)
    first = tables[0]
    return ValenceArousal(np.clip(mean, -1, 1), total > 0, first.frame, first.frames_of)


def _weights(
    tables: Sequence[ActionUnits] | Sequence[ValenceArousal], weights: Sequence[float] | None
) -> np.ndarray:
    if not tables:
        raise InputError("a consensus needs at least one annotator")
    given = np.ones(len(tables)) if weights is None else np.asarray(weights, float)
    if given.shape != (len(tables),) or not np.all(np.isfinite(given) & (given > 0)):
        raise InputError(f"{len(tables)} annotators need as many positive weights, not {weights}")
    first = tables[0]
    for table in tables[1:]:
        if table.frames_of != first.frames_of or not np.array_equal(table.frame, first.frame):
            raise InputError("the annotators labelled different frames")
    return given
