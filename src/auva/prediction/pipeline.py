"""From an unlabelled video to its predictions: the stages of the workflow in one call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from auva.errors import InputError, suggest
from auva.faces.crop_settings import CropSettings, check_margin
from auva.files import make_folder, move, scratch_folder
from auva.prediction.formats import FORMATS, write_predictions
from auva.prediction.model import HeldOutModel
from auva.prediction.table import prediction_table
from auva.settings import complete
from auva.video.settings import SETTINGS

SECTIONS = ("video", "detector", "selection", "crops")


@dataclass(frozen=True)
class Stages:
    """The settings of the stages before the prediction; the sections of the config.

    Use the settings with which the run's training faces were made.
    """

    video: Mapping[str, Any]
    detector: Mapping[str, Any]
    selection: Mapping[str, Any]
    crops: Mapping[str, Any]


def stages_of(config: Mapping[str, Any]) -> Stages:
    """Return the stages' settings from a config; what is missing takes the stage's default."""
    parts = {name: dict(config.get(name) or {}) for name in SECTIONS}
    parts["selection"].pop("overrides", None)
    parts["video"] = complete(SETTINGS, parts["video"], "video")
    return Stages(**parts)


def predict_video(
    source: str | Path,
    model: HeldOutModel,
    folder: str | Path,
    stages: Stages,
    detector_model: str | Path | None = None,
    formats: Sequence[str] = ("auva",),
    overlay: bool = False,
    threads: int = 1,
    name: str | None = None,
    stream: int | None = None,
    fps: Fraction | str | None = None,
) -> list[Path]:
    """Convert, detect, select, crop and predict one video (thesis, Appendix B).

    Parameters
    ----------
    source : path
        A video in any container.
    model : HeldOutModel
        The model (`auva.prediction.load_model`).
    folder : path
        Folder of the results; it stays unchanged if a stage fails.
    stages : Stages
        Settings of conversion, detection, selection and crops.
    detector_model : path, optional
        The model file of the DPM.
    formats : sequence of str
        Of `auva.prediction.formats.FORMATS`.
    overlay : bool
        Write {name}.overlay.mp4 too.
    threads : int
        CPU threads of detection and prediction.
    name : str, optional
        Name of the results, by default the video's without its suffix.
    stream, fps : optional
        The video stream and its rate, if the file does not contain them (`auva.video.convert`).

    Returns
    -------
    list of Path
        The files written.
    """
    from auva.faces.crops import crop_faces
    from auva.faces.detection import detect_faces
    from auva.faces.selection import select_faces
    from auva.prediction.overlay import write_overlay
    from auva.records.manifest import timestamps_path
    from auva.video.conversion import convert

    for format in formats:
        if format not in FORMATS:
            raise InputError(f"unknown format '{format}'{suggest(format, FORMATS)}")
    source, folder = Path(source), Path(folder)
    if not source.is_file():
        raise InputError("no such video", source)
    crops = CropSettings.read(stages.crops)
    if crops.size < model.size:
        raise InputError(
            f"crops.size is {crops.size}, but the run needs faces of {model.size} pixels"
        )
    check_margin(crops.margin, model.margin, model.run, source)
    name = name or source.stem
    make_folder(folder)
    with scratch_folder(folder, name) as scratch:
        part = {kind: scratch / f"{name}.{kind}" for kind in _FILES}
        convert(
            source,
            part["mp4"],
            part["frames.csv"],
            dict(stages.video),
            threads,
            stream=stream,
            fps=fps,
        )
        detect_faces(
            part["mp4"],
            part["boxes.csv"],
            stages.detector,
            detector_model,
            threads,
            part["frames.csv"],
        )
        select_faces(part["boxes.csv"], part["frames.csv"], part["track.csv"], stages.selection)
        crop_faces(part["mp4"], part["track.csv"], part["h5"], part["png"], stages.crops)
        table = prediction_table(model, part["h5"], part["track.csv"], part["frames.csv"])
        done = scratch / "done"
        stamps = timestamps_path(part["frames.csv"])
        written = [
            path
            for format in formats
            for path in write_predictions(table, done, name, format, stamps, model.tasks)
        ]
        if overlay:
            written.append(done / f"{name}.overlay.mp4")
            affect = "va" in model.tasks
            write_overlay(
                part["mp4"],
                part["track.csv"],
                table,
                model.thresholds,
                written[-1],
                affect,
                stages.video.get("ffmpeg"),
            )
        targets = [folder / path.name for path in written]
        for path, target in zip(written, targets, strict=True):
            move(path, target)
        return targets


_FILES = ("mp4", "frames.csv", "boxes.csv", "track.csv", "h5", "png")
