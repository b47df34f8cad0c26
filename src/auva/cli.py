"""The command `auva`: what is not a stage of the workflow.

Each subcommand is a module of `auva.commands` with `add_arguments(parser)` and
`run(args) -> int`; it is imported only when it is called, so that `auva --help` stays instant.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from keyword import iskeyword

from auva.commands.arguments import Parser
from auva.errors import InputError, suggest, trouble
from auva.version import VERSION

COMMANDS = {
    "annotate": "annotate Action Units, valence and arousal in the browser",
    "audit": "search a packed dataset for people who are in two sets, by name and by face",
    "calibrate": "calibrate the thresholds of the detector's pruned search",
    "detect": "find faces in a picture or a video",
    "evaluate": "score a run on another corpus, or another tool on this one",
    "import": "write a sample sheet for a folder of videos and annotations",
    "init": "create a folder that runs the workflow on your own videos",
    "predict": "predict Action Units, valence and arousal of unlabelled videos",
    "provenance": "print the inputs of a result, back to the videos",
    "review": "check the kept faces in the browser",
    "runs": "list trained runs with their progress and last scores",
}
"""Subcommand -> one line of help."""


def module_name(command: str) -> str:
    """Return the module of a subcommand; that of one of Python's own words ends in `_`."""
    return f"auva.commands.{command}{'_' if iskeyword(command) else ''}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` and return its exit status (1 for bad input)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = Parser(prog="auva", description=__import__("auva").__doc__)
    parser.add_argument("--version", action="version", version=f"auva {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    module = None
    for name, text in COMMANDS.items():
        subparser = commands.add_parser(name, help=text, description=text)
        if name == chosen:
            module = importlib.import_module(module_name(name))
            module.add_arguments(subparser)
    try:
        if chosen and chosen not in COMMANDS:
            raise InputError(f"no command '{chosen}'{suggest(chosen, COMMANDS)}")
        args = parser.parse_args(arguments)
        assert module is not None
        code = module.run(args)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader of the output, such as `head`, has seen enough
        # Python writes what is left at its end: into nothing, or it would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except InputError as error:
        print(f"auva: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        line = trouble(error, "the disk")
        if line is None:
            raise
        print(f"auva: {line}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
