"""The workflow's own files, and a folder from which a corpus uses them without a clone.

A wheel of auva holds the Snakefile, the rules, the profiles and the published numbers beside the
library (`setup.py` puts them there); in a clone they lie where they are written.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from auva.errors import InputError
from auva.files import atomic_path, write_text
from auva.version import VERSION

_PACKAGED = Path(__file__).parents[1] / "deploy"
_CLONE = Path(__file__).parents[3]

_MAIN = "workflow/Snakefile"

_COPIED = ("config/abaw12.yaml", "config/compare.yaml", "config/thesis.yaml", "profiles")
"""Files and folders of the workflow that belong to a user's own folder."""

_SNAKEFILE = '''"""Runs the workflow of auva on this folder's corpus: snakemake --cores all"""

from auva.workflow.deploy import snakefile


configfile: "config/config.yaml"


module auva:
    snakefile:
        snakefile()
    config:
        config


use rule * from auva


onstart:
    auva.onstart()


onsuccess:
    auva.onsuccess()
'''

_SHEET = "video\tpath\tidentity\tsex\tau\tva\n"
_OVERRIDES = "video\tfirst\tlast\taction\tx\ty\n"
_IGNORED = ".snakemake/\nresults*/\nresources/\nslurm-logs/\n"


def root() -> Path:
    """Return the folder in which the workflow's own files lie.

    Raises
    ------
    InputError
        When this installation of auva has no workflow.
    """
    for folder in (_PACKAGED, _CLONE):
        if (folder / _MAIN).is_file():
            return folder
    raise InputError("this installation of auva lacks its workflow", Path(__file__).parents[1])


def snakefile() -> str:
    """Return the path of the workflow's Snakefile, for a `module` block."""
    return str(root() / _MAIN)


def kept_copy(name: str, text: str) -> str:
    """Return the path of a copy of a remote workflow's file, which stays the same in every run.

    Snakemake's own copy has another path in each process, and is gone at its end.

    Parameters
    ----------
    name : str
        The file's path in the workflow's repository.
    text : str
        Its content; a copy that holds it already is not written again.
    """
    copy = Path(".snakemake/auva", name)
    if not copy.is_file() or copy.read_text(encoding="utf-8") != text:
        write_text(copy, text)
    return str(copy)


def initialise(folder: Path) -> list[Path]:
    """Write a folder that runs the workflow on your own corpus; return the written files.

    Parameters
    ----------
    folder : Path
        Created if it does not exist. Existing files are kept.

    Raises
    ------
    InputError
        When one of the files is there already, or cannot be written. Then nothing is written.
    """
    source = root()
    texts = {
        "config/config.yaml": _configuration(source),
        "config/videos.tsv": _SHEET,
        "config/face_overrides.tsv": _OVERRIDES,
        ".gitignore": _IGNORED,
        "Snakefile": _SNAKEFILE,  # last: with it the folder is whole
    }
    copies = {str(path.relative_to(source)): path for path in _copied(source)}
    names = [*copies, *texts]
    for name in names:
        if (folder / name).exists():
            raise InputError("already exists; auva init does not overwrite files", folder / name)
    for name in names:
        if name in texts:
            write_text(folder / name, texts[name])
        else:
            with atomic_path(folder / name) as temporary:
                shutil.copyfile(copies[name], temporary)
            (folder / name).chmod(copies[name].stat().st_mode & 0o777)
    return [folder / name for name in names]


def _copied(source: Path) -> Iterator[Path]:
    for name in _COPIED:
        path = source / name
        yield from (part for part in [path, *path.rglob("*")] if part.is_file())


def _configuration(source: Path) -> str:
    """Return the demo's configuration with a new comment at its top."""
    text = (source / "config/config.yaml").read_text(encoding="utf-8")
    _, rest = text.split("\n\n", 1)
    return (
        f"# Settings of this corpus, as auva {VERSION} has them for its demo. Whatever is\n"
        "# taken out has the default that the documentation names (config/README.md of auva).\n\n"
        f"{rest}"
    )
