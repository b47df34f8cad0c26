"""`auva import DIR`: a sample sheet from a folder of videos and annotations."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from auva.commands.arguments import add_configfiles
from auva.errors import InputError, printable
from auva.workflow.settings import GENERAL

if TYPE_CHECKING:
    from auva.folders import Found

_SHOWN = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "folder", type=Path, metavar="DIR", help="the folder of the videos and annotations"
    )
    parser.add_argument(
        "--out", type=Path, help="the sample sheet to write (default: DIR/videos.tsv)"
    )
    parser.add_argument("--force", action="store_true", help="replace an existing sheet")
    add_configfiles(parser)
    parser.add_argument("--all", action="store_true", help="list everything that was not matched")


def run(args: argparse.Namespace) -> int:
    """Write the sheet and report which files were matched and which were not."""
    from auva.folders import search
    from auva.sheet import read_sample_sheet, write_sample_sheet
    from auva.workflow.configuration import read_configs

    sheet = args.out or args.folder / "videos.tsv"
    if sheet.exists() and not args.force:
        raise InputError("the sample sheet already exists; --force replaces it", sheet)
    units = read_configs(args.configfile or ()).get("action_units", GENERAL["action_units"].default)
    found = search(args.folder, units, sheet)
    write_sample_sheet(sheet, found.videos)
    read_sample_sheet(sheet)
    print("\n".join(map(printable, _lines(sheet, found, None if args.all else _SHOWN))))
    return 0


def _lines(sheet: Path, found: "Found", most: int | None) -> list[str]:
    """Return the report."""
    rows = found.videos
    units, affect = sum(bool(row.au) for row in rows), sum(bool(row.va) for row in rows)
    lines = [
        f"{sheet}: {len(rows)} rows of {len({row.path for row in rows})} videos, "
        f"{units} with Action Units, {affect} with valence and arousal",
        "Each row got its own identity, sex unknown. If several videos show one person, give them "
        "the same identity; otherwise that person can end up in both training and test.",
    ]
    if found.sides:
        lines.append(
            f"{len(found.sides)} rows share a video with another person: {', '.join(found.sides)}. "
            "Their files do not say which face is annotated: choose it with auva review, or in "
            "config/face_overrides.tsv."
        )
    if found.beyond:
        told = (f"AU{au} ({files:,})" for au, files in sorted(found.beyond.items()))
        lines.append(
            f"Action Units not in the list action_units (number of files): {', '.join(told)}. "
            "To read them, use a configuration with another list: --configfile config/abaw12.yaml."
        )
    if found.problems:
        lines.append(f"Not matched: {len(found.problems)}")
        lines += [f"  {path}: {reason}" for path, reason in found.problems[:most]]
        lines += _more(len(found.problems), most)
    if found.others:
        lines.append(f"Other text files, not used: {len(found.others)}")
        lines += [f"  {path}" for path in found.others[:most]]
        lines += _more(len(found.others), most)
    return lines


def _more(count: int, most: int | None) -> list[str]:
    return [f"  … and {count - most} more (--all)"] if most is not None and count > most else []
