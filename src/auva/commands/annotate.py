"""`auva annotate`: annotate Action Units, valence and arousal in the browser."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from auva.commands.arguments import whole
from auva.errors import InputError

if TYPE_CHECKING:
    from auva.web.settings import Settings


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
        "--run",
        default="auto",
        metavar="FOLDER",
        help="trained run whose predictions are proposed; auto: the best evaluated one of the "
        "results (none for an annotator), none: no proposals (default: %(default)s)",
    )
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="FOLDER",
        help="propose what `auva predict` has written to FOLDER instead",
    )


def add_project_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `annotate` and `review` share."""
    parser.add_argument(
        "--configfile",
        type=Path,
        default=Path("config/config.yaml"),
        help="the workflow's configuration (default: %(default)s)",
    )
    parser.add_argument("--sheet", type=Path, help="sample sheet (default: videos of the config)")
    parser.add_argument("--results", type=Path, help="results folder (default: of the config)")
    parser.add_argument(
        "--overrides", type=Path, help="manual check of the faces (default: of the config)"
    )
    parser.add_argument(
        "--port", type=whole(0, 65535), default=0, help="port (default: a free one)"
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, do not open it"
    )


def run(args: argparse.Namespace) -> int:
    """Serve the annotation page until Ctrl-C."""
    from auva.web.project import Project
    from auva.web.server import serve

    for folder in (args.predictions, None if args.run in ("auto", "none") else Path(args.run)):
        if folder and not folder.is_dir():
            raise InputError("no such folder", folder)
    project = Project(settings_of(args), args.video, args.annotator, args.run, args.predictions)
    serve(project, args.port, "/", lambda address: announce(args, address))
    return 0


def settings_of(args: argparse.Namespace) -> "Settings":
    """Return the settings of the configuration with the arguments over them."""
    from auva.web.settings import read_settings

    if args.results and not args.results.is_dir():
        raise InputError("no such folder", args.results)
    settings = read_settings(args.configfile, needed=not (args.sheet and args.results))
    given = {"videos": args.sheet, "results": args.results, "overrides": args.overrides}
    return replace(settings, **{key: value for key, value in given.items() if value})


def announce(args: argparse.Namespace, address: str) -> None:
    """Print the address and open it."""
    print(f"auva {args.command}: {address}", flush=True)
    print("Everything shown as saved is on disk. End with Ctrl-C.", flush=True)
    if not args.no_browser:
        import webbrowser

        webbrowser.open(address)
