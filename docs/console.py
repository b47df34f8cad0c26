"""Run the commands of a page as they stand in it, and write what they print below them.

    python docs/console.py docs/tutorial.md FOLDER

A block of the language `console` holds commands (`$ …`) and what each prints. A block after
"saved as `NAME`:" is a file. FOLDER is where the commands run; it must be empty.
"""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PART = re.compile(
    r"saved as `(?P<name>[^`]+)`:\n\n```\w*\n(?P<text>.*?)^```$|^```console\n(?P<console>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
VARYING = (
    (re.compile(r"jobs done in [^;]+; full log: \S+"), "jobs done in …; full log: …"),
    (re.compile(r"http://127\.0\.0\.1:\S+"), "http://127.0.0.1:…"),
)
"""What differs from one run to the next, and what a page shows for it."""

SERVERS = ("auva annotate", "auva review")
"""Commands that go on until Ctrl-C."""


def commands(console: str) -> list[tuple[str, str]]:
    """Return the commands of a block, each with what the page says that it prints."""
    first, *others = re.split(r"^\$ ", console, flags=re.MULTILINE)
    assert not first, "a console block begins with a command"
    return [(command, said) for command, _, said in (each.partition("\n") for each in others)]


def play(page: str, folder: Path, env: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Write the page's files and run its commands in turn.

    Yields
    ------
    command, said, printed : str
        The command, what the page says that it prints, and what it printed.
    """
    here = folder
    for part in PART.finditer(page):
        if part["name"]:
            (here / part["name"]).write_text(part["text"], encoding="utf-8")
            continue
        for command, said in commands(part["console"]):
            if command.startswith("cd "):
                here /= command.removeprefix("cd ")
                yield command, said, ""
                continue
            yield command, said, _masked(_run(command, here, env))


def _run(command: str, folder: Path, env: dict[str, str]) -> str:
    if command.startswith(SERVERS):
        return _serve(command, folder, env)
    if not command.startswith("snakemake"):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        return done.stdout
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["bash", "-c", command],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b"".join(_chunks(ours))
    os.close(ours)
    lines = said.decode().replace("\r\n", "\n").split("\n")
    seen = [re.split(r"\r(?:\033\[K)?", line)[-1] for line in lines]
    text = "".join(f"{line}\n" for line in seen if line)
    assert process.wait() == 0, f"{command}\n{text}"
    return text


def _chunks(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # all programs have closed the terminal
            return
        if not chunk:
            return
        yield chunk


def _serve(command: str, folder: Path, env: dict[str, str]) -> str:
    """Start a server, read its two lines, and end it as Ctrl-C does."""
    process = subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=folder,
        env=env | {"BROWSER": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # may be ignored here
    )
    assert process.stdout is not None
    said = process.stdout.readline() + process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate()
    assert process.returncode in (0, 130), said + rest
    return said


def _masked(text: str) -> str:
    for pattern, shown in VARYING:
        text = pattern.sub(shown, text)
    return text


def written(page: str, folder: Path, env: dict[str, str]) -> str:
    """Return the page with what its commands print."""
    printed = {command: text for command, _, text in play(page, folder, env)}

    def block(match: re.Match[str]) -> str:
        body = "".join(f"$ {command}\n{printed[command]}" for command, _ in commands(match[1]))
        return f"```console\n{body}```"

    return CONSOLE.sub(block, page)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    text = written(path.read_text(encoding="utf-8"), Path(sys.argv[2]), dict(os.environ))
    path.write_text(text, encoding="utf-8")
