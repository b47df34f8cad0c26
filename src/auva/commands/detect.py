"""`auva detect`: faces of a picture or a video, as a table and drawn."""

import argparse
import csv
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from auva.commands.arguments import add_source, model_file, number, whole
from auva.errors import InputError

_RATE = 25
"""Frames per second of a drawn video if the file states none."""

if TYPE_CHECKING:
    from auva.dpm.boxes import Detection
    from auva.video.source import SourceVideo

    Found = Iterator[tuple[int, str, list[Detection]]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "source", type=Path, metavar="PICTURE|VIDEO", help="the picture or video to search"
    )
    parser.add_argument(
        "--out", type=Path, metavar="CSV", help="table of boxes to write (default: standard output)"
    )
    parser.add_argument("--draw", type=Path, metavar="PNG|MP4", help="the source with its boxes")
    parser.add_argument(
        "--model", type=Path, help="the model file (default: it is fetched into resources/)"
    )
    parser.add_argument(
        "--calibration", metavar="JSON", help="calibration, written by auva calibrate"
    )
    parser.add_argument("--mode", default="pruned", help="pruned, dense or video (default: pruned)")
    parser.add_argument(
        "--threshold", type=number(), default=1.0, help="lowest score of a box (default: 1.0)"
    )
    parser.add_argument(
        "--smallest-face",
        metavar="SIZE",
        help="side of the smallest face in pixels, or as a share of the height such as 8%% "
        "(default: all faces)",
    )
    parser.add_argument("--colour", action="store_true", help="search the colours, not greyscale")
    add_source(parser)
    parser.add_argument("--threads", type=whole(1), default=1, help="CPU threads (default: 1)")


def run(args: argparse.Namespace) -> int:
    """Search the source, write the table and the drawing."""
    from auva.dpm.drawing import check_format
    from auva.dpm.settings import read_settings
    from auva.dpm.stills import is_picture
    from auva.files import check_target

    cfg = {"mode": args.mode, "threshold": args.threshold, "greyscale": not args.colour}
    cfg |= {"calibration": args.calibration, "smallest_face": args.smallest_face}
    read_settings(cfg)
    if args.source.is_dir():
        raise InputError("is a folder, not a picture or video", args.source)
    if not args.source.is_file():
        raise InputError("no such file", args.source)
    picture = is_picture(args.source)
    for path in filter(None, (args.out, args.draw)):
        check_target(path, args.source)
    if args.draw and picture:
        check_format(args.draw)
    elif args.draw and args.draw.suffix.lower() != ".mp4":
        raise InputError("a video is drawn into a file with the ending .mp4", args.draw)
    model = model_file(args.model)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    found = (_picture if picture else _video)(args, cfg, model)
    _write_table(found, args.out)
    return 0


def _picture(args: argparse.Namespace, cfg: dict, model: Path) -> "Found":
    from auva.dpm.detector import Detector
    from auva.dpm.drawing import write_picture
    from auva.dpm.stills import read_picture

    if args.mode == "video":
        raise InputError("detector.mode 'video' needs a video", args.source)
    image = read_picture(args.source)
    faces = Detector(model, cfg).detect(image)
    if args.draw:
        write_picture(args.draw, image, faces)
    yield 1, "full", faces


def _video(args: argparse.Namespace, cfg: dict, model: Path) -> "Found":
    from auva.dpm.stream import detect_frames
    from auva.progress import progress
    from auva.video.source import SourceVideo

    video = SourceVideo(args.source, args.stream, args.fps)
    frames = progress(video.pictures(), video.stated_frames, args.source.stem, "frame")
    found = detect_frames(frames, cfg, args.threads, model)
    return _drawn(args, video, found) if args.draw else found


def _drawn(args: argparse.Namespace, video: "SourceVideo", found: "Found") -> "Found":
    """Pass the faces on while they are drawn into a video."""
    from auva.dpm.drawing import VideoWriter, draw_boxes
    from auva.files import atomic_path

    with atomic_path(args.draw) as temporary:
        writer = VideoWriter(temporary, float(video.rate or _RATE), args.threads)
        # Decoded once more, so that no frame waits in memory for its faces.
        again = video.pictures()
        for (_, image), (number, search, faces) in zip(again, found, strict=True):
            writer.write(draw_boxes(image, faces, search))
            yield number, search, faces
        writer.close()


def _write_table(found: "Found", out: Path | None) -> None:
    """Write the faces as they come, to a file (whole or not at all) or to standard output."""
    from auva.files import atomic_path

    if out is None:
        _write_rows(found, sys.stdout)
        return
    with atomic_path(out) as temporary, temporary.open("w", encoding="utf-8") as stream:
        _write_rows(found, stream)


def _write_rows(found: "Found", stream: TextIO) -> None:
    from auva.records.detections import DETECTIONS, cells

    rows = csv.writer(stream, lineterminator="\n")
    for count, (frame, search, faces) in enumerate(found):
        if count == 0:
            rows.writerow(DETECTIONS)
        rows.writerows(cells(frame, search, faces))
