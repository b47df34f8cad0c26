"""The model file: what is read, and what is refused."""

import numpy as np
import pytest

from auva.dpm.hog import MIRROR
from auva.dpm.model import parse_model, read_model
from auva.errors import InputError


@pytest.fixture(scope="module")
def model(dpm_model):
    return read_model(dpm_model)


def test_shapes_and_known_facts(model):
    assert model.roots.shape == (6, 9, 9, 32)
    assert model.parts.shape == (6, 8, 6, 6, 32)
    assert model.biases == pytest.approx([-3.9019] * 2 + [-4.2888] * 2 + [-3.9327] * 2, abs=1e-4)
    assert (model.anchors.min(axis=1) == 0).all()
    assert (model.anchors.max(axis=1) == 12).all()
    assert (model.deformations[..., [0, 2]] < 0).all()


def test_mixtures_come_in_mirror_pairs(model):
    for one, other in ((0, 1), (2, 3), (4, 5)):
        assert np.array_equal(model.roots[other], model.roots[one][:, ::-1][..., MIRROR])
        assert np.array_equal(model.parts[other], model.parts[one][:, :, ::-1][..., MIRROR])
        assert np.array_equal(model.anchors[other, :, 1], 12 - model.anchors[one, :, 1])


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.txt.*is missing"):
        read_model(tmp_path / "nothing.txt")


def test_changed_file_has_another_checksum(dpm_model, tmp_path):
    changed = tmp_path / "changed.txt"
    changed.write_text(dpm_model.read_text().replace("-3.901899", "-3.901898"))
    with pytest.raises(InputError, match="SHA-256"):
        read_model(changed)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[: len(text) // 2], "truncated"),
        (lambda text: "", "truncated"),
        (lambda text: "<html>not a model</html>", "not a model file"),
        (lambda text: "5" + text[1:], "6 mixtures"),
        (lambda text: text.replace("9 -3.901899", "8 -3.901899", 1), "8 filters"),
        (lambda text: text.replace("9 9 32", "9 8 32", 1), "9 x 8 x 32"),
        (lambda text: text + " 1", "unexpected numbers after"),
    ],
)
def test_wrong_files(dpm_model, change, message):
    with pytest.raises(InputError, match=message):
        parse_model(change(dpm_model.read_text()).encode(), dpm_model)
