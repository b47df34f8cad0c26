"""`auva evaluate`: a trained run on another corpus, or the predictions of another tool on this one.

`auva evaluate RUN --faces FILE --out FILE`
`auva evaluate --predictions DIR --format NAME --faces FILE --out FILE`
"""

import argparse
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from auva.commands.arguments import whole
from auva.errors import InputError
from auva.evaluation.peer_settings import FORMATS, ORIGINAL, VIDEOS
from auva.units import SETS

if TYPE_CHECKING:
    import pandas as pd

_OWN = ("other_people", "by_person")
_PEER = ("format", "manifests", "frames_of", "thresholds")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "run",
        nargs="?",
        type=Path,
        metavar="RUN",
        help="folder of a trained and evaluated run, such as results/runs/cnn/RUN",
    )
    parser.add_argument(
        "--faces",
        required=True,
        type=Path,
        metavar="FILE",
        help="packed faces: of the other corpus, such as OTHER/dataset/faces_96.h5, or those whose "
        "videos the tool read",
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
        "times (default: all; of another tool's predictions test)",
    )
    parser.add_argument(
        "--other-people",
        action="store_true",
        help="people of the other corpus are other people even where their names are the same",
    )
    parser.add_argument(
        "--by-person",
        type=Path,
        metavar="FILE",
        help="also write the scores of a RUN for each person (CSV), the lowest first",
    )
    parser.add_argument(
        "--bootstrap",
        type=whole(1),
        default=1000,
        metavar="N",
        help="samples of people behind the intervals (default: 1000)",
    )
    parser.add_argument("--threads", type=whole(1), default=1, metavar="N", help="CPU threads")
    tool = parser.add_argument_group("predictions of another tool")
    tool.add_argument(
        "--predictions",
        type=Path,
        metavar="DIR",
        help="folder of the files that the tool wrote; the name of each up to its first dot is the "
        "id of a video",
    )
    tool.add_argument("--format", metavar="NAME", help=", ".join(FORMATS))
    tool.add_argument(
        "--manifests",
        type=Path,
        metavar="DIR",
        help="folder of the frame manifests, VIDEO.frames.csv (default: ../video beside FILE)",
    )
    tool.add_argument(
        "--frames-of",
        choices=VIDEOS,
        help="which videos the tool read: the original ones (default), or the converted ones",
    )
    tool.add_argument(
        "--thresholds",
        choices=("each", "shared"),
        help="what the validation people tune: a threshold of each Action Unit (default), or one",
    )


def run(args: argparse.Namespace) -> int:
    """Score and print the means."""
    if (args.run is None) == (args.predictions is None):
        raise InputError("evaluate: give a RUN or --predictions, one of the two")
    return _run(args) if args.predictions is None else _peer(args)


def _run(args: argparse.Namespace) -> int:
    import torch

    from auva.evaluation.elsewhere import evaluate_elsewhere
    from auva.evaluation.settings import Settings
    from auva.records.scores import read_held_out

    for name in _PEER:
        if getattr(args, name) is not None:
            raise InputError(
                f"evaluate: --{name.replace('_', '-')} belongs to --predictions, not to a RUN"
            )
    torch.set_num_threads(args.threads)
    evaluate_elsewhere(
        args.run,
        args.faces,
        args.out,
        settings=Settings(bootstrap=args.bootstrap),
        sets=tuple(dict.fromkeys(args.set or SETS)),
        names_are_shared=not args.other_people,
        people_csv=args.by_person,
    )
    _show(read_held_out(args.out))
    return 0


def _peer(args: argparse.Namespace) -> int:
    from auva.evaluation.peers import evaluate_peer
    from auva.records.scores import read_peer

    if args.format is None:
        raise InputError("evaluate: --predictions needs --format")
    for name in _OWN:
        if getattr(args, name):
            option = name.replace("_", "-")
            raise InputError(f"evaluate: --{option} belongs to a RUN, not to --predictions")
    evaluate_peer(
        args.predictions,
        args.format,
        args.faces,
        args.manifests or args.faces.parent.parent / "video",
        args.out,
        frames_of=args.frames_of or ORIGINAL,
        sets=tuple(dict.fromkeys(args.set or ("test",))),
        cfg={"bootstrap": args.bootstrap, "thresholds": args.thresholds or "each"},
    )
    for thresholds, rows in read_peer(args.out).groupby("thresholds", sort=False):
        print(f"thresholds {str(thresholds).replace('_', ' ')}")
        _show(rows)
    return 0


_SHOWN = ("f1_mean", "floor_mean", "auc_mean", "ccc", "faces_without_prediction")


def _show(table: "pd.DataFrame") -> None:
    for row in table[table["metric"].isin(_SHOWN)].to_dict("records"):
        interval = "" if isnan(row["low"]) else f"  [{row['low']:.3f}, {row['high']:.3f}]"
        value = row["note"] if isnan(row["value"]) else f"{row['value']:.3f}{interval}"
        if row["metric"] == "faces_without_prediction":
            value = row["note"] or "0"
        print(f"{row['metric']} {row['target']}: {value}")
