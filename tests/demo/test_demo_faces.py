"""The painted face: every Action Unit changes it where it should, and it fits its box."""

import numpy as np
import pytest
from PIL import Image

from auva.demo.contact_sheet import contact_sheet
from auva.demo.head import Head
from auva.demo.people import PEOPLE, person
from auva.demo.raster import Raster, ramp, smooth
from auva.demo.scene import FOREHEAD, Box, Place, Scene, sprite_image
from auva.demo.view import Moment, View
from auva.units import THESIS_UNITS

SCALE = 30.0
STILL = dict.fromkeys(THESIS_UNITS, 0.0)
UPPER_FACE = {1, 2, 4}


def paint(head, **changes):
    return head.paint(Moment(**changes)).astype(float)


@pytest.fixture(scope="module")
def heads():
    return {one.identity: Head(one, SCALE, seed=1) for one in PEOPLE}


@pytest.mark.parametrize("unit", THESIS_UNITS)
def test_each_action_unit_changes_its_part_of_every_face(heads, unit):
    for identity, head in heads.items():
        change = np.abs(paint(head, au=STILL | {unit: 1.0}) - paint(head))[..., :3].mean(axis=2)
        assert (change > 20).mean() > 0.001, identity
        rows = (change * head.raster.y[:, None]).sum() / change.sum()
        assert (rows < 0.15) == (unit in UPPER_FACE), (identity, rows)


def test_no_two_action_units_look_alike(heads):
    head = heads["ben"]
    still = paint(head)
    changes = [(paint(head, au=STILL | {unit: 1.0}) - still).ravel() for unit in THESIS_UNITS]
    likeness = np.corrcoef(changes)
    assert np.abs(likeness - np.eye(8)).max() < 0.8


def test_a_blink_hides_the_whites_of_the_eyes(heads):
    head = heads["chloe"]
    window = View(head.raster, Moment()).window(0.25, -0.06, 0.6, 0.05)
    bright = [paint(head, blink=blink)[window][..., 2].max() for blink in (0.0, 1.0)]
    assert bright[0] > bright[1] + 60


def test_yaw_slides_the_features_to_its_side():
    raster = Raster.cover(SCALE, -1.5, -1.5, 1.5, 1.5)
    nose = [
        float(raster.x[np.abs(View(raster, Moment(yaw=yaw)).across(0.2)).argmin()])
        for yaw in (-0.3, 0.0, 0.3)
    ]
    assert nose[0] < -0.2 < nose[1] < 0.2 < nose[2]
    assert nose[0] == pytest.approx(-nose[2], abs=2 / SCALE)


def test_the_light_comes_from_where_it_is_said(heads):
    head = heads["hugo"]
    for side in (-1.0, 1.0):
        picture = paint(head, light=(0.5 * side, 0.3))[..., 0]
        window = View(head.raster, Moment()).window(-0.8, 0.2, 0.8, 0.7)
        left, right = np.array_split(picture[window], 2, axis=1)
        assert np.sign(right.mean() - left.mean()) == side


def test_heads_are_premultiplied_and_clear_at_the_border(heads):
    for head in heads.values():
        picture = head.paint(Moment())
        assert (picture[..., :3].max(axis=2) <= picture[..., 3].astype(int) + 1).all()
        assert not picture[:, [0, -1], 3].any()
        assert picture[..., 3].mean() > 60


def test_the_box_holds_the_skin_of_the_face():
    scene = Scene(person("emi"), "plain", 320, 240, SCALE, (0.3, 0.3), seed=1)
    place = Place(160.0, 100.0, 50.0, 0.0)
    box = place.face_box(scene.person)
    assert box.cx == pytest.approx(160.0)
    assert box.cy == pytest.approx(100 + 50 * (FOREHEAD + scene.person.chin) / 2)
    assert box.width == pytest.approx(2 * 50 * scene.person.width)
    there = scene.frame(Moment(), place).astype(int)
    away = scene.frame(Moment(), Place(-900.0, 100.0, 50.0, 0.0)).astype(int)
    changed = np.abs(there - away).max(axis=2) > 40
    rows = slice(round(box.cy - box.height / 2), round(box.cy + box.height / 2))
    columns = slice(round(box.cx - 0.35 * box.width), round(box.cx + 0.35 * box.width))
    assert changed[rows, columns].mean() > 0.97


def test_a_box_is_visible_as_far_as_it_is_in_the_frame():
    assert Box(50, 50, 20, 20).visible(100, 100) == 1.0
    assert Box(0, 50, 20, 20).visible(100, 100) == 0.5
    assert Box(0, 100, 20, 20).visible(100, 100) == 0.25
    assert Box(-50, 50, 20, 20).visible(100, 100) == 0.0


def test_roll_turns_around_the_neck():
    place = Place(100.0, 80.0, 40.0, 0.2)
    assert place.to_frame(0.0, 1.15) == pytest.approx((100.0, 126.0))
    eyes = [place.to_frame(u, 0.0) for u in (-1.0, 1.0)]
    assert np.hypot(eyes[1][0] - eyes[0][0], eyes[1][1] - eyes[0][1]) == pytest.approx(80.0)
    assert eyes[1][1] > eyes[0][1]


def test_premultiplied_sprites_keep_their_bytes():
    pixels = np.array([[[10, 20, 30, 40], [0, 0, 0, 0]]], np.uint8)
    assert np.array_equal(np.asarray(sprite_image(pixels)), pixels)


def test_masks_run_from_zero_to_one():
    t = np.linspace(-1, 1, 41).astype(np.float32)
    for mask in (ramp(t, 0.5), smooth(t, -0.5, 0.5)):
        assert mask[0] == 0
        assert mask[-1] == 1
        assert mask[20] == pytest.approx(0.5)
        assert np.all(np.diff(mask) >= 0)
    assert smooth(t, 0.5, -0.5)[0] == 1


def test_the_contact_sheet_is_a_small_repeatable_picture(tmp_path):
    for name in ("a.png", "b.png"):
        contact_sheet(tmp_path / name, seed=1)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert (tmp_path / "a.png").stat().st_size < 800_000
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width >= picture.height >= 600
