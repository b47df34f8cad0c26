"""The command line: every command is there, answers for help, and ends bad input with one line."""

import importlib

import pytest

from auva.cli import COMMANDS, main, module_name


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_its_module_and_help(name, capsys):
    module = importlib.import_module(module_name(name))
    assert callable(module.run)
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"auva {name}" in capsys.readouterr().out


def test_an_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["anotate"])
    assert ended.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_bad_input_is_one_line(capsys):
    assert main(["detect", "no-such-file.png"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("auva: ")
    assert error.count("\n") == 1
