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
    assert main(["anotate"]) == 1
    assert capsys.readouterr().err == "auva: no command 'anotate' (did you mean 'annotate'?)\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["detect", "x.png", "--threshold", "abc"], "--threshold: 'abc' is not a number"),
        (["detect", "x.png", "--threshold", "nan"], "--threshold: 'nan' is not a number"),
        (["detect", "x.png", "--threads", "1.5"], "--threads: '1.5' is not a whole number"),
        (["detect", "."], ".: is a folder, not a picture or video"),
        (["audit", "x.h5", "--threshold", "5"], "--threshold: 5.0 is not from -1 to 1"),
        (["audit", "x.h5", "--faces", "0"], "--faces: 0 is not at least 1"),
        (["audit", "x.h5"], "x.h5: no such file"),
        (["review", "--port", "65536"], "--port: 65536 is not from 0 to 65535"),
        (["review", "--results", "nowhere"], "nowhere: no such folder"),
        (["annotate", "--run", "nowhere"], "nowhere: no such folder"),
        (["predict"], "predict: the following arguments are required: VIDEO"),
        (
            ["predict", "v.mp4", "--results", "x"],
            "x: holds no evaluated run that predicts faces; --run names one",
        ),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_a_wrong_argument_is_one_line(arguments, message, capsys):
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith("auva: ")
    assert error.endswith(f"{message}\n")
    assert error.count("\n") == 1


def test_bad_input_is_one_line(capsys):
    assert main(["detect", "no-such-file.png"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("auva: ")
    assert error.count("\n") == 1
