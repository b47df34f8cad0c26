"""Write one video of the corpus with its annotations and its ground truth."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from auva.demo.catalogue import video_of
from auva.demo.encoding import encode
from auva.demo.film import Film, truth_times
from auva.demo.labels import presences, write_au, write_truth, write_va
from auva.demo.settings import DemoSettings
from auva.errors import InputError
from auva.files import atomic_path
from auva.progress import progress

SCALE = 62.0
"""Pixels per face unit (half the width of a face) at which heads are painted before they are moved
into the frame."""

NOISE = 0.008
"""Standard deviation of the pixel noise, as a share of the grey range; above 0.015 the detector's
scores begin to fall."""


def render_video(
    video_id: str,
    cfg: dict[str, Any],
    seed: int,
    video_path: str | Path,
    au_path: str | Path,
    va_path: str | Path,
    truth_path: str | Path,
) -> None:
    """Render one video of the synthetic corpus and write its four files.

    The same arguments give the same bytes with the same versions of numpy, Pillow and PyAV. Each
    file appears whole or not at all.

    Parameters
    ----------
    video_id : str
        Id in the catalogue.
    cfg : dict
        `config["demo"]` (see `DemoSettings`).
    seed : int
        Seed of the corpus.
    video_path : str or Path
        Video to write; its suffix must be the catalogue's.
    au_path : str or Path
        Action Units on the 30 fps frames, in the thesis' format.
    va_path : str or Path
        Valence and arousal on the original frames.
    truth_path : str or Path
        Ground truth of the 30 fps frames.

    Raises
    ------
    InputError
        If the id or a setting is unknown, or the suffix does not fit.
    """
    video = video_of(video_id)
    settings = DemoSettings.read(cfg)
    if Path(video_path).suffix != f".{video.container}":
        raise InputError(f"demo video '{video_id}' must end in .{video.container}", video_path)
    film = Film(video, settings.seconds, SCALE, NOISE, seed)
    with ExitStack() as stack:
        file = stack.enter_context(atomic_path(video_path))
        pictures = progress(film.pictures(), len(film.times), video_id, "frame")
        encode(file, pictures, film.times, video.rate, video.codec)
        _write_labels(film, au_path, va_path, truth_path)


def _write_labels(
    film: Film, au_path: str | Path, va_path: str | Path, truth_path: str | Path
) -> None:
    times = [float(time) for time in truth_times(film)]
    visible = np.array([film.face_visible(time) for time in times])
    present = presences(film.performance.intensities(np.array(times)), visible)
    write_au(au_path, present)
    original = np.array([float(time) for time in film.times])
    write_va(va_path, film.performance.affect(original))
    write_truth(
        truth_path,
        times,
        [film.box(time) for time in times],
        visible,
        [film.distractor_box(time) for time in times],
        present,
        film.performance.affect(np.array(times)),
    )
