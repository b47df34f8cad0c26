"""`auva annotate`: annotate Action Units, valence and arousal in the browser."""

import argparse
from dataclasses import replace
from pathlib import Path

from auva.commands.browser import add_project_arguments, serve, settings_of
from auva.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `auva annotate`."""
    parser.add_argument(
        "video", nargs="*", metavar="VIDEO", help="ids of the sample sheet (default: all)"
    )
    add_project_arguments(parser)
    parser.add_argument(
        "--annotator",
        default="",
        metavar="NAME",
        help="annotate into files of your own, <video>.NAME.txt, without seeing those of others",
    )
    parser.add_argument(
        "--code-book",
        type=Path,
        metavar="FILE",
        help="names, keys, colours and pictures of the Action Units (default: of the config)",
    )
    parser.add_argument(
        "--run",
        default="auto",
        metavar="FOLDER",
        help="trained run whose predictions are proposed; auto: the best of the results on "
        "the validation people (none for an annotator), none: no proposals (default: %(default)s)",
    )
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="FOLDER",
        help="propose what `auva predict` has written to FOLDER instead",
    )


def run(args: argparse.Namespace) -> int:
    """Serve the annotation page until Ctrl-C."""
    from auva.web.project import Project

    for folder in (args.predictions, None if args.run in ("auto", "none") else Path(args.run)):
        if folder and not folder.is_dir():
            raise InputError("no such folder", folder)
    settings = settings_of(args)
    if args.code_book:
        settings = replace(settings, code_book=args.code_book)
    project = Project(settings, args.video, args.annotator, args.run, args.predictions)
    project.code_book()
    return serve(args, project, "/")
