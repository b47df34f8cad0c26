"""What an audit found: as a table, and as lines for a reader."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from auva.audit.search import Audit, Pair
from auva.spreadsheet import write_spreadsheet


def write_audit(found: Audit, csv: str | Path) -> None:
    """Write the pairs as a table: the fields of `Pair`; `suspicious` is 1 or 0.

    Names that stand in two sets come first, with similarity 1 and both ends the same.
    """
    names = [("person", name) for name in found.people] + [("video", v) for v in found.videos]
    rows = [
        {"finding": f"{kind} in two sets", f"{'identity' if kind == 'person' else 'video'}_a": name}
        for kind, name in names
    ]
    for pair in found.pairs:
        finding = "near-identical faces" if pair.suspicious else "below the threshold"
        rows.append({"finding": finding, **asdict(pair)})
    columns = ["finding", *Pair.__dataclass_fields__]
    table = pd.DataFrame(rows, columns=columns).drop(columns="suspicious")
    whole = {"frame_a": "Int64", "frame_b": "Int64"}
    write_spreadsheet(csv, table.astype(whole), float_format="%.4f")


def report(found: Audit) -> Iterator[str]:
    """Yield what was found as lines for a reader."""
    for name in found.people:
        yield f"person '{name}' is in two sets"
    for name in found.videos:
        yield f"video '{name}' is in two sets"
    for pair in found.suspicious:
        yield (
            f"near-identical faces ({pair.similarity:.3f}): '{pair.identity_a}' in {pair.set_a} "
            f"({pair.video_a}, frame {pair.frame_a}) and '{pair.identity_b}' in {pair.set_b} "
            f"({pair.video_b}, frame {pair.frame_b}): one person under two names?"
        )
    if found.clean:
        nearest = f"; the most similar faces reach {found.pairs[0].similarity:.3f}"
        yield (
            f"no person is in two sets, by name or by face ({found.looked_at:,} pairs of videos "
            f"compared{nearest if found.pairs else ''})"
        )
