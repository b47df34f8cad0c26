"""What a reader must know before reading a table of scores."""

from collections.abc import Sequence

import numpy as np

from auva.tables.layouts import Layout
from auva.tables.results import Result


def caption(layout: Layout, runs: Sequence[Result]) -> str:
    """Return the caption of a table: protocols, test set, base rates, uncertainty."""
    parts = [f"{layout.title} (Table {layout.number} of the thesis)."]
    parts.append(
        "thesis: the thesis' own numbers, on its own data, best over about 1,000 checkpoints on "
        "its test set."
    )
    if not runs:
        return " ".join([*parts, "No run of this experiment has been trained here."])
    parts.append(
        "published: our runs read as the thesis reads its own, each score's best over all scored "
        f"checkpoints ({_range(runs, 'scored_checkpoints')} of each run, "
        f"{_range(runs, 'scored_test_frames')} test faces) on the test set itself{_fixed(runs)}; "
        "it flatters."
    )
    parts.append(
        "held_out: one checkpoint and its thresholds chosen on people of the validation set, then "
        f"the test set read once ({_range(runs, 'frames')} faces of {_range(runs, 'people')} "
        "people). This is the number to believe."
    )
    parts.append(_uncertainty(runs))
    parts.append(_floor(layout))
    rates = [
        runs[0].chosen("base_rate", c.target).value for c in layout.columns if c.metric == "f1"
    ]
    known = [rate for rate in rates if not np.isnan(rate)]
    if known:
        parts.append(
            f"The share of positive faces lies between {min(known):.2f} and {max(known):.2f}."
        )
    parts.append(
        "Bold: best of its protocol"
        + (" (for MSE the lowest)." if any(c.lowest for c in layout.columns) else ".")
        + " In parentheses: the iteration. An empty cell is undefined; the notes say why."
    )
    return " ".join(part for part in parts if part)


def _uncertainty(runs: Sequence[Result]) -> str:
    level = runs[0].chosen("confidence", "all").value
    text = "optimism: published minus held_out, what choosing on the test set adds"
    if np.isnan(level):
        return f"{text}."
    return (
        f"In brackets: {level:.0%} interval by bootstrap over the people of the test set, empty "
        f"with fewer than two. {text[0].upper()}{text[1:]} (sign turned for MSE, so that more is "
        "always more flattering)."
    )


def _floor(layout: Layout) -> str:
    metrics = {column.metric for column in layout.columns if column.floor}
    told = {
        "f1": "always answering 'present' (F1 = 2p/(1+p) at base rate p)",
        "f1_mean": "always answering 'present' (mean F1)",
        "accuracy_mean": "always the commoner answer (mean accuracy)",
        "ccc": "each video's own mean, which knows the labels (CCC and MSE)",
    }
    named = [text for metric, text in told.items() if metric in metrics]
    return f"floor: {' and '.join(named)}." if named else ""


def _fixed(runs: Sequence[Result]) -> str:
    threshold = runs[0].chosen("fixed_threshold", "all").value
    return "" if np.isnan(threshold) else f", AUs at threshold {threshold:g}"


def _range(runs: Sequence[Result], metric: str) -> str:
    """Return a count that all runs share, or its range."""
    values = [run.chosen(metric, "all").value for run in runs]
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return "an unknown number of"
    low, high = int(min(known)), int(max(known))
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
