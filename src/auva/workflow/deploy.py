"""The files of the workflow, and a user's folder that runs them without a clone.

A wheel of auva contains the Snakefile, the rules, the profiles and the published numbers beside the
library (`setup.py` puts them there). In a clone they are in the repository.
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
"""Files and folders of the workflow that are copied into a user's folder."""

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
    """Return the folder with the files of the workflow.

    Raises
    ------
    InputError
        If this installation of auva has no workflow.
    """
    for folder in (_PACKAGED, _CLONE):
        if (folder / _MAIN).is_file():
            return folder
    raise InputError("this installation of auva lacks its workflow", Path(__file__).parents[1])


def snakefile() -> str:
    """Return the path of the workflow's Snakefile, for a `module` block."""
    return str(root() / _MAIN)


def kept_copy(name: str, text: str) -> str:
    """Return the path of a copy of a remote workflow's file; the path is the same in every run.

    Snakemake's own copy has another path in each process and is deleted at its end.

    Parameters
    ----------
    name : str
        The file's path in the workflow's repository.
    text : str
        Its content; a copy with the same content is not written again.
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
        If one of the files exists or cannot be written. Then nothing is written.
    """
    source = root()
    texts = {
        "config/config.yaml": _configuration(source),
        "config/videos.tsv": _SHEET,
        "config/face_overrides.tsv": _OVERRIDES,
        ".gitignore": _IGNORED,
        "Snakefile": _SNAKEFILE,  # last: it shows that the folder is complete
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
        f"# Settings of this corpus, copied from the demo of auva {VERSION}. A setting that is\n"
        "# removed has the default that the documentation gives (config/README.md of auva).\n\n"
        f"{rest}"
    )
