"""`auva init DIR`: a folder that runs the workflow on your own corpus, without a clone."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder to create")


def run(args: argparse.Namespace) -> int:
    """Write the folder and print what to do in it."""
    from auva.workflow.deploy import initialise

    for path in initialise(args.folder):
        print(path)
    sheet = args.folder / "config/videos.tsv"
    print(f"List your videos in {sheet}, or let `auva import DIR` list those of a folder.")
    print(f"Then start the workflow: cd {args.folder} && snakemake --cores all")
    return 0
