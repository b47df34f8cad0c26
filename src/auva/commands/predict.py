"""`auva predict VIDEO … --run RUN`: predictions for unlabelled videos."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.commands.arguments import add_source, model_file, whole
from auva.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("videos", nargs="+", type=Path, metavar="VIDEO", help="videos to predict")
    parser.add_argument(
        "--run",
        type=Path,
        metavar="FOLDER",
        help="folder of a trained and evaluated run, such as results/runs/au/RUN (default: the "
        "best of --results on the validation people)",
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="results of the workflow, among whose runs the best one predicts (default: results)",
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
        "--configfile",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="configuration with which the run's faces were made (its sections video, detector, "
        "selection and crops), then its overlays: may be given several times; later files have "
        "priority (default: the stages' defaults)",
    )
    add_source(parser)
    parser.add_argument("--threads", type=whole(1), default=1, metavar="N", help="CPU threads")


def run(args: argparse.Namespace) -> int:
    """Predict each video; a video that fails is reported and the others continue."""
    import torch

    from auva.files import make_folder
    from auva.prediction.model import load_model
    from auva.prediction.pipeline import predict_video, stages_of
    from auva.workflow.configuration import read_configs

    names = result_names(args.videos)
    stages = stages_of(read_configs(args.configfile))
    torch.set_num_threads(args.threads)
    model = load_model(args.run or _best(args.results))
    make_folder(args.out)
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
                args.stream,
                args.fps,
            )
        except InputError as error:
            print(f"auva: {error}", file=sys.stderr)
            failed += 1
        else:
            for path in written:
                print(path)
    return 1 if failed else 0


def _best(results: Path) -> Path:
    """Return the folder of the best run, and say which it is."""
    from auva.prediction.best import best_run

    best = best_run(results)
    print(f"auva: {best}", file=sys.stderr)
    return best.folder


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


def _detector_model(cfg: Mapping[str, Any]) -> Path | None:
    """Return the DPM's model file; it is fetched once if it is missing."""
    if cfg.get("name", "dpm") != "dpm":
        return None
    return model_file(Path(cfg["model"]) if cfg.get("model") else None)
