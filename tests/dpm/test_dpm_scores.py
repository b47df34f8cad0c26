"""Filter responses, scores and detections against the plain implementation."""

import numpy as np
import pytest
from dpm_reference import reference_scores, responses
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from auva.dpm.boxes import Detection, Peak, box_of, covered, find_peaks, suppress
from auva.dpm.detector import Detector
from auva.dpm.exact import exact_scores, valid_positions
from auva.dpm.explain import explain
from auva.dpm.filters import correlate
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import read_model
from auva.dpm.picture import as_picture
from auva.dpm.search import find_faces
from auva.dpm.weights import read_weights


@pytest.fixture(scope="module")
def weights(dpm_model):
    return read_weights(dpm_model)


@pytest.fixture(scope="module")
def levels(golden):
    """Levels of a small picture with one face."""
    picture = as_picture(np.asarray(Image.open(golden / "images" / "video10_25.png")), False)
    levels = Levels(*picture.shape[1:])
    levels.show(picture)
    return levels, picture


def test_folded_filters_respond_as_plain_ones(weights, dpm_model, levels):
    model = read_model(dpm_model)
    features = levels[0].whole(1)
    for bank, filters in ((weights.roots, model.roots), (weights.parts, model.parts)):
        filters = filters.reshape(-1, *filters.shape[-3:])
        expected = responses(features[0].astype(float), filters)
        found = correlate(features, bank, 0, 0, *expected.shape[1:])
        assert np.abs(found - expected).max() < 1e-5
        piece = correlate(features, bank, 2, 3, 7, 5)
        assert np.abs(piece - expected[:, 2:9, 3:8]).max() < 1e-5


def test_scores_are_those_of_the_plain_implementation(weights, dpm_model, levels):
    expected = reference_scores(read_model(dpm_model), levels[1])
    for level, scores in expected.items():
        area = valid_positions(levels[0], level)
        inside = np.zeros(scores.shape, bool)
        inside[area.row : area.row + area.rows, area.column : area.column + area.columns] = True
        assert np.array_equal(np.isfinite(scores), inside)
        if inside.any():
            found = exact_scores(weights, levels[0], level, area)
            assert np.abs(found.ravel() - scores[inside]).max() < 1e-4


def test_an_area_has_the_scores_of_the_whole(weights, levels):
    area = valid_positions(levels[0], 6)
    whole = exact_scores(weights, levels[0], 6, area)
    row, column = np.unravel_index(np.argmax(whole), whole.shape)
    row, column = max(int(row) - 2, 0), max(int(column) - 2, 0)
    piece = Rectangle(area.row + row, area.column + column, 4, 4)
    found = exact_scores(weights, levels[0], 6, piece)
    expected = whole[row : row + 4, column : column + 4]
    # Farther than the margin only parts of low scores are placed.
    high = expected > 0.5
    assert high.any()
    assert np.abs(found - expected)[high].max() < 1e-4


def test_an_explanation_adds_up(weights, levels):
    (face,) = find_faces(weights, levels[0], 1.0, 0.3)
    found = explain(weights, levels[0], face.peak)
    total = found.root + found.parts.sum() + weights.biases[found.mixture]
    assert found.score == pytest.approx(face.box.score, abs=1e-4)
    assert total == pytest.approx(found.score, abs=1e-9)
    rows, columns = levels[0].shape(face.peak.level - 5)
    assert (found.places >= 0).all()
    assert (found.places <= (rows - 6, columns - 6)).all()


def test_too_small_pictures_have_no_faces(dpm_model):
    detector = Detector(dpm_model)
    for shape in ((40, 40), (69, 400, 3), (1, 1)):
        assert detector.detect(np.zeros(shape, np.uint8)) == []


def test_a_face_at_the_border_is_found(dpm_model, golden):
    image = np.asarray(Image.open(golden / "images" / "single_face.png"))
    cut = image[167:, 160:]  # the face touches the top and left edges
    for mode in ("dense", "pruned"):
        (face,) = Detector(dpm_model, {"mode": mode}).detect(cut)
        assert face.left <= 30
        assert face.top <= 30
        assert face.right <= cut.shape[1]
        assert face.bottom <= cut.shape[0]


def test_boxes_are_shifted_at_the_left_and_cut_at_the_right():
    side = 72
    assert box_of(Peak(1.0, 5, 3, 3), 100, 200) == (1.0, 0, 0, side, side)
    assert box_of(Peak(1.0, 5, 6, 8), 60, 80) == (1.0, 16, 0, 80, 60)
    assert box_of(Peak(1.0, 5, 6, 16), 60, 80) is None


def test_peaks_keep_plateaus_and_ignore_missing_scores():
    scores = np.full((3, 4), -np.inf, np.float32)
    scores[1, 1:3] = 2.0
    scores[0, 0] = 1.5
    peaks = find_peaks(scores, 7, 1.0, 3, 4)
    assert peaks == [Peak(2.0, 7, 4, 5), Peak(2.0, 7, 4, 6)]
    assert find_peaks(scores, 7, 2.0, 3, 4) == []


boxes = st.builds(
    lambda score, left, top, width, height: Detection(score, left, top, left + width, top + height),
    st.integers(0, 20).map(float),
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(1, 40),
    st.integers(1, 40),
)


@settings(max_examples=200)
@given(st.lists(boxes, max_size=15), st.floats(0.05, 1.0), st.integers(0, 20))
def test_suppression(found, overlap, threshold):
    kept = suppress(found, overlap)
    assert [b.score for b in kept] == sorted((b.score for b in kept), reverse=True)
    for i, box in enumerate(kept):
        assert all(covered(box, better) < overlap for better in kept[:i])
    for box in found:
        assert box in kept or any(
            better.score >= box.score and covered(box, better) >= overlap for better in kept
        )
    # A higher threshold gives a part of the list that a lower one gives.
    above = suppress([box for box in found if box.score > threshold], overlap)
    assert above == [box for box in kept if box.score > threshold]
    assert suppress(kept, overlap) == kept
