"""The original's sound on the clock of the converted video."""

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from sound_films import FPS, film

from auva.alignment.timing import timeline
from auva.errors import InputError
from auva.records.manifest import read_manifest, read_timestamps, timestamps_path
from auva.video.conversion import convert
from auva.video.sound import RATE, choice, loudness, write_sound

CFG = {"fps": 30, "crf": 30, "preset": "ultrafast"}


def sound_of(source: Path, folder: Path) -> tuple[Path, int]:
    """Return the sound of a video that was converted, and how many frames that has."""
    mp4, csv = folder / "v.mp4", folder / "v.frames.csv"
    convert(source, mp4, csv, CFG)
    manifest = read_manifest(csv)
    line = timeline(manifest, read_timestamps(timestamps_path(csv), manifest))
    write_sound(source, folder / "v.wav", line.start, len(manifest) / line.rate)
    return folder / "v.wav", len(manifest)


@pytest.mark.parametrize(
    ("name", "codec", "late"),
    [("film.mkv", "pcm_s16le", 0.0), ("film.mkv", "pcm_s16le", 0.6), ("film.mp4", "aac", 0.2)],
)
def test_a_sound_falls_on_the_frames_on_which_it_was_made(tmp_path, name, codec, late):
    film(tmp_path / name, codec, late)
    wav, frames = sound_of(tmp_path / name, tmp_path)
    with wave.open(str(wav)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (RATE, 1)
        assert sound.getnframes() == round(frames / 30 * RATE)
    loud = np.flatnonzero(loudness(wav, frames, 30.0) > 60).tolist()
    assert loud == [15, 16, 17, 36, 37, 38]


def two_sounds(folder: Path, marked: int) -> Path:
    """Write a video with two sounds, the second in German; the `marked` one is the default."""
    film(folder / "a.mkv")
    film(folder / "b.mkv", bursts=[0.8])
    made = folder / f"both-{marked}.mkv"
    with (
        av.open(str(folder / "a.mkv")) as first,
        av.open(str(folder / "b.mkv")) as second,
        av.open(str(made), "w") as out,
    ):
        taken = [first.streams.video[0], first.streams.audio[0], second.streams.audio[0]]
        written = [out.add_stream_from_template(each) for each in taken]
        written[2].metadata["language"] = "ger"
        for number, stream in enumerate(written[1:]):
            stream.disposition = Disposition.default if number == marked else Disposition(0)
        for stream, target in zip(taken, written, strict=True):
            for packet in stream.container.demux(stream):
                if packet.dts is not None:
                    packet.stream = target
                    out.mux(packet)
            stream.container.seek(0)
    return made


@pytest.mark.parametrize(
    ("marked", "words", "bursts"),
    [(0, "sound 1 of 2", [15, 16, 17, 36, 37, 38]), (1, "sound 2 of 2 (ger)", [24, 25, 26])],
)
def test_of_two_sounds_the_default_one_is_taken_and_told(tmp_path, marked, words, bursts):
    source = two_sounds(tmp_path, marked)
    assert choice(source) == words
    wav, frames = sound_of(source, tmp_path)
    assert np.flatnonzero(loudness(wav, frames, 30.0) > 60).tolist() == bursts
    assert choice(tmp_path / "a.mkv") == ""


def test_frames_after_the_end_of_the_sound_are_silent(tmp_path):
    with wave.open(str(tmp_path / "v.wav"), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(np.full(RATE // 10, -32768, "<i2").tobytes())
    assert loudness(tmp_path / "v.wav", 6, 30.0).tolist() == [255, 255, 255, 0, 0, 0]


def test_what_cannot_be_heard_is_told_in_one_line_and_leaves_no_file(tmp_path):
    silent = tmp_path / "silent.mp4"
    with av.open(str(silent), "w") as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")
            container.mux(video.encode(picture))
        container.mux(video.encode())
    broken = tmp_path / "broken.mkv"
    film(broken, "flac")
    data = broken.read_bytes().replace(b"A_FLAC", b"A_FLAX")
    broken.write_bytes(data)
    for path, words in ((silent, "has no sound"), (broken, "sound cannot be decoded")):
        with pytest.raises(InputError, match=words) as told:
            write_sound(path, tmp_path / "v.wav", 0.0, 1.0)
        assert "\n" not in str(told.value)
    with pytest.raises(InputError, match="the video file does not exist"):
        write_sound(tmp_path / "gone.mp4", tmp_path / "v.wav", 0.0, 1.0)
    film(tmp_path / "film.mkv", "flac")
    with pytest.raises(InputError, match="was stopped"):
        write_sound(
            tmp_path / "film.mkv",
            tmp_path / "v.wav",
            0.0,
            1.0,
            is_stopped=iter([False, True]).__next__,
        )
    assert not list(tmp_path.glob("*.wav"))
