"""`auva evaluate RUN --faces FILE --out FILE`: a trained run on the people of another corpus."""

import argparse
from pathlib import Path

from auva.commands.arguments import whole
from auva.units import SETS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "run",
        type=Path,
        metavar="RUN",
        help="folder of a trained and evaluated run, such as results/runs/cnn/RUN",
    )
    parser.add_argument(
        "--faces",
        required=True,
        type=Path,
        metavar="FILE",
        help="packed faces of the other corpus, such as OTHER/dataset/faces_96.h5",
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="table of scores to write (CSV)"
    )
    parser.add_argument(
        "--set",
        action="append",
        choices=SETS,
        metavar="SET",
        help="a set of the packed file to score: train, validation or test; may be given several "
        "times (default: all)",
    )
    parser.add_argument(
        "--other-people",
        action="store_true",
        help="people of the other corpus are other people even where their names are the same",
    )
    parser.add_argument(
        "--bootstrap",
        type=whole(1),
        default=1000,
        metavar="N",
        help="samples of people behind the intervals (default: 1000)",
    )
    parser.add_argument("--threads", type=whole(1), default=1, metavar="N", help="CPU threads")


def run(args: argparse.Namespace) -> int:
    """Score the run and print the means."""
    import torch

    from auva.evaluation.elsewhere import evaluate_elsewhere
    from auva.evaluation.settings import Settings
    from auva.records.scores import read_held_out

    torch.set_num_threads(args.threads)
    evaluate_elsewhere(
        args.run,
        args.faces,
        args.out,
        settings=Settings(bootstrap=args.bootstrap),
        sets=tuple(args.set or SETS),
        names_are_shared=not args.other_people,
    )
    table = read_held_out(args.out)
    for row in table[table["metric"].isin(_SHOWN)].itertuples(index=False):
        interval = "" if row.low != row.low else f"  [{row.low:.3f}, {row.high:.3f}]"
        value = row.note if row.value != row.value else f"{row.value:.3f}{interval}"
        print(f"{row.metric} {row.target}: {value}")
    return 0


_SHOWN = ("f1_mean", "floor_mean", "auc_mean", "ccc")
