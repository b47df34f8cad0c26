"""Face detectors behind one interface, and the table of all boxes of a video."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from auva.errors import InputError
from auva.faces.settings import DETECTOR
from auva.progress import progress
from auva.records.detections import Box, detections_writer
from auva.records.manifest import read_manifest
from auva.video.reader import iterate_frames

Found = tuple[int, str, list[Box]]


def detect_faces(
    mp4: str | Path,
    out_csv: str | Path,
    cfg: Mapping[str, Any],
    model: str | Path | None = None,
    threads: int = 1,
    manifest_csv: str | Path | None = None,
) -> None:
    """Detect the faces in every frame of a converted video (thesis, section 3.1.3).

    Writes one row per box, in the order of frames and falling scores: `frame, score, left, top,
    right, bottom, search` (pixels of the converted video, right and bottom exclusive). A frame
    without a face has no row.

    Parameters
    ----------
    mp4, out_csv : path
        The converted video, the table to write.
    cfg : mapping
        The `detector` section: `name` ("dpm", "dlib", "opencv") and the detector's own settings.
    model : path, optional
        The model file of the DPM; `cfg["model"]` otherwise.
    threads : int
        Frames searched at the same time; the result does not depend on it.
    manifest_csv : path, optional
        The video's frame manifest: as many frames must be decoded as it lists. By default the
        video's own count is compared.

    Raises
    ------
    InputError
        For an unknown detector or setting, a detector that is not installed, a damaged video, or
        one whose frames are not those of the manifest.
    """
    name = cfg.get("name", DETECTOR["name"].default)
    DETECTOR["name"].check(name, "config detector.name")
    total = len(read_manifest(manifest_csv)) if manifest_csv else None
    frames = progress(iterate_frames(mp4, frames=total), total, Path(mp4).stem, "frame")
    dpm = name == "dpm"
    found = _dpm(frames, cfg, model, threads) if dpm else _menpodetect(frames, name, cfg)
    with detections_writer(out_csv) as write:
        for frame, search, boxes in found:
            write(frame, search, boxes)


def _dpm(
    frames: Iterable[tuple[int, np.ndarray]],
    cfg: Mapping[str, Any],
    model: str | Path | None,
    threads: int,
) -> Iterator[Found]:
    from auva.dpm.stream import detect_frames

    for frame, search, detections in detect_frames(frames, cfg, threads, model):
        boxes = [(float(d.score), d.left, d.top, d.right, d.bottom) for d in detections]
        yield frame, search, boxes


def _menpodetect(
    frames: Iterable[tuple[int, np.ndarray]], name: str, cfg: Mapping[str, Any]
) -> Iterator[Found]:
    """Run one of menpodetect's detectors; they give no scores, so each face scores 1."""
    from auva.dpm.settings import read_settings

    # The section comes with the defaults of the DPM's settings, which have no meaning here.
    if read_settings(cfg).smallest_face is not None:
        raise InputError(f"detector.smallest_face: '{name}' has no such setting, only 'dpm' has")
    detect = _load(name)
    from menpo.image import Image

    for frame, picture in frames:
        image = Image(np.ascontiguousarray(picture.transpose(2, 0, 1)))
        height, width = picture.shape[:2]
        boxes: list[Box] = []
        for cloud in detect(image):
            (top, left), (bottom, right) = (
                np.rint(corner).astype(int) for corner in cloud.bounds()
            )
            boxes.append((1.0, max(0, left), max(0, top), min(width, right), min(height, bottom)))
        yield frame, "full", boxes


def _load(name: str) -> Callable[..., list]:
    try:
        if name == "dlib":
            from menpodetect.dlib import load_dlib_frontal_face_detector

            return load_dlib_frontal_face_detector()
        from menpodetect.opencv import load_opencv_frontal_face_detector

        return load_opencv_frontal_face_detector()
    except ImportError as error:
        cause = f"'{name}' is not installed: pip install '/path/to/auva[{name}]' ({error})"
        raise InputError(f"detector.name: {cause}") from error
