"""`auva annotate`: annotate Action Units, valence and arousal in the browser."""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from auva.commands.browser import add_project_arguments, serve, settings_of
from auva.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `auva annotate`."""
    parser.add_argument(
        "video",
        nargs="*",
        metavar="VIDEO",
        help="ids of the sample sheet (default: all), or one folder of videos, which becomes a "
        "folder of the workflow with its own sample sheet",
    )
    add_project_arguments(parser)
    parser.add_argument(
        "--annotator",
        default="",
        metavar="NAME",
        help="annotate into files of your own, VIDEO.NAME.eaf and VIDEO.NAME.txt, without seeing "
        "those of others",
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
    unlisted: list[str] = []
    own = _folder(args)
    if own:
        unlisted = _enter(own, args)
    settings = settings_of(args)
    if args.code_book:
        settings = replace(settings, code_book=args.code_book)
    project = Project(settings, args.video, args.annotator, args.run, args.predictions, unlisted)
    project.code_book()
    return serve(args, project, "/videos" if own else "/")


def _folder(args: argparse.Namespace) -> Path | None:
    """Return the folder of videos that the command names, if it does."""
    folders = [Path(name) for name in args.video if Path(name).is_dir()]
    if not folders:
        return None
    if len(args.video) > 1:
        raise InputError("name one folder of videos, or ids of a sample sheet")
    given = [name for name in ("sheet", "results", "overrides") if getattr(args, name)]
    if given:
        raise InputError(f"a folder of videos has its own files: leave --{given[0]} out")
    return folders[0]


def _enter(folder: Path, args: argparse.Namespace) -> list[str]:
    """Make a folder the corpus of this command, and its working folder."""
    from auva.web.intake import CONFIG, take_in

    unlisted = take_in(folder)
    for name in ("predictions", "code_book"):
        if getattr(args, name):
            setattr(args, name, getattr(args, name).resolve())
    if args.run not in ("auto", "none"):
        args.run = str(Path(args.run).resolve())
    os.chdir(folder)
    args.video, args.configfile = [], [CONFIG]
    return unlisted
