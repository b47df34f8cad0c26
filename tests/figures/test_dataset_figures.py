"""Figures of the dataset: what they count, which frames they show, and that their bytes repeat."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from auva.figures.dataset import PLANE_BINS, draw_dataset, plane_density
from auva.figures.trajectory import LETTERS, draw_trajectory, shown_frames
from auva.records import labels as records
from auva.records.labels import Labels, read_labels
from auva.sheet import Recording
from auva.units import THESIS_NAMES


def write_labels(path: Path, frames: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"frame": np.arange(1, frames + 1)})
    for name in THESIS_NAMES:
        table[name] = rng.choice(["0", "1", ""], frames, p=[0.6, 0.3, 0.1])
    walk = np.clip(np.cumsum(rng.normal(0, 0.1, (frames, 2)), axis=0), -1, 1)
    for place, name in enumerate(("valence", "arousal")):
        table[name] = np.where(rng.random(frames) < 0.9, np.char.mod("%.3f", walk[:, place]), "")
    face = rng.random(frames) < 0.9
    present = (table[list(THESIS_NAMES)] == "1").any(axis=1)
    table["status"] = np.where(face, "face", "none")
    table["reason"] = np.where(face, "only candidate", "no detection")
    table["selected"] = (face & present).astype(int)
    records.write_labels(path, table)


def labels_of(va: np.ndarray, known: np.ndarray, selected: np.ndarray) -> Labels:
    count = len(va)
    return Labels(
        frame=np.arange(1, count + 1),
        au_names=THESIS_NAMES,
        au=np.zeros((count, 8), np.uint8),
        au_mask=np.ones((count, 8), bool),
        va=np.where(known[:, None], va, 0).astype(np.float32),
        va_mask=np.repeat(known[:, None], 2, 1),
        intensity=np.zeros((count, 8), np.float32),
        intensity_mask=np.zeros((count, 8), bool),
        face=selected,
        reason=np.full(count, "only candidate"),
        selected=selected,
    )


def test_the_plane_counts_each_selected_frame_once_per_action_unit(tmp_path: Path):
    paths = [tmp_path / f"{seed}.csv" for seed in range(3)]
    expected = Counter()
    for seed, path in enumerate(paths):
        write_labels(path, 60, seed)
        table = pd.read_csv(path)
        rows = table[(table["selected"] == 1) & table[["valence", "arousal"]].notna().all(axis=1)]
        for au in THESIS_NAMES:
            expected[au] += int((rows[au] == 1).sum())
    density = plane_density(paths, 8)
    assert density.shape == (8, PLANE_BINS, PLANE_BINS)
    assert dict(zip(THESIS_NAMES, density.sum((1, 2)).tolist(), strict=True)) == expected


def test_arousal_is_the_vertical_axis_and_the_ends_are_inside(tmp_path: Path):
    path = tmp_path / "x.csv"
    rows = ["frame," + ",".join(THESIS_NAMES) + ",valence,arousal,status,reason,selected"]
    rows += ["1,1,0,0,0,0,0,0,0,1,-1,face,only candidate,1", "2,1,0,0,0,0,0,0,0,-1,1,face,x,1"]
    path.write_text("\n".join(rows) + "\n\n")
    density = plane_density([path], 8)
    assert density[0, 0, -1] == density[0, -1, 0] == 1
    assert density.sum() == 2


@given(st.integers(0, 40), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_shown_frames_are_selected_distinct_and_in_order(count: int, seed: int):
    rng = np.random.default_rng(seed)
    known, selected = rng.random((2, count)) < 0.6
    labels = labels_of(rng.uniform(-1, 1, (count, 2)), known, selected)
    rows = shown_frames(labels)
    assert len(rows) == min(len(LETTERS), selected.sum())
    assert (np.diff(rows) > 0).all()
    assert selected[rows].all()


def test_shown_frames_reach_the_ends_of_the_way():
    way = np.zeros((200, 2))
    way[50], way[120], way[180] = (0.9, 0.9), (-0.9, 0.5), (0.1, -0.8)
    labels = labels_of(way, np.ones(200, bool), np.ones(200, bool))
    assert {50, 120, 180} <= set(shown_frames(labels).tolist())
    none = replace(labels, selected=np.zeros(200, bool))
    assert len(shown_frames(none)) == 0


@pytest.fixture
def small(tmp_path: Path):
    samples, labels = [], {}
    for number, person in enumerate(("ann", "bob", "cy")):
        name = f"v{number}"
        samples.append(Recording(name, person, "female", group=person))
        labels[name] = tmp_path / f"{name}.csv"
        write_labels(labels[name], 40, number)
    split = tmp_path / "split.csv"
    split.write_text("video,identity,set,fold\nv0,ann,train,0\nv1,bob,validation,0\nv2,cy,test,0\n")
    return samples, labels, split


def draw(small, folder: Path, root: Path) -> dict[str, bytes]:
    published = root / "resources/published/published_dataset.yaml"
    out = [(folder / f"{n}.png", folder / f"{n}.svg") for n in ("shares", "affect", "plane")]
    draw_dataset(*small, published, *out)
    return {path.name: path.read_bytes() for pair in out for path in pair}


def test_dataset_figures_say_what_they_count(small, tmp_path: Path, root: Path):
    pages = draw(small, tmp_path, root)
    kept = sum(int(read_labels(path).selected.sum()) for path in small[1].values())
    assert f"all: {kept} frames of 3 people" in pages["shares.svg"].decode()
    for name in THESIS_NAMES:
        assert name in pages["plane.svg"].decode()
    assert Image.open(tmp_path / "affect.png").size == (1632, 864)


@pytest.mark.slow
def test_dataset_figures_repeat_their_bytes(small, tmp_path: Path, root: Path):
    assert draw(small, tmp_path / "a", root) == draw(small, tmp_path / "b", root)


@pytest.mark.parametrize("case", ["labelled", "nothing selected", "one frame"])
def test_a_trajectory_of_any_video(case: str, tmp_path: Path):
    frames = 1 if case == "one frame" else 30
    labels = tmp_path / "clip.csv"
    write_labels(labels, frames, 1)
    if case == "nothing selected":
        table = pd.read_csv(labels)
        table[[*THESIS_NAMES, "valence", "arousal"]] = np.nan
        table["selected"] = 0
        records.write_labels(labels, table)
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            picture = np.full((48, 64, 3), 8 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    pages = []
    for name in ("a", "b") if case == "one frame" else ("a",):
        out = tmp_path / f"{name}.png", tmp_path / f"{name}.svg"
        draw_trajectory(tmp_path / "clip.mp4", labels, *out, 30)
        pages.append([path.read_bytes() for path in out])
    assert pages[0] == pages[-1]
    assert f"clip: {frames} frames" in pages[0][1].decode()
    assert ("not labelled" in pages[0][1].decode()) or case != "nothing selected"
    assert Image.open(out[0]).size[0] == 1760
