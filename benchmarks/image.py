"""Build the image where no registry and no container engine can be had, and run it as a stranger.

    .venv/bin/python benchmarks/image.py [--keep FOLDER]

Needs root, Debian's debootstrap and buildah (which builds in a chroot here) and a set-up clone.
Makes the base image from a debootstrap tree, calls `make image`, and prints the size of the image
and what a start costs. Then runs it as a user without a name and a home, on a file system that
cannot be written: `auva init`, and one demo video up to its labels. At last the same video runs on
this machine with `--sdm apptainer`, whose program is replaced by one that enters the image's tree.
The labels of all ways must be the same bytes as those of a run without an image.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from auva.version import VERSION

ROOT = Path(__file__).resolve().parents[1]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
VIDEO = "ada-1"
LABELS = f"results/labels/{VIDEO}.csv"
STRANGER = "12345:12345"

# exec [OPTIONS] IMAGE sh -c COMMAND, as far as Snakemake calls it; IMAGE is a folder.
APPTAINER = """#!/bin/bash
set -eu
if [ "$1" = --version ]; then echo "apptainer version 1.3.0"; exit; fi
while [ "$1" != exec ]; do shift; done; shift
binds=("$PWD:$PWD")
while [ $# -gt 4 ]; do
  case $1 in
    --bind) binds+=("$2"); shift 2 ;;
    --home|--pwd) shift 2 ;;
    *) shift ;;
  esac
done
export image=$1 here=$PWD shell=$2 command=$4 mounts="${binds[*]}"
exec unshare --mount bash -euc '
  mount --bind "$image" "$image"
  for bind in $mounts /dev:/dev /proc:/proc; do
    mkdir -p "$image${bind#*:}"
    mount --rbind "${bind%%:*}" "$image${bind#*:}"
  done
  echo "$command" >> "$here/entered"
  exec chroot "$image" env -i %(variables)s "$shell" -c "cd $here; $command"'
"""

# Enters a tree that cannot be written, but for /tmp and the folder of the work.
ENTER = """
mount --bind {tree} {tree}
mount -t tmpfs -o mode=1777 tmpfs {tree}/tmp
mount -t proc proc {tree}/proc
mount --rbind /dev {tree}/dev
mount --bind {work} {tree}/work
mount -o remount,bind,ro {tree}
exec chroot --userspec={user} {tree} env -i {variables} sh -euc 'cd /work; {command}'
"""


def call(*command: object, **kwargs: object) -> str:
    """Run a command to its good end and return what it printed; end the program otherwise."""
    words = [str(word) for word in command]
    done = subprocess.run(  # type: ignore[call-overload]
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **kwargs
    )
    if done.returncode:
        sys.exit(f"{' '.join(words)}\n{done.stdout[-4000:]}")
    return done.stdout


def settings(folder: Path) -> dict[str, str]:
    """Return the environment in which buildah works below a folder, without a container engine."""
    storage = folder / "storage.conf"
    storage.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n'
    )
    conf = {"CONTAINERS_STORAGE_CONF": str(storage), "BUILDAH_ISOLATION": "chroot"}
    return {**os.environ, **conf, "BASE": "localhost/auva-base", "BUILD_OPTIONS": _pip_options()}


def _pip_options() -> str:
    """Return options of buildah for what pip is configured with here."""
    options = []
    for name in ("PIP_FIND_LINKS", "PIP_CERT"):
        path = os.environ.get(name)
        if path:
            options += ["--build-arg", f"{name}=/host{path}", "--volume", f"{path}:/host{path}:ro"]
    return " ".join(options)


def make_base(folder: Path, env: dict[str, str]) -> None:
    """Make a base image of Debian's smallest system."""
    call("debootstrap", "--variant=minbase", "bookworm", folder / "debian")
    container = call("buildah", "from", "scratch", env=env).strip()
    call("buildah", "add", "--quiet", container, folder / "debian", "/", env=env)
    call("buildah", "commit", "--quiet", container, "auva-base", env=env)
    call("buildah", "rm", container, env=env)


