"""`auva calibrate`: thresholds of the detector's pruned search from pictures and videos."""

import argparse
import json
import logging
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auva.commands.arguments import add_source, model_file, whole
from auva.errors import InputError

if TYPE_CHECKING:
    from auva.dpm.weights import Weights

_CHOICES = ("every", "first", "plain")
"""Arguments that the file records: they say which pictures of its data were used."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "source",
        nargs="+",
        type=Path,
        metavar="PICTURE|VIDEO",
        help="pictures and videos with faces",
    )
    parser.add_argument(
        "--model", type=Path, help="the model file (default: it is fetched into resources/)"
    )
    parser.add_argument(
        "--every", type=whole(1), default=10, help="use every N-th frame (default: 10)"
    )
    parser.add_argument("--first", type=whole(1), default=6, help="first frame used (default: 6)")
    parser.add_argument(
        "--plain", action="store_true", help="do not add degraded versions of the pictures"
    )
    add_source(parser)
    parser.add_argument("--threads", type=whole(1), default=1, help="CPU threads (default: 1)")
    parser.add_argument("--out", type=Path, required=True, help="the calibration to write (JSON)")


def run(args: argparse.Namespace) -> int:
    """Search every picture without pruning and write the thresholds."""
    from auva.dpm.calibration import FEWEST, calibrate
    from auva.dpm.parallel import in_order
    from auva.dpm.weights import read_weights
    from auva.files import check_target, write_text
    from auva.progress import progress

    if min(args.every, args.first, args.threads) < 1:
        raise InputError("--every, --first and --threads must be at least 1")
    check_target(args.out)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    weights = read_weights(model_file(args.model))
    pictures = progress(_pictures(args), label="calibrating", unit="picture")
    tables = in_order(lambda i: list(_records(weights, i, args.plain)), pictures, args.threads)
    records = [table for found in tables for table in found]
    calibration = calibrate(records, sorted(path.name for path in args.source))
    if not calibration["thresholds"]:
        found = calibration["detections"]
        raise InputError(f"{found} detections are too few: a threshold needs {FEWEST}")
    calibration = {name: getattr(args, name) for name in _CHOICES} | calibration
    write_text(args.out, json.dumps(calibration, indent=1) + "\n")
    for row in calibration["thresholds"]:
        print(f"threshold {row['score']}: {row['detections']} detections, sums {row['sums']}")
    return 0


def _pictures(args: argparse.Namespace) -> Iterator[np.ndarray]:
    from auva.dpm.stills import is_picture, read_picture
    from auva.video.source import SourceVideo

    for path in args.source:
        if is_picture(path):
            yield read_picture(path)
            continue
        for number, image in SourceVideo(path, args.stream, args.fps).pictures():
            if number >= args.first and (number - args.first) % args.every == 0:
                yield image


def _records(weights: "Weights", image: np.ndarray, plain: bool) -> Iterator[np.ndarray]:
    """Yield the records of a picture, its greyscale version, and of worse versions of it."""
    from auva.dpm.calibration import record
    from auva.dpm.degrade import degrade
    from auva.dpm.levels import Levels
    from auva.dpm.picture import as_picture
    from auva.dpm.search import find_faces

    if plain or image.ndim != 3 or image.shape[2] != 3:
        yield record(weights, as_picture(image, greyscale=False))
        yield record(weights, as_picture(image, greyscale=True))
        return
    # The strength of the changes depends on the picture alone, so each run gives the same file.
    rng = np.random.default_rng(zlib.crc32(image.tobytes()))
    picture = as_picture(image)
    levels = Levels(*picture.shape[1:])
    levels.show(picture)
    faces = [face.box for face in find_faces(weights, levels, 2.0, 0.3)]
    for _, version in degrade(image, faces, rng):
        yield record(weights, as_picture(version, greyscale=False))
        yield record(weights, as_picture(version, greyscale=True))
