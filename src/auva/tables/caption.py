"""Captions of the tables of scores."""

from collections.abc import Iterable, Sequence

import numpy as np

from auva.tables.layouts import Layout
from auva.tables.results import Result


def caption(layout: Layout, runs: Sequence[Result], thesis: bool = True) -> str:
    """Return the caption of a table: protocols, test set, base rates, uncertainty.

    `thesis` says whether the table has the thesis' own scores.
    """
    parts = [f"{layout.title} (Table {layout.number} of the thesis)."]
    parts.append(
        "thesis: the numbers of the thesis, on its own data, best over about 1,000 checkpoints on "
        "its test set."
        if thesis
        else "The thesis' own numbers are of other Action Units and are left out."
    )
    if not runs:
        return " ".join([*parts, "No run of this experiment has been trained here."])
    counts = [run.chosen.counts for run in runs]
    parts.append(
        "best_on_test: our runs by the same rule, each score's best over all "
        f"scored checkpoints ({_range(c.checkpoints for c in counts)} of each run, "
        f"{_range(c.test_faces for c in counts)} test faces) on the test set itself{_fixed(runs)}; "
        "these values are optimistically biased by selection on the test set."
    )
    parts.append(
        "held_out: one checkpoint and its thresholds, chosen on the validation people; the test "
        f"set was read once ({_range(c.faces for c in counts)} faces of "
        f"{_range(c.people for c in counts)} "
        "people). Use this estimate."
    )
    parts.append(_uncertainty(runs))
    parts.append(_floor(layout))
    rates = [
        runs[0].held_out_score("base_rate", c.target).value
        for c in layout.columns
        if c.metric == "f1"
    ]
    known = [rate for rate in rates if not np.isnan(rate)]
    if known:
        parts.append(
            f"The share of positive faces is between {min(known):.2f} and {max(known):.2f}."
        )
    parts.append(
        "Bold: best of its protocol"
        + (" (for MSE the lowest)." if any(c.lowest for c in layout.columns) else ".")
        + " In parentheses: the iteration. An empty cell is undefined; the notes say why."
    )
    return " ".join(part for part in parts if part)


def _uncertainty(runs: Sequence[Result]) -> str:
    level = runs[0].chosen.confidence
    text = "optimism: best_on_test minus held_out, the selection bias of choosing on the test set"
    return (
        f"In brackets: {level:.0%} interval by bootstrap over the people of the test set, empty "
        f"with fewer than two. {text[0].upper()}{text[1:]} (opposite sign for MSE, so that "
        "more is always more optimistic)."
    )


def _floor(layout: Layout) -> str:
    metrics = {column.metric for column in layout.columns if column.floor}
    told = {
        "f1": "always answering 'present' (F1 = 2p/(1+p) at base rate p)",
        "f1_mean": "always answering 'present' (mean F1)",
        "accuracy_mean": "always giving the more frequent answer (mean accuracy)",
        "ccc": "each video's own mean, which uses the labels (CCC and MSE)",
    }
    named = [text for metric, text in told.items() if metric in metrics]
    return f"floor: {' and '.join(named)}." if named else ""


def _fixed(runs: Sequence[Result]) -> str:
    return f", AUs at threshold {runs[0].chosen.fixed_threshold:g}"


def _range(values: Iterable[int]) -> str:
    """Return a count that all runs share, or its range."""
    known = sorted(set(values))
    low, high = known[0], known[-1]
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
