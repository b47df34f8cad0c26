"""MediaPipe's blendshapes, read as Action Units, on the same people as a model of auva.

    python benchmarks/peers.py --results build/people/results
    python benchmarks/peers.py --results build/people/results --model linear --seed 1

MediaPipe's Face Landmarker gives 52 blendshapes in [0, 1], the movements that animate a drawn head.
It is no tool for FACS. `UNITS` reads them as Action Units; that reading is a mapping of names and
definitions, which no certified coder has checked.

The command takes the finished results of a corpus (`benchmarks/people.py` makes those of the 72
people): the packed faces, the converted videos and the tracks. In each frame with a face that
auva's detector found, MediaPipe's landmark network sees a square of 1.5 times the face's box in
full resolution, and its blendshape network the landmarks. The tables of the validation and test
people's videos are written as `auva predict` writes its own, and `auva evaluate --predictions`
scores them. "As given" is a blendshape from 0.5 on: MediaPipe names no thresholds. Last, a model of
auva is trained and scored on the same split. Prints a Markdown table.
"""

import argparse
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import people
from numpy.typing import NDArray

from auva.dataset.read import Faces
from auva.landmarks.fetch import fetch_landmarker
from auva.landmarks.network import SURROUNDINGS, Landmarker, Network
from auva.landmarks.task import BLENDSHAPES, LANDMARKS, PLACE, SHA256, read_network
from auva.records.detections import SIDES
from auva.records.manifest import read_manifest
from auva.records.predictions import decision, prediction_columns, write_predictions
from auva.records.scores import read_peer
from auva.records.track import FACE, read_track
from auva.units import number_of
from auva.video.reader import iterate_frames

NAMES = [
    "neutral",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "eyeLookDownLeft",
    "eyeLookDownRight",
    "eyeLookInLeft",
    "eyeLookInRight",
    "eyeLookOutLeft",
    "eyeLookOutRight",
    "eyeLookUpLeft",
    "eyeLookUpRight",
    "eyeSquintLeft",
    "eyeSquintRight",
    "eyeWideLeft",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawOpen",
    "jawRight",
    "mouthClose",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthFunnel",
    "mouthLeft",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthPucker",
    "mouthRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "noseSneerLeft",
    "noseSneerRight",
]
"""The outputs of the blendshape network, in their order (MediaPipe's face_blendshapes_graph)."""

INPUTS = (
    *(0, 1, *range(4, 9), 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, *range(52, 56), 58, 61, 63),
    *(65, 66, 67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133),
    *(136, 144, 145, 146, 148, 149, 150, *range(152, 156), *range(157, 164), 168, 172, 173, 176),
    *(178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270, 276, *range(282, 286)),
    *(288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332),
    *(334, 336, 338, 356, 361, 362, 365, 373, 374, 375, *range(377, 383), *range(384, 391), 397),
    *(398, 400, 402, 405, 409, 415, 454, 466, *range(468, 478)),
)
"""The landmarks that the blendshape network takes (as above)."""

UNITS = {
    1: ("browInnerUp",),
    2: ("browOuterUp",),
    4: ("browDown",),
    5: ("eyeWide",),
    6: ("cheekSquint",),
    7: ("eyeSquint",),
    9: ("noseSneer",),
    10: ("mouthUpperUp",),
    12: ("mouthSmile",),
    14: ("mouthDimple",),
    15: ("mouthFrown",),
    16: ("mouthLowerDown",),
    17: ("mouthShrugLower",),
    18: ("mouthPucker",),
    20: ("mouthStretch",),
    22: ("mouthFunnel",),
    24: ("mouthPress",),
    25: ("jawOpen", "mouthLowerDown", "mouthUpperUp"),
    26: ("jawOpen",),
    28: ("mouthRoll",),
    43: ("eyeBlink",),
}
"""Action Unit -> the blendshapes whose names begin so; the largest of them is its score.

Each blendshape moves what its Action Unit moves by definition. FACS codes a unit that one side
of the face shows, so the larger side counts. Lips part (25) by the jaw or by one of the lips.
"""

GIVEN = 0.5
HEAD = ("what", "thresholds", "mean F1", "AUC", "faces without a prediction")


def main() -> None:
    """Write the tables, score them, train and score the model, and print all of them."""
    args = _arguments()
    packed = args.results / "dataset" / f"faces_{args.size}.h5"
    networks = Path(people.ROOT / PLACE)
    fetch_landmarker(networks)
    with tempfile.TemporaryDirectory(dir=args.folder) as scratch:
        told = args.predictions or Path(scratch) / "blendshapes"
        told.mkdir(parents=True, exist_ok=True)
        tool = Blendshapes(networks)
        for video in videos_of(packed):
            if not (told / f"{video}.csv").exists():
                table = predict(tool, args.results, video, names_of(packed))
                write_predictions(told / f"{video}.csv", table)
        print("| " + " | ".join(HEAD) + " |\n|" + " --- |" * len(HEAD), flush=True)
        for row in scored(told, packed, Path(scratch) / "scores.csv"):
            _print(*row)
        run = people.plan(Namespace(**vars(args), settings=[], axes=[]), args.seed, people.Part())
        scores, more = people.measure(run, packed, Path(scratch) / "run", args.threads)
        shown = [people.spoken(scores[name]) for name in ("mean F1", "AUC")]
        _print(f"`{args.model}`, after: {more[-1]}", "chosen on the validation people", *shown, 0)


