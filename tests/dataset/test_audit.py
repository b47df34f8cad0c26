"""The audit finds one person under two names in two sets, and nobody where there is nothing."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter, shift

from auva.audit.likeness import describe
from auva.audit.report import report, write_audit
from auva.audit.search import audit
from auva.cli import main
from auva.dataset.read import FaceSet
from auva.dataset.resize import resize
from auva.dataset.write import write_faces
from auva.errors import InputError
from auva.figures.pairs import draw_pairs
from auva.sheet import read_sample_sheet
from auva.video.conversion import convert
from auva.video.reader import iterate_frames

FRAMES = 24
SIZE = 48


def person(seed: int) -> np.ndarray:
    """A smooth random picture: what stays the same in all frames of one person."""
    noise = np.random.default_rng(seed).normal(0, 1, (SIZE, SIZE))
    picture = gaussian_filter(noise, 3.0)
    return 128 + 45 * picture / picture.std()


def film(seed: int, take: int) -> np.ndarray:
    """Frames of a person in another light and place: uint8 [FRAMES, SIZE, SIZE, 3]."""
    rng = np.random.default_rng([seed, take])
    light = np.linspace(*rng.uniform(0.7, 1.3, 2), SIZE)
    face = person(seed) * light + rng.uniform(-25, 25)
    frames = [
        shift(face, rng.uniform(-1, 1, 2), mode="nearest") + rng.normal(0, 4, (SIZE, SIZE))
        for _ in range(FRAMES)
    ]
    return np.repeat(np.clip(frames, 0, 255).astype(np.uint8)[..., None], 3, 3)


def packed(folder: Path, people: list[tuple[str, int, str]], size: int = 28) -> Path:
    """Pack one video per (name, face, set), whoever stands in two sets."""
    sets: dict[str, list[FaceSet]] = {}
    for take, (name, face, part) in enumerate(people):
        known = part != "unlabelled"
        au, va = np.full((FRAMES, 8), known, np.uint8), np.full((FRAMES, 2), 0.5, np.float32)
        names = np.full(FRAMES, f"v{take:02d}"), np.full(FRAMES, name)
        frame = np.arange(1, FRAMES + 1, dtype=np.int32)
        image = resize(film(face, take), size)
        faces = FaceSet(image, au, au == 1, va, (va < 1) & known, *names, frame)
        sets.setdefault(part, []).append(faces)
    path = folder / "faces.h5"
    write_faces(path, {part: together(each) for part, each in sets.items()})
    return path


def together(parts: list[FaceSet]) -> FaceSet:
    return FaceSet.concatenate(parts)


HONEST = [("ann", 1, "train"), ("bob", 2, "train"), ("cy", 3, "validation"), ("di", 4, "test")]


def test_a_person_under_two_names_is_found_and_shown(tmp_path: Path, capsys):
    path = packed(tmp_path, [*HONEST, ("bobby", 2, "test")])
    found = audit(path)
    assert not found.clean
    assert found.people == found.videos == ()
    assert {(p.identity_a, p.identity_b) for p in found.suspicious} == {("bob", "bobby")}
    assert found.looked_at == 2 * 1 + 2 * 2 + 1 * 2
    table, picture = tmp_path / "audit.csv", tmp_path / "audit.png"
    arguments = ["audit", str(path), "--csv", str(table), "--picture", str(picture)]
    assert main(arguments) == 1
    line = capsys.readouterr().out
    assert "'bob' in train (v01" in line
    assert "'bobby' in test (v04" in line
    rows = pd.read_csv(table)
    assert list(rows["finding"][:2]) == ["near-identical faces", "below the threshold"]
    assert picture.read_bytes().startswith(b"\x89PNG")
    draw_pairs(found, tmp_path / "again.png")
    assert (tmp_path / "again.png").read_bytes() == picture.read_bytes()


def test_different_people_are_not_suspicious(tmp_path: Path, capsys):
    path = packed(tmp_path, [*HONEST, ("ed", 5, "test"), ("ann", 1, "train")])
    found = audit(path)
    assert found.clean
    assert len(found.pairs) > 0
    assert all(pair.similarity < 0.9 for pair in found.pairs)
    assert main(["audit", str(path)]) == 0
    assert "no person is in two sets, by name or by face" in capsys.readouterr().out


def test_a_name_in_two_sets_is_found(tmp_path: Path):
    found = audit(packed(tmp_path, [*HONEST, ("ann", 9, "test")]))
    assert found.people == ("ann",)
    assert next(iter(report(found))) == "person 'ann' is in two sets"
    write_audit(found, tmp_path / "audit.csv")
    assert pd.read_csv(tmp_path / "audit.csv")["finding"][0] == "person in two sets"


def test_faces_without_labels_are_compared_with_the_people_who_are_scored(tmp_path: Path):
    honest = [*HONEST, ("ann", 1, "unlabelled"), ("al", 1, "unlabelled")]
    assert audit(packed(tmp_path, honest)).clean
    (pair,) = audit(packed(tmp_path, [*honest, ("dido", 4, "unlabelled")])).suspicious
    assert {(pair.identity_a, pair.set_a), (pair.identity_b, pair.set_b)} == {
        ("dido", "unlabelled"),
        ("di", "test"),
    }


def test_blocks_of_videos_give_the_same_pairs(tmp_path: Path, monkeypatch):
    path = packed(tmp_path, [(str(n), n, ("train", "test")[n % 2]) for n in range(8)])
    whole = audit(path, pairs=100)
    monkeypatch.setattr("auva.audit.search._BLOCK", 20)
    assert audit(path, pairs=100).pairs == whole.pairs
    assert len(whole.pairs) == whole.looked_at == 16


@pytest.mark.parametrize("size", [28, 64, 96])
def test_light_and_contrast_hardly_matter(size: int):
    rng = np.random.default_rng(3)
    face = np.clip(
        128 + 40 * gaussian_filter(rng.normal(0, 1, (size, size)), size / 16) * 10, 0, 255
    )
    brighter = np.clip(0.6 * face + 70, 0, 255)
    images = np.repeat(np.stack([face, brighter])[..., None], 3, 3).astype(np.uint8)
    vectors = describe(images)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.95


def test_sets_without_videos_and_files_that_are_no_dataset(tmp_path: Path):
    found = audit(packed(tmp_path, [("ann", 1, "train")]))
    assert found.clean
    assert found.pairs == ()
    (tmp_path / "x.h5").write_bytes(b"no")
    with pytest.raises(InputError, match=r"x\.h5: is not an HDF5 file"):
        audit(tmp_path / "x.h5")


@pytest.mark.slow
def test_real_faces_of_one_person_under_two_names(
    london: Path, tmp_path: Path, real_crops: Callable[..., Path]
):
    """Each person of two or three videos gets a name per video: every planted leak is found."""
    sheet = read_sample_sheet(london / "videos.tsv")
    crops = {name: real_crops(row.path, tmp_path / name, name) for name, row in sheet.items()}
    vectors = {name: describe(np.asarray(h5py.File(path)["image"])) for name, path in crops.items()}
    same, others = [], []
    for a in sheet:
        for b in sheet:
            if a < b:
                alike = float((vectors[a] @ vectors[b].T).max())
                (same if sheet[a].identity == sheet[b].identity else others).append(alike)
    assert len(same) == 5
    assert min(same) > 0.9 > max(others)


@pytest.fixture
def real_crops(london: Path) -> Callable[..., Path]:
    """Return a function that cuts every sixth true face out of a video of the London Set."""
    from auva.faces.crops import cut

    def make(video: Path, folder: Path, name: str) -> Path:
        folder.mkdir()
        cfg = {"fps": 30, "crf": 18, "preset": "ultrafast"}
        convert(video, folder / "x.mp4", folder / "x.frames.csv", cfg)
        truth = pd.read_csv(london / "truth" / f"{name}.csv").set_index("frame")
        images = []
        for frame, picture in iterate_frames(folder / "x.mp4"):
            if frame % 6 == 0 and frame in truth.index and truth.face_present[frame]:
                row = truth.loc[frame]
                box = [row.cx - row.width / 2, row.cy - 0.47 * row.width]
                box += [box[0] + row.width, box[1] + row.width]
                images.append(cut(picture, np.round(box).astype(int), 96))
        with h5py.File(folder / "crops.h5", "w") as file:
            file["image"] = np.stack(images)
        return folder / "crops.h5"

    return make
