"""Files from outside: never waited for, never read in two ways."""

import json
import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.annotations import read_action_units, read_valence_arousal
from auva.errors import InputError, suggest
from auva.faces.overrides import read_overrides
from auva.reading import read_bytes, read_json, read_text, read_yaml
from auva.sheet import read_sample_sheet

READERS = [
    read_bytes,
    read_yaml,
    read_json,
    read_sample_sheet,
    read_overrides,
    read_action_units,
    read_valence_arousal,
]


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture
def no_files(tmp_path, monkeypatch):
    """What can stand where a file should, and what an error says of it."""
    monkeypatch.chdir(tmp_path)  # the path of a socket has at most 107 characters
    os.mkfifo("pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle").symlink_to("circle")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        yield {
            "pipe": "a pipe",
            "link": "a pipe",
            "folder": "a folder|the folder has no",
            "socket": "socket",
            "circle": "symbolic links",
            "/dev/zero": "a device",
            "missing": "does not exist",
            "nul\0": "cannot be read|the folder has no",
        }


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_what_is_no_file_is_refused_at_once(no_files, read):
    for name, told in no_files.items():
        with pytest.raises(InputError, match=told) as refusal:
            read(name)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_read_in_every_encoding_that_its_mark_tells(tmp_path, encoding):
    path = write(tmp_path / "a.txt", "Zoë\t1\n".encode(encoding))
    assert read_text(path) == "Zoë\t1\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a\nZoë".encode("latin-1"), "a.txt, line 2: the file is not text in UTF-8; save it as"),
        (b"\xff\xfea", "a.txt, line 1: the file is not text in UTF-16"),
        (b"PK\x03\x04xl/", "a.txt: the file is an Excel workbook"),
    ],
)
def test_other_bytes_are_no_text(tmp_path, content, told):
    with pytest.raises(InputError) as refusal:
        read_text(write(tmp_path / "a.txt", content))
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed: 1\nvideo: {fps: 25}\nseed: 2\n", "line 3: duplicate key 'seed' (first in 1"),
        ("a:\n  b: 1\n  'b': 2\n", "line 3: duplicate key 'b' (first in line 2)"),
        ("a: [{b: 1, b: 1}]\n", "line 1: duplicate key 'b'"),
        ("&x a: 1\nb: {*x : 1, a: 2}\n", "line 2: duplicate key 'a'"),
        ("{'a': 1, 'a': 2}", "line 1: duplicate key 'a'"),
        ("a: 1\n3: 2\n", "line 2: the key 3 is a number, not a name: write '3'"),
        ("a: {1.5: 2}\n", "line 1: the key 1.5 is a number, not a name"),
        ("on: 2\n", "line 1: the key on is true or false, not a name: write 'on'"),
        ("~: 2\n", "line 1: the key ~ is empty, not a name"),
        ("2017-04-07: 2\n", "line 1: the key 2017-04-07 is a date, not a name"),
        ("? [a, b]\n: 2\n", "line 1: a key is a list, not a name"),
        ("a: [1\n", "is not YAML"),
        ("a:\n\tb: 1\n", "line 2: the file is not YAML"),
        ("a: 1\n---\na: 2\n", "line 2: the file is not YAML"),
        ("a: !!python/object/apply:os.abort []\n", "line 1: the file is not YAML"),
        ("a: *b\n", "line 1: the file is not YAML"),
        ("a: &a [*a]\n", "aliases that expand to too many values"),
        ("a: &a {b: {c: *a}}\n", "aliases that expand to too many values"),
        (
            "a0: &a0 [1, 1]\n"
            + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
            "aliases that expand to too many values",
        ),
        ("[" * 100_000, "nested more than 100 levels deep"),
        ("a:\n" + "".join(" " * n + "- \n" for n in range(1, 99)) + "[" * 99, "is not YAML|nested"),
        ("a: \x07\n", "is not YAML"),
    ],
)
def test_yaml_with_two_meanings_is_refused_in_one_line(tmp_path, text, told):
    path = write(tmp_path / "a.yaml", text)
    told = told.replace("(first in 1", "(first in line 1)")
    with pytest.raises(InputError) as refusal:
        read_yaml(path)
    message = str(refusal.value)
    assert message.startswith(str(path))
    assert any(each in message for each in told.split("|")), message


def test_yaml_that_is_clear_is_read(tmp_path):
    text = "a: &base {b: 1, c: 2}\nd:\n  <<: *base\n  c: 3\n'1': [x, {y: 2}]\n"
    path = write(tmp_path / "a.yaml", text)
    expected = {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}, "1": ["x", {"y": 2}]}
    assert read_yaml(path) == expected
    assert read_yaml(write(tmp_path / "empty.yaml", "# nothing\n")) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
    max_leaves=20,
)


@given(values)
def test_json_is_read_as_it_was_written(tmp_path_factory, value):
    path = write(tmp_path_factory.getbasetemp() / "a.json", json.dumps(value))
    assert read_json(path) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "names the key 'c' twice"),
        ('{"a": 1,\n}', "line 2: the file is not JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_with_two_meanings_is_refused_in_one_line(tmp_path, text, told):
    with pytest.raises(InputError, match=told):
        read_json(write(tmp_path / "a.json", text))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nb.txt", "a b.txt"),
        ("a\x1b[31mb.txt", r"a\x1b[31mb.txt"),
        (os.fsdecode(b"a\xff.txt"), r"a\udcff.txt"),
        ("Zoë ‘x’.txt", "Zoë ‘x’.txt"),
        ("a\u202eb.txt", r"a\u202eb.txt"),
    ],
)
def test_an_error_shows_any_name_in_one_printable_line(name, shown):
    message = str(InputError("is not there", name, 2))
    assert message == f"{shown}, line 2: is not there"
    assert message.encode()


def test_a_suggestion_does_not_mind_capitals():
    assert suggest("VIDEO", ["path", "video"]) == " (did you mean 'video'?)"
    assert suggest("AU_Mean", ["AU_mean", "va_mean"]) == " (did you mean 'AU_mean'?)"
    assert suggest("xyz", ["path", "video"]) == ""
