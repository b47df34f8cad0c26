"""Augmentation: labels stay valid, changes stay within their limits, windows change as one."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from auva.models.cnn.augmentation import augment

STILL = {"mirror": False, "shift": 0.0, "zoom": 0.0, "turn": 0.0, "light": 0.0}
SIDE = 20


def chance(seed=1):
    return torch.Generator().manual_seed(seed)


def ramp(n):
    """Images whose value is the column, -1 at the left border and 1 at the right one."""
    column = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
    return column.expand(n, 3, SIDE, SIDE).clone()


def test_without_changes_the_faces_stay_the_same():
    images = torch.randn(6, 3, SIDE, SIDE)
    assert torch.equal(augment(images, STILL, chance()), images)


@pytest.mark.parametrize("shift", [0.0, 1e-6])
def test_about_half_of_the_faces_are_mirrored_and_nothing_else_happens(shift):
    images = torch.randn(200, 3, SIDE, SIDE)
    changed = augment(images, {**STILL, "mirror": True, "shift": shift}, chance())
    flipped = torch.isclose(changed, images.flip(3), atol=1e-3).flatten(1).all(1)
    same = torch.isclose(changed, images, atol=1e-3).flatten(1).all(1)
    assert (flipped ^ same).all()
    assert 70 < flipped.sum() < 130


@given(seed=st.integers(0, 1000), shift=st.floats(0.01, 0.2))
@settings(max_examples=20, deadline=None)
def test_a_face_moves_by_at_most_the_shift(seed, shift):
    middle = slice(SIDE // 2 - 4, SIDE // 2 + 4)
    moved = augment(ramp(30), {**STILL, "shift": shift}, chance(seed)) - ramp(30)
    by = moved[:, 0, middle, middle].mean((1, 2)) / 2
    assert by.abs().max() <= shift + 1e-5
    assert by.abs().max() > shift / 2


@pytest.mark.parametrize("name", ["shift", "zoom", "turn", "light"])
def test_the_faces_of_a_window_change_alike(name):
    images = torch.randn(3, 3, SIDE, SIDE).repeat_interleave(4, 0)
    limits = {**STILL, name: 20.0 if name == "turn" else 0.2}
    changed = augment(images, limits, chance(), alike=4).reshape(3, 4, -1)
    assert (changed == changed[:, :1]).all()
    assert not torch.isclose(changed[0, 0], images[0].flatten(), atol=1e-3).all()
    assert torch.unique(augment(ramp(12), limits, chance()), dim=0).shape[0] == 12
