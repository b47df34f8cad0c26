"""`auva audit FILE`: whether anybody is on two sides of a packed dataset."""

import argparse
from pathlib import Path

from auva.commands.arguments import number, whole


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `auva audit`."""
    from auva.audit.settings import SETTINGS

    parser.add_argument(
        "packed",
        type=Path,
        metavar="FILE",
        help="packed faces, such as results/dataset/faces_28.h5",
    )
    parser.add_argument(
        "--threshold",
        type=number(-1, 1),
        default=SETTINGS["threshold"].default,
        help="similarity above which a pair of faces is reported (default: %(default)s)",
    )
    parser.add_argument(
        "--faces",
        type=whole(1),
        default=SETTINGS["faces"].default,
        help="number of faces compared per video (default: %(default)s)",
    )
    parser.add_argument("--csv", type=Path, help="write the most similar pairs as a table")
    parser.add_argument("--picture", type=Path, help="write the most similar pairs as a PNG")


def run(args: argparse.Namespace) -> int:
    """Print the findings; return 1 if there are any."""
    from auva.audit.report import report, write_audit
    from auva.audit.search import audit
    from auva.figures.pairs import draw_pairs

    found = audit(args.packed, {"threshold": args.threshold, "faces": args.faces})
    for line in report(found):
        print(line)
    if args.csv:
        write_audit(found, args.csv)
    if args.picture:
        draw_pairs(found, args.picture)
    return 0 if found.clean else 1