def tree_of(env: dict[str, str]) -> tuple[Path, list[str]]:
    """Return the folder of the built image and its environment, NAME=VALUE."""
    image = f"localhost/auva:{VERSION}"
    inspected = json.loads(call("buildah", "inspect", "--type", "image", image, env=env))
    config = inspected["OCIv1"]["config"]
    if config["User"] in ("", "0", "root"):
        sys.exit("the image runs as root")
    container = call("buildah", "from", image, env=env).strip()
    return Path(call("buildah", "mount", container, env=env).strip()), config["Env"]


def as_stranger(tree: Path, work: Path, variables: list[str], command: str) -> str:
    """Run a shell command in the image, as a user that it does not know."""
    script = ENTER.format(
        tree=tree, work=work, user=STRANGER, variables=" ".join(variables), command=command
    )
    return call("unshare", "--mount", "sh", "-euc", script)


def prepare(folder: Path) -> None:
    """Give a folder of `auva init` the demo's sample sheet and the detector's model."""
    model = "resources/dpm/headhunter_dpm_baseline.txt"
    for name in ("config/videos.tsv", model):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())


def digest(path: Path) -> str:
    """Return the first digits of a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def main() -> None:
    """Build, measure, run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="keep what is built in this folder")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="auva-image-") as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        env = settings(folder)
        make_base(folder, env)
        call("make", "image", "TOOL=buildah", cwd=ROOT, env=env)
        tree, variables = tree_of(env)
        size = int(call("du", "-sm", "--one-file-system", tree).split()[0])
        print(f"the image holds {size} MB, {_megabytes(folder / 'debian')} of them Debian")
        try_out(folder, tree, variables)


def _megabytes(folder: Path) -> int:
    return int(call("du", "-sm", "--one-file-system", folder).split()[0])


def try_out(folder: Path, tree: Path, variables: list[str]) -> None:
    """Run one video in three ways and compare its labels."""
    work, mine = folder / "work", folder / "work/mine"
    work.mkdir(exist_ok=True)
    work.chmod(0o777)
    for command in ("auva --version", "snakemake --version"):
        timed = f"TIMEFORMAT=%U+%S; time {command}"
        cost = as_stranger(tree, work, variables, f'bash -c "{timed}"').split()[-1]
        user, system = (float(part) for part in cost.split("+"))
        print(f"{command}: {user + system:.2f} CPU s")
    as_stranger(tree, work, variables, "auva init mine")
    prepare(mine)
    call("chown", "-R", STRANGER, mine)
    as_stranger(tree, work, variables, f"cd mine; snakemake --cores 2 -- {LABELS}")
    print(f"in the image, as {STRANGER}: {digest(mine / LABELS)}")
    others = in_both_ways(folder, tree, variables)
    if len({digest(path / LABELS) for path in (mine, *others)}) > 1:
        sys.exit("the labels differ")


def in_both_ways(folder: Path, tree: Path, variables: list[str]) -> list[Path]:
    """Run the video on this machine, its jobs in the image and without it; return the folders."""
    binary = folder / "bin/apptainer"
    binary.parent.mkdir(exist_ok=True)
    binary.write_text(APPTAINER % {"variables": " ".join(variables)})
    binary.chmod(0o755)
    env = {**os.environ, "PATH": f"{binary.parent}:{os.environ['PATH']}"}
    in_image = ("--sdm", "apptainer", "--config", f"container_image={tree}")
    for name, options in (("apptainer", in_image), ("here", ())):
        other = folder / name
        call(sys.executable, "-m", "auva.cli", "init", other)
        prepare(other)
        call(SNAKEMAKE, "--cores", "2", *options, "--", LABELS, cwd=other, env=env)
        entered = (other / "entered").exists()
        if entered != bool(options):
            sys.exit("jobs of --sdm apptainer, and they alone, enter the image")
        print(f"{'--sdm apptainer' if options else 'without an image'}: {digest(other / LABELS)}")
    return [folder / "apptainer", folder / "here"]


if __name__ == "__main__":
    main()