class Blendshapes:
    """MediaPipe's landmark and blendshape networks on a face with its surroundings."""

    def __init__(self, path: Path) -> None:
        self._landmarks = Landmarker(read_network(path, SHA256, LANDMARKS))
        self._network = Network(read_network(path, SHA256, BLENDSHAPES))

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the 52 blendshapes of a square picture, NaN where no face is seen in it."""
        points = self._landmarks.in_surroundings(picture)
        if np.isnan(points).any():
            return np.full(len(NAMES), np.nan, np.float32)
        pixels = points[list(INPUTS), :2] * np.float32(len(picture))
        return self._network(pixels[None])[0].reshape(-1)


def units_from(blendshapes: NDArray[np.float32], units: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the score of each Action Unit, NaN of those that no blendshape stands for."""
    scores = np.full(len(units), np.nan, np.float32)
    for place, unit in enumerate(units):
        columns = [n for n, name in enumerate(NAMES) if name.startswith(UNITS.get(unit, "-"))]
        if columns:
            scores[place] = blendshapes[columns].max()
    return scores


def surroundings(picture: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the square of 1.5 times a box (left, top, right, bottom), edges repeated outside."""
    side = round(max(box[2:] - box[:2]) * (1 + 2 * SURROUNDINGS))
    left, top = np.rint((box[:2] + box[2:] - side) / 2).astype(int)
    rows = np.clip(np.arange(top, top + side), 0, picture.shape[0] - 1)
    columns = np.clip(np.arange(left, left + side), 0, picture.shape[1] - 1)
    return picture[rows[:, None], columns]


def predict(tool: Blendshapes, results: Path, video: str, names: tuple[str, ...]) -> pd.DataFrame:
    """Return what the tool says of the frames of a video, as a table of `auva predict`."""
    manifest = read_manifest(results / "video" / f"{video}.frames.csv")[["frame", "time"]]
    track = read_track(results / "faces" / f"{video}.track.csv", len(manifest), "manifest")
    boxes = track[list(SIDES)].to_numpy(float)
    face = (track["status"] == FACE).to_numpy()
    units = tuple(number_of(name) or 0 for name in names)
    scores = np.full((len(manifest), len(names)), np.nan)
    frames = iterate_frames(results / "video" / f"{video}.mp4", frames=len(manifest))
    for frame, picture in frames:
        if face[frame - 1]:
            scores[frame - 1] = units_from(tool(surroundings(picture, boxes[frame - 1])), units)
    table = manifest.reset_index(drop=True).assign(status=track["status"], reason=track["reason"])
    for place, name in enumerate(names):
        table[name] = scores[:, place]
        known = np.where(np.isnan(scores[:, place]), np.nan, scores[:, place] >= GIVEN)
        table[decision(name)] = pd.array(known, "Int64")
    return table.reindex(columns=list(prediction_columns(names)))


def videos_of(packed: Path) -> list[str]:
    """Return the videos of the validation and test people."""
    found = []
    for name in ("validation", "test"):
        with Faces(packed, name) as faces:
            found += [video for video, *_ in faces.videos()]
    return found


def names_of(packed: Path) -> tuple[str, ...]:
    """Return the Action Units of a packed file."""
    with Faces(packed, "test") as faces:
        return faces.facts.au_names


def scored(told: Path, packed: Path, out: Path) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the tool: its own thresholds, and tuned on the validation people."""
    command = [sys.executable, "-m", "auva.cli", "evaluate", "--predictions", str(told)]
    command += ["--format", "auva", "--faces", str(packed), "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for thresholds, table in read_peer(out).groupby("thresholds", sort=False):
        rows = table.set_index(["metric", "target"])
        cells = [rows.loc[(name, "all")] for name in ("f1_mean", "auc_mean")]
        shown = [people.spoken((row["value"], row["low"], row["high"])) for row in cells]
        lost = rows.loc[("faces_without_prediction", "all"), "value"]
        yield "blendshapes of MediaPipe", str(thresholds).replace("_", " "), *shown, f"{lost:.0f}"


def _print(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, required=True, help="results of the corpus")
    parser.add_argument("--model", default="linear", help="model of auva beside it")
    parser.add_argument("--size", type=int, default=96, help="pixels of a face's side")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--predictions", type=Path, help="keep the tables here, or take them")
    parser.add_argument("--folder", type=Path, default=Path("build/people"))
    args = parser.parse_args()
    args.folder = args.folder.absolute()
    args.folder.mkdir(parents=True, exist_ok=True)
    return args


if __name__ == "__main__":
    main()
