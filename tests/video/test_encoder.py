"""Which ffmpeg encodes, and what its failures say."""

import errno
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from auva.errors import InputError
from auva.video.conversion import convert
from auva.video.encoder import ffmpeg_binary, ffmpeg_version, with_version

RATE = Fraction(25)


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], str]:
    """A function that makes a program with a version of its own."""

    def make(encode: str, version: str = "ffmpeg version 5.1.6-0+deb12u1 Copyright") -> str:
        path = tmp_path / "programs" / "ffmpeg"
        path.parent.mkdir(exist_ok=True)
        script = f'#!/bin/sh\nif [ "$1" = -version ]; then echo "{version}"; exit; fi\n{encode}\n'
        path.write_text(script)
        path.chmod(0o755)
        ffmpeg_version.cache_clear()
        return str(path)

    return make


@pytest.fixture
def source(numbered, tools) -> Path:
    return numbered("a source.mp4", tools.constant(5, RATE), RATE)


def run(source: Path, folder: Path, cfg: dict) -> bytes:
    convert(source, folder / "x.mp4", folder / "x.frames.csv", cfg)
    return (folder / "x.mp4").read_bytes()


def test_the_locked_ffmpeg_comes_first_whatever_a_machine_has(program, tmp_path, monkeypatch):
    other = program("exit 1")
    monkeypatch.setenv("PATH", str(Path(other).parent))
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", other)
    assert "imageio_ffmpeg" in ffmpeg_binary()
    assert ffmpeg_version() in Path(ffmpeg_binary()).name
    assert ffmpeg_binary("ffmpeg") == other
    assert ffmpeg_version("ffmpeg") == "5.1.6-0+deb12u1"


def test_a_named_ffmpeg_encodes_and_its_version_is_a_setting(program, source, tools, tmp_path):
    own = program(f'exec "{ffmpeg_binary()}" "$@"')
    cfg = with_version({**tools.CFG, "ffmpeg": own})
    assert cfg["ffmpeg_version"] == "5.1.6-0+deb12u1"
    assert with_version(tools.CFG)["ffmpeg_version"] == ffmpeg_version()
    assert run(source, tmp_path / "own", cfg) == run(source, tmp_path / "locked", tools.CFG)
    program(f'exec "{ffmpeg_binary()}" "$@"', "ffmpeg version 6.0")
    with pytest.raises(InputError, match=r"has version 6\.0 on this machine, but 5\.1\.6"):
        run(source, tmp_path / "late", cfg)
    assert list((tmp_path / "late").iterdir()) == []


def test_what_is_no_ffmpeg_is_refused(program, tmp_path):
    with pytest.raises(InputError, match=r"video\.ffmpeg: the program /no/such"):
        ffmpeg_version("/no/such")
    with pytest.raises(InputError, match="is not an ffmpeg"):
        ffmpeg_version(program("exit 0", "ping 1.2"))
    (tmp_path / "text").write_text("ffmpeg version 7")
    with pytest.raises(InputError, match="does not exist"):
        ffmpeg_version(str(tmp_path / "text"))


def test_an_encoder_that_fails_names_the_source(source, tools, tmp_path):
    with pytest.raises(InputError, match=r"a source\.mp4: ffmpeg could not encode") as refusal:
        run(source, tmp_path / "out", tools.CFG | {"preset": "no-such-preset"})
    assert ".auva-" not in str(refusal.value)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("encode", "told"),
    [
        ("exit 0", "it ended before its input"),
        ("exit 3", "it ended before its input"),
        ('for last; do :; done; echo "mp4 @ 0x5f: cannot open $last" >&2; exit 1', "cannot open"),
        ('for a; do echo "cannot open $a" >&2; done; kill -9 $$', "cannot open"),
    ],
)
def test_any_end_of_the_encoder_before_the_last_picture_is_an_error(
    program, source, tools, tmp_path, encode, told
):
    with pytest.raises(InputError, match=rf"a source\.mp4: ffmpeg could not .*{told}") as refusal:
        run(source, tmp_path / "out", tools.CFG | {"ffmpeg": program(encode)})
    assert ".auva-" not in str(refusal.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_is_told_as_such(program, source, tools, tmp_path):
    own = program('cat > /dev/null; echo "av_interleaved: No space left on device" >&2; exit 1')
    with pytest.raises(OSError, match="No space left") as full:
        run(source, tmp_path / "out", tools.CFG | {"ffmpeg": own})
    assert full.value.errno == errno.ENOSPC
    assert full.value.filename == str(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
