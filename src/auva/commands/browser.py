"""What `auva annotate` and `auva review` share: their arguments, and opening the browser."""

import argparse
import os
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from auva.commands.arguments import add_configfiles, whole
from auva.errors import InputError

if TYPE_CHECKING:
    from auva.web.project import Project
    from auva.web.settings import Settings


CONFIG = Path("config/config.yaml")


def add_project_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `annotate` and `review` share."""
    add_configfiles(parser, CONFIG)
    parser.add_argument("--sheet", type=Path, help="sample sheet (default: videos of the config)")
    parser.add_argument("--results", type=Path, help="results folder (default: of the config)")
    parser.add_argument(
        "--overrides", type=Path, help="manual check of the faces (default: of the config)"
    )
    parser.add_argument(
        "--port",
        type=whole(0, 65535),
        default=0,
        help="port (default: the same one at each start, or a free one where that is taken)",
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, do not open it"
    )


def settings_of(args: argparse.Namespace) -> "Settings":
    """Return the settings of the configuration with the arguments over them."""
    from auva.web.settings import read_settings

    if args.results and not args.results.is_dir():
        raise InputError("no such folder", args.results)
    settings = read_settings(args.configfile or [CONFIG], needed=not (args.sheet and args.results))
    given = {"videos": args.sheet, "results": args.results, "overrides": args.overrides}
    return replace(settings, **{key: value for key, value in given.items() if value})


def serve(args: argparse.Namespace, project: "Project", start: str) -> int:
    """Serve a page of a project until Ctrl-C, and open it in the browser."""
    from auva.web.server import prepare

    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    server, bound, address = prepare(project, args.port, start)
    print(f"auva {args.command}: {address}", flush=True)
    print("Everything shown as saved is on disk. End with Ctrl-C.", flush=True)
    with redirection(address, project.results) as page:
        if not args.no_browser:
            webbrowser.open(page.as_uri())
        server.run(sockets=[bound])
    return 0


@contextmanager
def redirection(address: str, folder: Path) -> Iterator[Path]:
    """Yield a file that leads a browser to an address, which no command line then shows to others.

    It is in a folder of the user, if that can be written to: browsers in a sandbox do not see
    the folder for temporary files.
    """
    where = folder if folder.is_dir() and os.access(folder, os.W_OK) else None
    handle, name = tempfile.mkstemp(".html", ".auva-open-", where)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        link = escape(address, quote=True)
        stream.write(f'<!doctype html><meta http-equiv="refresh" content="0;url={link}">\n')
    try:
        yield Path(name).resolve()
    finally:
        with suppress(OSError):
            Path(name).unlink()
