"""`auva review`: check the kept faces in the browser."""

import argparse

from auva.commands.browser import add_project_arguments, serve, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `auva review`."""
    parser.add_argument(
        "video", nargs="*", metavar="VIDEO", help="ids of the sample sheet (default: all)"
    )
    add_project_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Serve the review page until Ctrl-C."""
    from auva.web.project import Project

    return serve(args, Project(settings_of(args), args.video), "/review")
