"""The packages of an image: the entries of the lock that auva needs to run, without tests."""

import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement

from auva.workflow.lock import entries, normal

ROOTS = ("auva[kubernetes,slurm]",)
"""Contents of an image: auva with the executors for clusters."""

PLATFORM = {
    "os_name": "posix",
    "platform_system": "Linux",
    "python_full_version": "3.11.2",
    "python_version": "3.11",
    "sys_platform": "linux",
}
"""The platform of the image, independent of the machine that builds it: Debian 12."""


def needed(roots: tuple[str, ...] = ROOTS) -> set[str]:
    """Return the packages that some requirements need, directly or indirectly.

    Parameters
    ----------
    roots : tuple of str
        Requirements of packages that are installed here.

    Returns
    -------
    set of str
        Normal names, including those of the roots.
    """
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(root) for root in roots]
    while waiting:
        requirement = waiting.pop()
        name = normal(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting.extend(_parts(name, extra))
    return {name for name, _ in seen}


def only(lock: str, names: set[str]) -> str:
    """Return the entries of a lock (a version with its hashes) for some packages, in its order."""
    return "".join(f"{entry}\n" for name, entry in entries(lock).items() if name in names)


def _parts(name: str, extra: str) -> list[Requirement]:
    """Return the requirements of a package, none if this platform lacks it (see `pip check`)."""
    try:
        parts = [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:
        return []
    place = {**PLATFORM, "extra": extra}
    return [part for part in parts if part.marker is None or part.marker.evaluate(place)]


if __name__ == "__main__":
    sys.stdout.write(only(Path(sys.argv[1]).read_text(encoding="utf-8"), needed()))
