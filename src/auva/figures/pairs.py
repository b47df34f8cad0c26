"""The most similar faces of two sets, side by side, to check whether they show one person."""

from pathlib import Path

import numpy as np

from auva.audit.search import Audit
from auva.figures.drawing import figure

_SHOWN = 12
_COLUMNS = 4


def draw_pairs(found: Audit, png: str | Path, svg: str | Path | None = None) -> None:
    """Draw the most similar pairs of an audit; pairs above the threshold have a red title.

    Parameters
    ----------
    found : Audit
        From `auva.audit.search.audit`.
    png, svg : path
        Written.
    """
    shown = found.pairs[:_SHOWN]
    columns = min(_COLUMNS, max(2, len(shown)))
    rows = max(1, -(-len(shown) // columns))
    with figure(png, svg, 2.7 * columns, 1.95 * rows + 0.4, rows, columns) as (drawn, axes):
        for place in axes:
            place.set_axis_off()
        for place, pair in zip(axes, shown, strict=False):
            left = found.faces[pair.set_a, pair.video_a, pair.frame_a]
            right = found.faces[pair.set_b, pair.video_b, pair.frame_b]
            gap = np.full((len(left), max(1, len(left) // 16), 3), 255, np.uint8)
            place.imshow(np.concatenate([left, gap, right], axis=1), interpolation="nearest")
            place.set_title(
                f"{pair.similarity:.3f}\n{pair.set_a}: {pair.identity_a} ({pair.video_a})\n"
                f"{pair.set_b}: {pair.identity_b} ({pair.video_b})",
                fontsize=7.5,
                color="#b91c1c" if pair.suspicious else "#333333",
            )
        count = len(found.suspicious)
        drawn.suptitle(
            f"Most similar faces under different names in different sets: {count} above the "
            f"threshold (red),\n{found.looked_at:,} pairs of videos compared",
            x=0.02,
            ha="left",
            fontsize=10,
        )
