"""The face choice of thesis 3.1.3: laws over random scenes, and scenes with a second face."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.errors import InputError
from auva.faces.selection import apply_overrides, choose, select_faces, uncertainties
from auva.faces.settings import SETTINGS
from auva.records.detections import Boxes
from auva.settings import complete

Box = tuple[int, float, float, float, float]  # frame, centre x, centre y, side, score

DEFAULTS = complete(SETTINGS, {}, "selection")


def table(boxes: Iterable[Box]) -> Boxes:
    sides = lambda b: [b[1] - b[3] / 2, b[2] - b[3] / 2, b[1] + b[3] / 2, b[2] + b[3] / 2]  # noqa: E731
    rows = sorted(boxes, key=lambda b: (b[0], -b[4], *sides(b)))
    side = [sides(b) for b in rows]
    return Boxes(
        np.array([b[0] for b in rows], np.int64),
        np.array([b[4] for b in rows], np.float64),
        np.array(side, np.int64).reshape(-1, 4),
    )


def kept(boxes: list[Box], frames: int, **cfg: float) -> dict[int, float]:
    """Frame -> x of the kept box."""
    found = table(boxes)
    choices = choose(found, frames, DEFAULTS | cfg)
    assert len(choices) == frames
    rows = {frame: c.row for frame, c in enumerate(choices, 1) if c.row is not None}
    assert all(found.frame[row] == frame for frame, row in rows.items())
    return {frame: float(found.centre[row, 0]) for frame, row in rows.items()}


def stay(frames: Iterable[int], x: float, side: float = 100, score: float = 4.0) -> list[Box]:
    return [(frame, x, 100.0, side, score) for frame in frames]


def reasons(boxes: list[Box], frames: int) -> list[str]:
    return [choice.reason for choice in choose(table(boxes), frames, DEFAULTS)]


def test_a_face_alone_is_kept_in_every_frame() -> None:
    assert kept(stay(range(1, 31), 100), 30) == dict.fromkeys(range(1, 31), 100.0)
    assert set(reasons(stay(range(1, 31), 100), 30)) == {"only candidate"}


def test_of_two_candidates_the_nearest_to_the_previous_one() -> None:
    boxes = stay(range(1, 41), 100) + stay(range(11, 31), 300, score=6.0)
    assert set(kept(boxes, 40).values()) == {100.0}
    assert reasons(boxes, 40) == (
        ["only candidate"] * 10 + ["nearest to previous"] * 20 + ["only candidate"] * 10
    )


def test_two_candidates_in_the_first_frame_the_face_seen_longer_and_larger() -> None:
    boxes = stay(range(1, 41), 100) + stay(range(1, 21), 300, score=9.0)
    assert set(kept(boxes, 40).values()) == {100.0}
    assert reasons(boxes, 40)[0] == "best supported"
    corner = stay(range(1, 41), 100, side=160) + stay(range(1, 41), 400, side=75, score=9.0)
    assert set(kept(corner, 40).values()) == {100.0}


def test_a_face_in_the_corner_does_not_take_over_when_the_person_leaves() -> None:
    person = stay([*range(1, 31), *range(71, 101)], 100)
    corner = stay(range(21, 90), 300, side=80)
    found = kept(person + corner, 100)
    assert set(found) == {*range(1, 31), *range(71, 101)}
    assert set(found.values()) == {100.0}
    assert set(reasons(person + corner, 100)[30:70]) == {"too far from previous"}


def test_nor_when_it_is_seen_before_the_person_comes() -> None:
    person, corner = stay(range(21, 101), 100), stay(range(1, 101), 300, side=80)
    assert set(kept(person + corner, 100)) == set(range(21, 101))
    assert set(reasons(person + corner, 100)[:20]) == {"another face"}


def test_two_short_stays_outweigh_one_longer_stay_of_somebody_else() -> None:
    person = stay(range(1, 61), 100) + stay(range(140, 201), 250)
    other = stay(range(50, 151), 420)
    assert set(kept(person + other, 200)) == {*range(1, 61), *range(140, 201)}


def test_the_person_may_come_back_elsewhere() -> None:
    boxes = stay(range(1, 31), 100) + stay(range(60, 91), 400)
    assert set(kept(boxes, 90)) == {*range(1, 31), *range(60, 91)}


def test_a_short_false_detection_in_a_gap_is_not_the_person() -> None:
    boxes = stay([*range(1, 31), *range(60, 91)], 100) + stay(range(40, 44), 400)
    assert set(kept(boxes, 90)) == {*range(1, 31), *range(60, 91)}


def test_a_face_of_another_size_is_not_the_person() -> None:
    boxes = stay([*range(1, 31), *range(60, 91)], 100) + stay(range(35, 55), 100, side=40)
    assert set(kept(boxes, 90)) == {*range(1, 31), *range(60, 91)}


def test_equal_distances_go_to_the_higher_score_then_to_the_left() -> None:
    start = stay(range(1, 11), 200)
    boxes = [*start, (11, 180, 100, 100, 2.0), (11, 220, 100, 100, 3.0)]
    assert kept(boxes, 11)[11] == 220
    boxes = [*start, (11, 180, 100, 100, 3.0), (11, 220, 100, 100, 3.0)]
    assert kept(boxes, 11)[11] == 180


def test_a_video_of_one_frame_and_one_without_faces() -> None:
    assert kept(stay([1], 100), 1) == {1: 100.0}
    assert kept([], 3) == {}
    assert reasons([], 3) == ["no detection"] * 3


SCENES = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.integers(60, 500),
        st.integers(60, 300),
        st.integers(40, 120),
        st.integers(10, 60).map(lambda score: score / 10),
    ),
    max_size=60,
)


@given(SCENES)
def test_every_frame_gets_one_choice_from_its_own_boxes(boxes: list[Box]) -> None:
    found = table(boxes)
    choices = choose(found, 40, DEFAULTS)
    counts = [len(rows) for rows in found.rows(40)]
    for frame, (choice, count) in enumerate(zip(choices, counts, strict=True), 1):
        if choice.row is not None:
            assert found.frame[choice.row] == frame
        assert (choice.reason == "no detection") == (count == 0)
        if choice.reason == "only candidate":
            assert count == 1
        if choice.reason in ("nearest to previous", "best supported"):
            assert count > 1
    assert bool(boxes) == any(choice.row is not None for choice in choices)


@given(SCENES, st.randoms())
def test_the_order_of_the_rows_does_not_matter(boxes: list[Box], random) -> None:
    mixed = list(boxes)
    random.shuffle(mixed)
    one, other = table(boxes), table(mixed)
    a, b = choose(one, 40, DEFAULTS), choose(other, 40, DEFAULTS)
    pick = lambda found, c: None if c.row is None else found.corners[c.row].tolist()  # noqa: E731
    assert [pick(one, c) for c in a] == [pick(other, c) for c in b]


@given(SCENES)
def test_the_choice_moves_with_the_picture(boxes: list[Box]) -> None:
    moved = [(f, x + 1000, y + 400, s, score) for f, x, y, s, score in boxes]
    a, b = choose(table(boxes), 40, DEFAULTS), choose(table(moved), 40, DEFAULTS)
    assert a == b


def test_corrections_drop_and_choose() -> None:
    found = table(stay(range(1, 11), 100) + stay(range(3, 8), 300))
    choices = choose(found, 12, DEFAULTS)
    overrides = [
        {"first": 1, "last": 4, "action": "drop"},
        {"first": 4, "last": 12, "action": "choose", "x": 290, "y": 90},
    ]
    done = apply_overrides(choices, found, overrides)
    assert [c.reason for c in done] == ["manual drop"] * 3 + ["manual choice"] * 7 + [
        "no detection"
    ] * 2
    assert [found.centre[c.row, 0] for c in done[3:7]] == [300] * 4  # type: ignore[index]
    assert [c.reason for c in choices] != [c.reason for c in done], "the input stays as it was"


def test_uncertain_faces_are_marked() -> None:
    boxes = stay(range(1, 6), 100)
    boxes += [(6, 140, 100, 100, 4.0), (7, 140, 100, 140, 4.0), (8, 140, 100, 140, 1.2)]
    boxes += [(9, 140, 100, 140, 4.0), (9, 400, 100, 140, 4.0)]
    found = table(boxes)
    choices = choose(found, 10, DEFAULTS)
    counts = [len(rows) for rows in found.rows(10)]
    flags = uncertainties(choices, counts, found, DEFAULTS)
    assert flags == ["", "", "", "", "", "jump", "size", "score", "candidates", ""]
    chosen = apply_overrides(
        choices, found, [{"first": 6, "last": 9, "action": "choose", "x": 140, "y": 100}]
    )
    assert uncertainties(chosen, counts, found, DEFAULTS) == [""] * 10


HEADER = "frame,score,left,top,right,bottom,search\n"


def files(folder: Path, detections: str, frames: int = 5) -> tuple[Path, Path, Path]:
    manifest = folder / "v.frames.csv"
    rows = "".join(f"{k},{k / 30:.6f},{k},{k / 30:.6f}\n" for k in range(1, frames + 1))
    manifest.write_text(f"frame,time,source_frame,source_time\n{rows}\n")
    boxes = folder / "v.detections.csv"
    boxes.write_text(f"{detections}\n")
    return boxes, manifest, folder / "v.track.csv"


def test_the_track_has_one_row_per_frame(tmp_path: Path) -> None:
    detections, manifest, track = files(
        tmp_path, HEADER + "2,4.5,10,20,90,100,full\n2,1.25,200,20,280,100,full\n"
    )
    select_faces(detections, manifest, track, {"max_jump": 0.4})
    assert track.read_text() == (
        "frame,status,reason,candidates,score,left,top,right,bottom,doubt\n"
        "1,none,no detection,0,,,,,,\n"
        "2,face,best supported,2,4.5000,10,20,90,100,candidates\n"
        "3,none,no detection,0,,,,,,\n"
        "4,none,no detection,0,,,,,,\n"
        "5,none,no detection,0,,,,,,\n"
        "\n"
    )
    assert pd.read_csv(track)["frame"].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("detections", "cfg", "overrides", "cause"),
    [
        (HEADER + "6,4,1,1,9,9,full\n", {}, [], "frame 6 is not among the video's 5 frames"),
        (HEADER + "1,4,9,1,9,9,full\n", {}, [], "the box has no area"),
        (HEADER + "1,4,a,1,9,9,full\n", {}, [], "line 2: left is 'a', not a whole number"),
        ("frame,score\n1,2\n", {}, [], "is not a table of detections"),
        (HEADER, {"max_jmp": 1}, [], "did you mean 'max_jump'"),
        (HEADER, {}, [{"first": 2, "last": 6, "action": "drop"}], "the video has 5 frames"),
    ],
)
def test_bad_input(detections, cfg, overrides, cause: str, tmp_path: Path) -> None:
    boxes, manifest, track = files(tmp_path, detections)
    with pytest.raises(InputError) as caught:
        select_faces(boxes, manifest, track, cfg, overrides)
    assert cause in str(caught.value)
    assert not track.exists()
