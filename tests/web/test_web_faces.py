"""What the server tells of faces: only what has changed, and the same as if it told everything."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auva.faces.selection import apply_overrides, uncertainties
from auva.records.detections import Boxes
from auva.web.overrides import OverridesFile
from auva.web.project import Project
from auva.web.responses import ApiError
from auva.web.review import FaceMarks, Review
from auva.web.settings import Settings

FRAMES = 90
ACTION = st.sampled_from(["drop", "restore", "accept", "other", "choose", "undo", "redo"])
RUN = st.tuples(st.integers(1, FRAMES), st.integers(0, 20))


@pytest.fixture
def review(corpus) -> Review:
    project = Project(Settings(corpus.sheet, corpus.results, corpus.overrides))
    return Review(project, OverridesFile(corpus.overrides), "one")


def table(answer: dict, known: list | None = None) -> list:
    """Return what is said of each frame, as a page takes it over."""
    frames = list(known or [None] * FRAMES)
    for first, last, *said in answer["faces"]:
        frames[first - 1 : last] = [said] * (last - first + 1)
    return frames


def act(review: Review, action: str, first: int, more: int) -> None:
    runs = [(first, min(FRAMES, first + more))]
    if action in ("undo", "redo"):
        review.overrides.step("one", action)
    elif action == "choose":
        review.choose(runs, 158.0, 28.0)
    else:
        getattr(review, action)(runs)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.tuples(ACTION, RUN, st.booleans()), max_size=8))
def test_what_has_changed_leads_to_what_is_there(review, actions):
    review.restore([(1, FRAMES)])
    known = review.describe()
    page, version = table(known), known["version"]
    for action, run, looks in actions:
        act(review, action, *run)
        if looks:
            answer = review.changes(version)
            page, version = table(answer, page), answer["version"]
    page = table(review.changes(version), page)
    assert page == table(review.describe())
    rows = apply_overrides(review.base, review.boxes, review.overrides.rows.get("one", []))
    counts = [len(each) for each in review.rows]
    assert [said[2] for said in page] == uncertainties(rows, counts, review.boxes, review.settings)
    assert [said[1] for said in page] == [choice.reason for choice in rows]


def test_an_answer_holds_the_frames_that_have_changed(review):
    version = review.describe()["version"]
    assert review.changes(version)["faces"] == []
    review.accept([(62, 64)])
    answer = review.changes(version)
    assert answer["faces"] == [[62, 64, 0, "only candidate", "", 0.0, True]]
    review.drop([(64, 65)])
    second = review.changes(answer["version"])
    assert second["faces"] == [[64, 65, None, "manual drop", "", 0.0, False]]
    assert [face[:2] for face in review.changes(version)["faces"]] == [[62, 63], [64, 65]]
    review.accept([(64, 64)])
    assert [said[4] for said in table(review.describe())[61:65]] == [True, True, True, False]
    review.restore([(63, 64)])
    for each in (review, Review(review.project, OverridesFile(review.overrides.path), "one")):
        assert [said[4] for said in table(each.describe())[61:65]] == [True, False, False, False]
    assert second["overrides"] == [{"first": 64, "last": 65, "action": "drop"}]
    assert table(review.changes(version + 7)) == table(review.describe())


def test_a_correction_of_another_video_changes_nothing_here(review):
    version = review.describe()["version"]
    review.overrides.replace("two", [{"first": 1, "last": 2, "action": "drop"}])
    answer = review.changes(version)
    assert answer["version"] != version
    assert answer["faces"] == []


def test_the_most_uncertain_faces_have_the_highest_rank(review):
    rank = [said[3] for said in table(review.describe())]
    assert {place + 1 for place, each in enumerate(rank) if each} == {*range(30, 40), 50, 60, 61}
    assert max(rank) == rank[60] == pytest.approx(200 + 0.5 / 0.3, abs=0.01)
    assert rank[59] == pytest.approx(100 + 0.5 / 0.3, abs=0.01)
    assert rank[49] == pytest.approx(100.3, abs=0.01)


def test_what_was_accepted_is_open_again_when_its_box_changes():
    boxes = Boxes(np.array([1, 2]), np.ones(2), np.array([[0, 0, 9, 9], [0, 0, 9, 9]]))
    marks = FaceMarks(boxes, 3)
    row = np.array([0, 1, -1])
    known = {int(marks.of(1, 0), 16), int(marks.of(3, None), 16)}
    assert marks.among(row, known).tolist() == [True, False, True]
    moved = FaceMarks(replace(boxes, corners=boxes.corners + 1), 3)
    assert moved.among(row, known).tolist() == [False, False, True]
    assert marks.among(row, set()).tolist() == [False] * 3


def test_corrections_beyond_the_video_are_named(review, corpus):
    review.overrides.replace("one", [{"first": 80, "last": 91, "action": "drop"}])
    with pytest.raises(ApiError, match="80 to 91: the video has 90 frames"):
        review.changes()
