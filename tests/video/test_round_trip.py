"""The proof of the times: numbers in the pictures, over codec, B-frames, container and rate.

`benchmarks/timing.py` prints the table of all of them.
"""

from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numbered_films import (
    CODECS,
    CONTAINERS,
    RATES,
    Film,
    ffmpeg_times,
    films,
    read_pattern,
    shown,
    true_times,
    write,
    wrong,
)

from auva.records.manifest import read_manifest, read_timestamps, timestamps_path
from auva.video.conversion import convert
from auva.video.encoder import ffmpeg_binary
from auva.video.reader import iterate_frames
from auva.video.source import SourceVideo


def spread() -> list[Film]:
    """One film for each codec and kind of B-frames, over all containers and rates.

    And one for each kind of B-frames in AVI, which states no times of presentation.
    """
    every = list(films())
    used, chosen = Counter(), []
    for kind in CODECS:
        of_kind = [film for film in every if (film.codec, film.order) == kind]
        in_avi = [film for film in of_kind if film.container == "avi" and film.order != "0"]
        for group in filter(None, (of_kind, in_avi)):
            film = min(group, key=lambda film: 9 * used[film.container] + used[film.rate])
            used.update((film.container, film.rate))
            chosen.append(film)
    unused = {film.container: film for film in every if not used[film.container]}
    return list(dict.fromkeys([*chosen, *unused.values()]))


NO_WITNESS = {
    ("h264", "mxf"): "FFmpeg takes MXF's times of decoding for those of presentation",
    ("mpeg4", "m4v"): "FFmpeg counts the ticks of the stream's clock as frames",
    ("mpeg2", "wmv"): "FFmpeg shows the first picture one frame too early",
    ("mpeg1", "wmv"): "FFmpeg shows the first picture one frame too early",
    ("mpeg1", "avi"): "FFmpeg shows the first picture one frame too early",
    ("xvid", "mp4"): "FFmpeg shows packed pictures out of order",
    ("xvid", "mov"): "FFmpeg shows packed pictures out of order",
    ("xvid", "mkv"): "FFmpeg shows packed pictures out of order",
    ("hevc", "mpg"): "FFmpeg gives the time of a packet to a picture before it",
}
"""Films whose numbers show that FFmpeg's own times are wrong."""


def test_the_spread_has_every_codec_container_and_rate() -> None:
    chosen = spread()
    assert {(film.codec, film.order) for film in chosen} == set(CODECS)
    assert {film.rate for film in chosen} == set(RATES)
    containers = {name for names in CONTAINERS.values() for name in names.split()}
    assert {film.container for film in chosen} == containers


@pytest.mark.parametrize("film", spread(), ids=lambda film: film.name)
def test_burnt_in_numbers_agree_with_the_manifest(film: Film, tools, tmp_path: Path) -> None:
    source = write(ffmpeg_binary(), tmp_path, film)
    manifest_csv = tmp_path / "x.frames.csv"
    convert(source, tmp_path / "x.mp4", manifest_csv, tools.CFG)

    numbers, truth = shown(film), np.array(true_times(film))
    manifest = read_manifest(manifest_csv)
    seen = [read_pattern(picture) for _, picture in iterate_frames(tmp_path / "x.mp4")]
    assert seen == [numbers[place] for place in manifest["source_frame"]]
    assert manifest["frame"].tolist() == list(range(1, len(seen) + 1))
    stamps = read_timestamps(timestamps_path(manifest_csv))
    assert wrong(stamps["source_time"].tolist(), truth.tolist()) == 0

    # The choice itself: nobody is nearer by more than the 2 ms of a tie and of rounded times.
    distance = np.abs(manifest["time"].to_numpy()[:, None] - truth[None, :])
    chosen = distance[np.arange(len(seen)), manifest["source_frame"]]
    assert np.all(chosen <= distance.min(axis=1) + 0.0021)
    if film.rate != "variable":
        assert abs(len(seen) - len(truth) / RATES[film.rate] * 30) < 0.55


@pytest.mark.slow
@pytest.mark.parametrize("kind", CODECS, ids="-".join)
def test_every_film_is_read_at_its_true_times(kind: tuple[str, str], tmp_path: Path) -> None:
    for film in films():
        if (film.codec, film.order) != kind:
            continue
        path = write(ffmpeg_binary(), tmp_path, film)
        frames = [(read_pattern(frame.rgb()), frame.time) for frame in SourceVideo(path).frames()]
        assert [number for number, _ in frames] == shown(film), film.name
        times = [float(time) for _, time in frames]
        assert wrong(times, true_times(film)) == 0, film.name
        if (film.codec, film.container) not in NO_WITNESS:
            assert wrong(ffmpeg_times(ffmpeg_binary(), path), times) == 0, film.name
        path.unlink()


@pytest.mark.parametrize("container", ["mkv", "webm", "mp4"])
def test_rounded_timestamps_do_not_decide_equal_distances(
    container: str, numbered, tools, tmp_path: Path
) -> None:
    # At 15 fps every second output frame lies midway; Matroska's milliseconds must not matter.
    source = numbered(f"source.{container}", tools.constant(30, Fraction(15)), Fraction(15))
    convert(source, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)
    shown = read_manifest(tmp_path / "x.frames.csv")["source_frame"].tolist()
    assert shown == [number for number in range(30) for _ in range(2)]
