from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from auva.errors import InputError
from auva.faces.contact_sheet import _MAX, _places
from auva.faces.crops import crop_faces, cut, square
from auva.records.track import TRACK, track_writer

HEADER = f"{','.join(TRACK)}\n"
SIZES = st.integers(20, 2000)


def track(path: Path, frames: int = 45, kept: range = range(3, 40)) -> Path:
    with track_writer(path) as write:
        for frame in range(1, frames + 1):
            if frame in kept:
                box = (10 + frame, 30, 42 + frame, 62)
                write("only candidate", 1, 4.0, box, "jump" if frame == 20 else "")
            else:
                write("no detection", 0)
    return path


@given(SIZES, SIZES, st.tuples(*[st.floats(0, 1)] * 4), st.sampled_from([0.0, 0.1, 0.5]))
def test_squares_are_square_and_inside_where_they_fit(
    width: int, height: int, corner: tuple[float, ...], margin: float
) -> None:
    x = sorted((round(corner[0] * width), round(corner[1] * width)))
    y = sorted((round(corner[2] * height), round(corner[3] * height)))
    box = np.array([x[0], y[0], x[1] + 1, y[1] + 1])
    left, top, right, bottom = square(box, width, height, margin)
    side = right - left
    assert side == bottom - top
    assert abs(side - max(box[2] - box[0], box[3] - box[1]) * (1 + 2 * margin)) <= 0.5
    if side <= min(width, height):
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height


def test_a_square_box_inside_is_cut_as_it_is() -> None:
    assert square(np.array([10, 20, 50, 60]), 200, 100) == (10, 20, 50, 60)


def test_a_box_cut_by_the_border_keeps_its_scale() -> None:
    # The detector cuts boxes at the right and below: 60 of 100 pixels are left.
    assert square(np.array([140, 0, 200, 100]), 200, 150) == (100, 0, 200, 100)


def test_a_square_larger_than_the_picture_repeats_its_edges() -> None:
    picture = np.full((40, 100, 3), 7, np.uint8)
    picture[0], picture[-1] = 200, 90
    box = square(np.array([20, 0, 80, 40]), 100, 40)
    assert box == (20, -10, 80, 50)
    crop = cut(picture, np.array(box), 60)
    assert (crop[:8] > 150).all()
    assert (crop[52:] > 80).all()


def test_shrinking_averages() -> None:
    board = np.kron(np.indices((96, 96)).sum(axis=0) % 2, np.ones((1, 1))) * 255
    picture = np.repeat(board[..., None], 3, axis=2).astype(np.uint8)
    crop = cut(picture, np.array([0, 0, 96, 96]), 28)
    assert np.abs(crop.astype(int) - 127).max() < 20


def test_a_crop_of_its_own_size_is_unchanged() -> None:
    picture = np.random.default_rng(3).integers(0, 256, (50, 60, 3)).astype(np.uint8)
    assert np.array_equal(cut(picture, np.array([5, 7, 45, 47]), 40), picture[7:47, 5:45])


def test_crops_show_the_kept_face_of_each_frame(clip: Path, tmp_path: Path) -> None:
    kept = range(3, 40)
    csv = track(tmp_path / "clip.track.csv", kept=kept)
    crop_faces(clip, csv, tmp_path / "x.h5", tmp_path / "x.png", {"size": 24, "margin": 0.0})
    with h5py.File(tmp_path / "x.h5") as store:
        assert dict(store.attrs) == {"size": 24, "video": b"clip", "margin": 0.0}
        assert store["frame"][:].tolist() == list(kept)
        assert store["box"].dtype == np.int32
        assert store["box"][:].tolist() == [[10 + f, 30, 42 + f, 62] for f in kept]
        images = store["image"][:]
    assert images.shape == (len(kept), 24, 24, 3)
    assert images.dtype == np.uint8
    # The bright square of the scene lies exactly in the box.
    assert images[:, 3:-3, 3:-3].min() > 215


def test_a_margin_adds_surroundings(clip: Path, tmp_path: Path) -> None:
    csv = track(tmp_path / "clip.track.csv")
    crop_faces(clip, csv, tmp_path / "x.h5", tmp_path / "x.png", {"size": 24, "margin": 0.25})
    with h5py.File(tmp_path / "x.h5") as store:
        assert store["box"][0].tolist() == [5, 22, 53, 70]
        assert store["image"][:, 0].max() < 215


def test_bytes_repeat_and_no_face_is_no_error(clip: Path, tmp_path: Path) -> None:
    for kept, name in ((range(3, 40), "a"), (range(3, 40), "b"), (range(0), "none")):
        csv = track(tmp_path / "clip.track.csv", kept=kept)
        out = tmp_path / f"{name}.h5", tmp_path / f"{name}.png"
        crop_faces(clip, csv, *out, {"size": 16, "margin": 0.0})
    for suffix in ("h5", "png"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    with h5py.File(tmp_path / "none.h5") as store:
        assert store["image"].shape == (0, 16, 16, 3)
        assert store["frame"].shape == (0,)


def test_the_sheet_has_green_amber_and_red_frames(clip: Path, tmp_path: Path) -> None:
    csv = track(tmp_path / "clip.track.csv")
    crop_faces(clip, csv, tmp_path / "x.h5", tmp_path / "x.png", {"size": 24, "margin": 0.0})
    sheet = Image.open(tmp_path / "x.png").convert("RGB")
    colours = {colour: count for count, colour in sheet.getcolors(1 << 24)}
    for colour in ((46, 139, 87), (230, 149, 0), (200, 48, 52)):
        assert colours[colour] > 500
    assert colours[(46, 139, 87)] > colours[(200, 48, 52)] > colours[(230, 149, 0)]


@given(st.lists(st.sampled_from(["kept", "uncertain", "dropped"]), max_size=400))
def test_the_sheet_is_bounded_and_shows_each_kind(kinds: list[str]) -> None:
    places = _places(np.array(kinds, "<U9"))
    assert len(places) == min(len(kinds), _MAX)
    assert all(1 <= frame <= len(kinds) for frame in places)
    assert {kinds[frame - 1] for frame in places} == set(kinds)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (HEADER + "1,none,no detection,0,,,,,,\n\n", "1 frames, but the video has 45"),
        (HEADER + "1,none,no detection,0,,,,,,\n", "was truncated"),
        ("frame,status\n1,face\n\n", "no column 'reason'"),
        (HEADER + "2,none,no detection,0,,,,,,\n\n", "expected frame 1, found 2"),
        (HEADER + "1,face,only candidate,1,,,,,,\n\n", "a face without a box"),
        (HEADER + "1,none,no detection,1,2,1,2,3,4,\n\n", "a box without a face"),
        ("", "was truncated"),
    ],
)
def test_tracks_that_do_not_fit(text: str, cause: str, clip: Path, tmp_path: Path) -> None:
    csv = tmp_path / "clip.track.csv"
    csv.write_text(text)
    with pytest.raises(InputError) as caught:
        crop_faces(clip, csv, tmp_path / "x.h5", tmp_path / "x.png", {})
    assert cause in str(caught.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.track.csv"]
