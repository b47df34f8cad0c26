"""The tutorial: its commands run as they stand in the page, and print what it says."""

import os
import re
import sys
from pathlib import Path

import pytest
from console import commands, play

NUMBER = re.compile(r"-?\d+\.\d+")
NEAR = 0.03
"""How far a score may differ on another processor."""


def test_commands_of_a_page_are_told_from_what_they_print():
    assert commands("$ a b\n$ c\none\ntwo\n") == [("a b", ""), ("c", "one\ntwo\n")]


def test_files_and_commands_of_a_page_follow_each_other(tmp_path: Path):
    page = (
        "```console\n$ mkdir a\n$ cd a\n```\nThe text, saved as `x.txt`:\n\n```\none\n```\n"
        "```console\n$ cat x.txt\nwrong\n```\n"
    )
    played = list(play(page, tmp_path, dict(os.environ)))
    assert played == [("mkdir a", "", ""), ("cd a", "", ""), ("cat x.txt", "wrong\n", "one\n")]


@pytest.mark.slow
@pytest.mark.workflow
def test_the_tutorials_commands_print_what_it_says(
    root: Path, london: Path, dpm_model: Path, tmp_path: Path
):
    page = (root / "docs/tutorial.md").read_text(encoding="utf-8")
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"LONDON": str(london.resolve()), "PATH": programs, "OMP_NUM_THREADS": "1"}
    for command, said, printed in play(page, tmp_path, env):
        assert NUMBER.sub("#", printed) == NUMBER.sub("#", said), command
        numbers = [[float(n) for n in NUMBER.findall(text)] for text in (printed, said)]
        assert numbers[0] == pytest.approx(numbers[1], abs=NEAR), command
        if command.startswith("auva init"):  # fetched once for all tests
            folder = tmp_path / "study/resources/dpm"
            folder.parent.mkdir()
            folder.symlink_to(dpm_model.parent)
