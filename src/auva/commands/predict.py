"""`auva predict VIDEO … --run RUN`: predictions for unlabelled videos."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.errors import InputError

DPM_MODEL = Path("resources/dpm/headhunter_dpm_baseline.txt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO", help="videos to predict")
    parser.add_argument(
        "--run",
        required=True,
        type=Path,
        metavar="FOLDER",
        help="folder of a trained and evaluated run, such as results/runs/au/RUN",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("predictions"),
        metavar="FOLDER",
        help="where the results go (default: predictions)",
    )
    parser.add_argument(
        "--format",
        action="append",
        choices=("auva", "abaw", "openface"),
        metavar="FORMAT",
        help="auva (default), abaw or openface; may be given several times",
    )
    parser.add_argument("--overlay", action="store_true", help="write a video with the predictions")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="config of the workflow that made the run's faces (its sections video, detector, "
        "selection and crops; default: the stages' defaults)",
    )
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="CPU threads")


def run(args: argparse.Namespace) -> int:
    """Predict each video; one that fails is told and the others go on."""
    import torch

    from auva.prediction import load_model, predict_video, stages_of

    if args.threads < 1:
        raise InputError(f"--threads: {args.threads} is less than 1")
    names = result_names(args.videos)
    stages = stages_of(_read_config(args.config))
    torch.set_num_threads(args.threads)
    model = load_model(args.run)
    detector = _detector_model(stages.detector)
    failed = 0
    for video, name in names.items():
        try:
            written = predict_video(
                video,
                model,
                args.out,
                stages,
                detector,
                tuple(dict.fromkeys(args.format or ("auva",))),
                args.overlay,
                args.threads,
                name,
            )
        except InputError as error:
            print(f"auva: {error}", file=sys.stderr)
            failed += 1
        else:
            for path in written:
                print(path)
    return 1 if failed else 0


def result_names(videos: list[Path]) -> dict[Path, str]:
    """Return the name of each video's results; two of one name are an `InputError`."""
    names: dict[Path, str] = {}
    for video in videos:
        if video in names:
            continue
        for other, name in names.items():
            if name == video.stem:
                cause = f"would overwrite the results of {other}: the names are the same"
                raise InputError(cause, video)
        names[video] = video.stem
    return names


def _read_config(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    import yaml

    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"cannot be read as YAML ({error})", path) from None
    if not isinstance(config, Mapping):
        raise InputError("is not a config: no sections", path)
    return config


def _detector_model(cfg: Mapping[str, Any]) -> Path | None:
    """Return the DPM's model file, fetched once where none is at hand."""
    if cfg.get("name", "dpm") != "dpm":
        return None
    if cfg.get("model"):
        return Path(cfg["model"])
    if not DPM_MODEL.exists():
        from auva.dpm import fetch_model

        fetch_model(DPM_MODEL)
    return DPM_MODEL
