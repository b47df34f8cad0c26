"""Areas beside faces, and the change that makes the whole frame worth a search."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.dpm.boxes import Detection, Peak
from auva.dpm.change import (
    BLOCK,
    Region,
    block_means,
    change_level,
    region_of_new_face,
    updated,
)
from auva.dpm.exact import valid_positions
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import ROOT
from auva.dpm.near import areas_over, merged
from auva.dpm.pyramid import INTERVAL, PADDING
from auva.dpm.search import contains, inner
from auva.dpm.stream import detect_frames
from auva.video.source import SourceVideo

SIDES = st.integers(1, 8)
AREAS = st.lists(
    st.tuples(
        st.integers(5, 7),
        st.builds(Rectangle, st.integers(0, 20), st.integers(0, 20), SIDES, SIDES),
    ),
    max_size=8,
)


def cells(areas):
    """Return every position of areas, as often as it is covered."""
    return [
        (level, row, column)
        for level, area in areas
        for row in range(area.row, area.row + area.rows)
        for column in range(area.column, area.column + area.columns)
    ]


@given(AREAS)
def test_merged_areas_cover_the_same_positions_once(areas):
    covered = cells(merged(areas))
    assert set(cells(areas)) <= set(covered)
    assert len(covered) == len(set(covered))


def test_areas_apart_stay_as_they_are():
    areas = [(5, Rectangle(0, 0, 3, 3)), (6, Rectangle(0, 0, 3, 3)), (5, Rectangle(3, 0, 2, 2))]
    assert merged(areas) == areas


@pytest.mark.parametrize("shape", [(1, 64, 48), (3, 50, 37), (1, 7, 100)])
def test_block_means_are_the_means_of_squares(shape):
    picture = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    means = block_means(picture)
    rows, columns = -(-shape[1] // BLOCK), -(-shape[2] // BLOCK)
    assert means.shape == (shape[0], rows, columns)
    for row in range(rows):
        for column in range(columns):
            square = picture[:, row * BLOCK :, column * BLOCK :][:, :BLOCK, :BLOCK]
            np.testing.assert_allclose(means[:, row, column], square.mean((1, 2)), rtol=1e-5)


def test_only_a_change_beside_the_known_faces_may_be_a_new_one():
    before = np.zeros((1, 20, 30), np.float32)
    noisy = before + np.random.default_rng(0).uniform(-3, 3, before.shape).astype(np.float32)
    patch = before.copy()
    patch[:, 4:8, 10:14] = 30
    face = Detection(3.0, 10 * BLOCK, 4 * BLOCK, 14 * BLOCK, 8 * BLOCK)
    elsewhere = Detection(3.0, 20 * BLOCK, 14 * BLOCK, 23 * BLOCK, 17 * BLOCK)
    region = Region(4 * BLOCK, 10 * BLOCK, 8 * BLOCK, 14 * BLOCK)
    assert region_of_new_face(before, noisy, [], 6.0) is None
    assert region_of_new_face(before, patch, [], 6.0) == region
    assert region_of_new_face(before, patch, [elsewhere], 6.0) == region
    assert region_of_new_face(before, patch, [face], 6.0) is None
    assert region_of_new_face(before, patch, [], 40.0) is None
    assert (updated(before, patch + 1, region)[:, 4:8, 10:14] == 31).all()
    assert updated(before, patch + 1, region).sum() == 16 * 31


def test_the_areas_over_a_region_hold_every_face_that_covers_a_part_of_it():
    levels = Levels(240, 320)
    region = Region(96, 208, 128, 240)
    areas = dict(areas_over(levels, region))
    assert sorted(areas) == list(range(INTERVAL, levels.count))
    for level, area in areas.items():
        valid = valid_positions(levels, level)
        known = inner(area, valid)
        scale = 4 * 2 ** (level / INTERVAL)
        for row in range(valid.row, valid.row + valid.rows):
            for column in range(valid.column, valid.column + valid.columns):
                top, left = ((side - PADDING) * scale for side in (row, column))
                if (
                    top < region.bottom
                    and left < region.right
                    and top + ROOT * scale > region.top
                    and left + ROOT * scale > region.left
                ):
                    assert contains(known, Peak(0.0, level, row, column))


def test_a_face_that_appears_beside_a_tracked_one_is_found(london, dpm_model):
    """Two videos side by side, of one and of two people; the second is grey until the 8th frame."""
    pairs = zip(
        *(
            SourceVideo(london / "videos" / name).pictures()
            for name in ("video01.mp4", "5-50-640x360.mp4")
        ),
        range(14),
        strict=False,
    )
    frames = []
    for (number, left), (_, right), index in pairs:
        frames.append((number, np.hstack([left, right if index >= 7 else np.full_like(right, 90)])))
    cfg = {"mode": "video", "rescan_interval": 30, "rescan_pause": 1}
    found = list(detect_frames(frames, cfg, 1, dpm_model))
    searches = [search for _, search, _ in found]
    assert searches[0] == "full"
    assert searches[7] == "changed"
    assert searches.count("tracked") >= 9
    assert [len(faces) for _, _, faces in found] == [1] * 7 + [3] * 7


def test_the_level_of_a_change_falls_with_the_contrast_of_a_dim_picture_only():
    means = np.random.default_rng(0).normal(100, 32, (1, 40, 40)).astype(np.float32)
    assert change_level(means, 16.0) == 16.0
    assert change_level(means / 8, 16.0) == pytest.approx(4.0, rel=0.1)
    assert change_level(np.full((3, 4, 4), 90, np.float32), 16.0) == 0.0


def entering(london):
    """Return frames in which a person is suddenly there, in the sixth one, beside nobody."""
    video = SourceVideo(london / "videos" / "video01.mp4").pictures()
    images = [image for _, image in islice(video, 9)]
    empty = np.empty_like(images[0])
    empty[:] = np.median(images[0][:, :40], axis=1)[:, None]
    return [empty] * 5 + images[5:]


@pytest.mark.parametrize(
    ("contrast", "change"),
    [
        (0.1, 16.0),  # a dim room, in which all changes are small
        (1.0, 107.0),  # so little of the picture counts as changed that the best box lies beside it
    ],
)
def test_a_face_that_appears_is_found_as_a_full_search_finds_it(
    london, dpm_model, contrast, change
):
    images = [
        (image * contrast + 20 * (1 - contrast)).astype(np.uint8) for image in entering(london)
    ]
    frames = list(enumerate(images, start=1))
    cfg = {"mode": "video", "rescan_pause": 1, "rescan_change": change}
    found = list(detect_frames(frames, cfg, 1, dpm_model))
    whole = list(detect_frames(frames, {}, 1, dpm_model))
    assert found[5][1] == "changed"
    boxes = [[face[1:] for face in faces] for _, _, faces in found]
    assert boxes == [[face[1:] for face in faces] for _, _, faces in whole]
    assert [len(faces) for faces in boxes] == [0] * 5 + [1] * 4
