"""Editing, undo, the journal, recovery after a kill, and files that change outside."""

import errno
import json
import os
import resource
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auva.annotations import (
    ActionUnits,
    Context,
    Timeline,
    formats_of,
    read_action_units,
    read_valence_arousal,
    write_action_units,
)
from auva.errors import InputError
from auva.pairs import join_pair
from auva.units import THESIS_NAMES
from auva.web.frame_rows import OriginalFrames
from auva.web.responses import ApiError
from auva.web.session import Session, denial

FRAMES = 40
SOURCE = OriginalFrames(np.arange(FRAMES), FRAMES)
EDIT = st.tuples(
    st.sampled_from(THESIS_NAMES),
    st.integers(1, FRAMES),
    st.integers(1, FRAMES),
    st.sampled_from([0, 1, None]),
)


def session(folder: Path, formats=(None, None), annotator="") -> Session:
    return Session(folder / "au.txt", folder / "va.txt", formats, SOURCE, annotator)


def mark(name: str, first: int, last: int, value: int | None = 1, origin: int = 0) -> list[dict]:
    return [{"name": name, "first": first, "last": last, "value": value, "origin": origin}]


def presence(folder: Path) -> np.ndarray:
    return read_action_units(folder / "au.txt").presence


def write_thesis(folder: Path, cell: str = "0 0") -> None:
    """Write a thesis file in which every unit of every frame says the same."""
    rows = [f"{frame} " + " ".join([cell] * 8) for frame in range(1, FRAMES + 1)]
    (folder / "au.txt").write_text("\n".join(rows) + "\n")


def judged(folder: Path) -> np.ndarray:
    """Return 1 present, 0 absent, -1 not judged."""
    table = read_action_units(folder / "au.txt")
    return np.where(table.mask, table.presence.astype(int), -1)


def present(open_session: Session, name: str) -> list:
    return [span for span in open_session.content()["tracks"][name] if span[2] == 1]


def entries(folder: Path, name: str = "au.txt") -> list[dict]:
    lines = (folder / f"{name}.journal.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_a_new_file_says_nothing_of_what_nobody_looked_at(tmp_path):
    open_session = session(tmp_path)
    assert not (tmp_path / "au.txt").exists()
    open_session.edit("au", mark("AU4", 3, 5))
    table = read_action_units(tmp_path / "au.txt")
    assert len(table.frame) == FRAMES
    assert np.argwhere(table.mask).tolist() == [[2, 2], [3, 2], [4, 2]]
    assert np.argwhere(table.presence).tolist() == [[2, 2], [3, 2], [4, 2]]
    open_session.edit("au", mark("AU4", 6, 20, 0))
    open_session.edit("au", mark("AU12", 1, 8, "hidden"))
    table = read_action_units(tmp_path / "au.txt")
    assert np.flatnonzero(table.mask[:, 2]).tolist() == list(range(2, 20))
    assert table.presence.sum() == 3
    assert not np.delete(table.mask, 2, axis=1).any()
    open_session.edit("va", [{"name": "valence", "first": 10, "values": [0.5, None]}])
    table = read_valence_arousal(tmp_path / "va.txt")
    assert len(table.values) == FRAMES
    assert table.values[9, 0] == 0.5
    assert table.mask.sum() == 1


@settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(EDIT, min_size=1, max_size=6), st.lists(st.sampled_from("urU"), max_size=8))
def test_file_follows_the_model_through_edits_undo_redo_and_restart(tmp_path, edits, moves):
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    states = [np.full((FRAMES, 8), -1)]
    open_session = session(tmp_path)
    for name, a, b, value in edits:
        first, last = sorted((a, b))
        state = states[-1].copy()
        state[first - 1 : last, THESIS_NAMES.index(name)] = -1 if value is None else value
        states.append(state)
        open_session.edit("au", mark(name, first, last, value))
    place = len(edits)
    for move in moves:
        if move == "U":
            open_session = session(tmp_path)
        elif move == "u":
            assert bool(open_session.undo()) == (place > 0)
            place = max(0, place - 1)
        else:
            assert bool(open_session.redo()) == (place < len(edits))
            place = min(len(edits), place + 1)
        assert np.array_equal(judged(tmp_path), states[place])
    content = session(tmp_path).content()
    assert content["undo"] == place
    assert content["redo"] == len(edits) - place


def test_intensities_that_are_not_touched_stay(tmp_path):
    rows = [f"{f} 1 2.5 " + " ".join(["0 0"] * 7) for f in range(1, FRAMES + 1)]
    (tmp_path / "au.txt").write_text("\n".join(rows) + "\n")
    before = read_action_units(tmp_path / "au.txt")
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU1", 10, 12, 0))
    intensity = read_action_units(tmp_path / "au.txt").intensity[:, 0]
    assert intensity[8] == 2.5
    assert intensity[10] == 0
    open_session.undo()
    assert read_action_units(tmp_path / "au.txt").equals(before)


@pytest.mark.parametrize("form", ["elan", "boris"])
def test_spans_are_edited_in_their_own_format(tmp_path, form):
    units = np.zeros((FRAMES, 8), int)
    table = ActionUnits(np.arange(1, FRAMES + 1), units, np.ones_like(units, bool))
    write_action_units(tmp_path / "au.txt", table, form)
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU4", 3, 5))
    open_session.edit("au", mark("AU12", 7, 9, None))
    found = read_action_units(tmp_path / "au.txt", form)
    assert np.flatnonzero(found.presence[:, 2]).tolist() == [2, 3, 4]
    assert np.flatnonzero(~found.mask[:, 4]).tolist() == [6, 7, 8]


def test_a_file_that_holds_more_than_can_be_edited_is_not_touched(tmp_path):
    text = "AU1,AU7\n" + "1,1\n" * FRAMES
    (tmp_path / "au.txt").write_text(text)
    with pytest.raises(InputError, match="also contains AU7, which an edit would delete"):
        session(tmp_path)
    assert (tmp_path / "au.txt").read_text() == text


def test_a_file_that_is_only_read_is_not_edited(tmp_path):
    (tmp_path / "au.txt").write_text("frame,FaceScore,AU01\n" + "0,1,0.5\n")
    with pytest.raises(InputError, match="in the format fex can be read but not written; use"):
        session(tmp_path)
    several = join_pair([tmp_path / "SN1_au1.txt", tmp_path / "SN1_au2.txt"])
    with pytest.raises(InputError, match="of several files can be read but not written"):
        Session(several, tmp_path / "va.txt", (None, None), SOURCE, "")
    assert [path.name for path in tmp_path.iterdir()] == ["au.txt"]


def test_pieces_of_a_trace_are_undone_together(tmp_path):
    open_session = session(tmp_path)
    for first in (1, 4, 7):
        open_session.edit(
            "va", [{"name": "arousal", "first": first, "values": [0.1] * 3}], {"group": "trace123"}
        )
    open_session.edit("va", [{"name": "arousal", "first": 20, "values": [0.9]}])
    open_session.undo()
    assert np.nansum(read_valence_arousal(tmp_path / "va.txt").values[:, 1]) == pytest.approx(0.9)
    open_session.undo()
    assert np.isnan(read_valence_arousal(tmp_path / "va.txt").values).all()
    open_session.redo()
    assert np.nansum(read_valence_arousal(tmp_path / "va.txt").values[:, 1]) == pytest.approx(0.9)


def test_undo_takes_the_last_step_of_either_file(tmp_path):
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU1", 1, 2))
    open_session.edit("va", [{"name": "valence", "first": 1, "values": [0.5]}])
    open_session.edit("au", mark("AU2", 1, 2))
    open_session = session(tmp_path)
    open_session.undo()
    assert presence(tmp_path).sum() == 2
    open_session.undo()
    assert np.isnan(read_valence_arousal(tmp_path / "va.txt").values).all()
    assert presence(tmp_path).sum() == 2


def test_a_kill_between_journal_and_file_loses_nothing(tmp_path):
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU6", 1, 4))
    old = (tmp_path / "au.txt").read_bytes()
    open_session.edit("au", mark("AU6", 10, 14))
    new = (tmp_path / "au.txt").read_bytes()
    (tmp_path / "au.txt").write_bytes(old)
    (tmp_path / ".auva-abcd1234-au.txt").write_bytes(new)  # as a kill leaves it
    again = session(tmp_path)
    assert (tmp_path / "au.txt").read_bytes() == new
    assert sorted(path.name for path in tmp_path.iterdir()) == ["au.txt", "au.txt.journal.jsonl"]
    assert present(again, "AU6") == [[1, 4, 1, 0], [10, 14, 1, 0]]
    assert again.content()["undo"] == 2


def test_old_content_that_somebody_puts_back_stays(tmp_path):
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU6", 1, 4))
    old = (tmp_path / "au.txt").read_bytes()
    open_session.edit("au", mark("AU6", 10, 14))
    (tmp_path / "au.txt").write_bytes(old)
    (tmp_path / ".auva-abcd1234-au.txt").write_bytes(old[:50])  # left by a kill while writing
    open_session.reload()
    assert (tmp_path / "au.txt").read_bytes() == old
    assert present(open_session, "AU6") == [[1, 4, 1, 0]]
    assert open_session.content()["undo"] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["au.txt", "au.txt.journal.jsonl"]


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_torn_line_of_the_journal_is_passed_over(tmp_path, cut):
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU6", 1, 4))
    open_session.edit("au", mark("AU6", 10, 14))
    journal = tmp_path / "au.txt.journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    again = session(tmp_path)
    again.edit("au", mark("AU1", 1, 1))
    assert presence(tmp_path).sum() == 10
    assert json.loads(journal.read_text().splitlines()[-1])["changes"][0]["name"] == "AU1"
    assert not session(tmp_path).journals["au"].damage()


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\xff nothing",
        b'{"seq":2}',
        b'{"seq":2,"time":"","action":"edit","changes":[7],"previous":[],"file":[]}',
        b'{"seq":2,"time":"","action":"undo","of":[],"changes":[],"previous":[],"file":[]}',
        b'{"seq":2,"time":"","action":"edit","previous":[],"file":[],'
        b'"changes":[{"name":"AU6","before":[],"after":[["1",2,1,null,0]]}]}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_of_the_journal_is_said_and_loses_no_label(tmp_path, line):
    open_session = session(tmp_path)
    for first in (1, 10, 20):
        open_session.edit("au", mark("AU6", first, first + 3))
    journal = tmp_path / "au.txt.journal.jsonl"
    kept = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([kept[0], line, *kept[2:]]))
    again = session(tmp_path)
    assert again.journals["au"].damage().startswith(f"{journal}, line 2: damaged; ")
    assert [span[:2] for span in present(again, "AU6")] == [[1, 4], [10, 13], [20, 23]]
    assert again.content()["undo"] == 1
    again.edit("au", mark("AU1", 1, 1))
    assert line in journal.read_bytes()
    again.undo()
    again.undo()
    assert [span[:2] for span in present(again, "AU6")] == [[1, 4], [10, 13]]


def test_a_journal_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "au.txt.journal.jsonl").mkdir()
    with pytest.raises(InputError, match=r"au\.txt\.journal\.jsonl.*it is a folder"):
        session(tmp_path)


def test_a_full_disk_leaves_no_piece_of_an_entry_in_the_journal(tmp_path):
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU1", 1, 3))
    journal = open_session.journals["au"]
    before = journal.path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            journal.append({"seq": 9, "action": "edit", "of": "x" * 100})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert journal.path.read_bytes() == before


def test_a_file_changed_outside_is_never_overwritten(tmp_path):
    write_thesis(tmp_path)
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU6", 1, 4))
    text = (tmp_path / "au.txt").read_text().replace("\n9 0 0", "\n9 1 1")
    (tmp_path / "au.txt").write_text(text)
    assert open_session.outside() == ["au"]
    with pytest.raises(ApiError) as error:
        open_session.edit("au", mark("AU2", 1, 4))
    assert (error.value.status, error.value.code) == (409, "outside")
    assert (tmp_path / "au.txt").read_text() == text
    assert len(entries(tmp_path)) == 1
    assert present(open_session, "AU2") == []
    open_session.reload()
    assert present(open_session, "AU1") == [[9, 9, 1, 0]]
    assert open_session.content()["undo"] == 0
    open_session.edit("au", mark("AU2", 1, 4))
    assert session(tmp_path).content()["undo"] == 1


def test_accepted_proposals_are_told_from_human_labels(tmp_path):
    open_session = session(tmp_path)
    about = {"source": "proposal", "model": "au/lr1e-4"}
    open_session.edit("au", mark("AU12", 5, 9, origin=1), about)
    open_session.edit("au", mark("AU12", 8, 12))
    assert entries(tmp_path)[0]["source"] == "proposal"
    assert entries(tmp_path)[0]["model"] == "au/lr1e-4"
    assert entries(tmp_path)[1]["source"] == "human"
    expected = [[5, 7, 1, 1], [8, 12, 1, 0]]
    assert present(open_session, "AU12") == expected
    assert present(session(tmp_path), "AU12") == expected


@pytest.mark.parametrize(
    "step",
    [
        "auva.annotations.write_action_units",  # the content
        "auva.web.session.sync_file",  # a disk may tell that it is full only here
        "auva.web.journal.os.fsync",  # the journal
        "auva.files.move",  # the last step: journaled, but not in its place
    ],
)
def test_an_edit_that_finds_the_disk_full_changes_nothing_and_can_be_repeated(
    tmp_path, monkeypatch, step
):
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU1", 1, 3))
    before = (tmp_path / "au.txt").read_bytes()

    def full(*given, **named):
        raise OSError(errno.ENOSPC, "No space left on device")

    for act in (lambda: open_session.edit("au", mark("AU1", 10, 13)), open_session.undo):
        with monkeypatch.context() as patch:
            patch.setattr(step, full)
            with pytest.raises(ApiError, match="No space left"):
                act()
        assert (tmp_path / "au.txt").read_bytes() == before
        assert present(open_session, "AU1") == [[1, 3, 1, 0]]
        files = sorted(path.name for path in tmp_path.iterdir())
        assert files == ["au.txt", "au.txt.journal.jsonl"]
    open_session.edit("au", mark("AU1", 10, 13))
    assert presence(tmp_path).sum() == 7
    again = session(tmp_path)
    assert again.content()["undo"] == 2
    assert not again.journals["au"].damage()


def test_formats_keep_their_own_frames_and_mask(tmp_path):
    header = "AU1,AU2,AU4,AU6,AU12,AU15,AU20,AU25"
    (tmp_path / "au.txt").write_text(header + "\n" + "-1,0,0,0,0,0,0,0\n" * FRAMES)
    pair = join_pair([tmp_path / "v.txt", tmp_path / "a.txt"])
    for name in ("v.txt", "a.txt"):
        (tmp_path / name).write_text("500\n" * FRAMES)
    open_session = Session(tmp_path / "au.txt", Path(pair), (None, None), SOURCE)
    open_session.edit("au", mark("AU1", 2, 3))
    open_session.edit("au", mark("AU2", 2, 3, None))
    lines = (tmp_path / "au.txt").read_text().splitlines()
    assert lines[1].startswith("-1,0")
    assert lines[2].startswith("1,-1")
    open_session.edit("va", [{"name": "arousal", "first": 5, "values": [-0.25]}])
    assert (tmp_path / "a.txt").read_text().splitlines()[4] == "-250"
    assert (tmp_path / "v.txt").read_text() == "500\n" * FRAMES
    shutil.copy(tmp_path / "a.txt", tmp_path / ".auva-abcd1234-a.txt")
    (tmp_path / "a.txt").write_text("500\n" * FRAMES)
    again = Session(tmp_path / "au.txt", Path(pair), (None, None), SOURCE)
    assert again.content()["va"]["arousal"][4] == -0.25
    assert (tmp_path / "a.txt").read_text().splitlines()[4] == "-250"


def test_an_annotator_signs_each_entry_and_is_blind_until_finished(tmp_path):
    open_session = session(tmp_path, annotator="mia")
    open_session.edit("au", mark("AU1", 1, 2))
    open_session.finish()
    open_session.edit("au", mark("AU1", 4, 5))
    first, finish, last = entries(tmp_path)
    assert (first["annotator"], first["blind"]) == ("mia", True)
    assert finish["action"] == "finish"
    assert last["blind"] is False
    again = session(tmp_path, annotator="mia")
    assert (again.done, again.finished) == (True, True)
    again.reopen()
    again.reopen()
    again.edit("au", mark("AU1", 7, 8))
    assert [entry["action"] for entry in entries(tmp_path)[2:]] == ["edit", "reopen", "edit"]
    assert entries(tmp_path)[-1]["blind"] is False
    again = session(tmp_path, annotator="mia")
    assert (again.done, again.finished) == (False, True)
    again.finish()
    assert session(tmp_path, annotator="mia").done


def test_stored_intensities_are_kept_where_a_span_is_drawn_over_them(tmp_path):
    write_thesis(tmp_path)
    lines = (tmp_path / "au.txt").read_text().splitlines()
    for frame, value in ((10, "2.5"), (11, "4"), (12, "0.5")):
        lines[frame - 1] = f"{frame} 1 {value} " + " ".join(["0 0"] * 7)
    (tmp_path / "au.txt").write_text("\n".join(lines) + "\n")
    open_session = session(tmp_path)
    [span] = present(open_session, "AU1")
    assert span == [10, 12, 1, 0, {"intensity": [[10, 10, 2.5], [11, 11, 4.0], [12, 12, 0.5]]}]
    open_session.edit("au", mark("AU1", 8, 14))
    table = read_action_units(tmp_path / "au.txt")
    assert table.presence[7:14, 0].tolist() == [1] * 7
    # The format needs a number where the coder states none.
    assert table.intensity[7:14, 0].tolist() == [1, 1, 2.5, 4, 0.5, 1, 1]
    open_session.edit("au", [{**mark("AU1", 10, 11)[0], "intensity": 3.0}])
    assert read_action_units(tmp_path / "au.txt").intensity[9:12, 0].tolist() == [3, 3, 0.5]
    open_session.undo()
    assert read_action_units(tmp_path / "au.txt").intensity[9:12, 0].tolist() == [2.5, 4, 0.5]


@pytest.mark.parametrize("form", ["thesis", "abaw", "openface", "elan", "boris"])
def test_what_a_format_cannot_hold_stays_in_the_journal_and_is_shown_again(tmp_path, form):
    kinds = formats_of("au")
    units = np.zeros((FRAMES, 8), int)
    table = ActionUnits(
        np.arange(1, FRAMES + 1), units, np.ones_like(units, bool), frames_of=kinds[form].frames_of
    )
    write_action_units(tmp_path / "au.txt", table, form)
    open_session = session(tmp_path)
    more = {"intensity": 4.0, "side": "left", "comment": "only the corner; “odd” <b>"}
    open_session.edit("au", [{**mark("AU12", 5, 9)[0], **more}])
    if kinds[form].masks:
        open_session.edit("au", mark("AU15", 3, 6, "hidden"))
    shown = session(tmp_path).content()["tracks"]
    assert shown["AU12"] == [[5, 9, 1, 0, more]]
    assert shown["AU15"] == ([[3, 6, -2, 0]] if kinds[form].masks else [])
    found = read_action_units(tmp_path / "au.txt")
    assert np.flatnonzero(found.presence[:, 4]).tolist() == [4, 5, 6, 7, 8]
    assert found.intensity[4, 4] == (4 if kinds[form].intensities else 1)
    assert np.flatnonzero(~found.mask[:, 5]).tolist() == ([2, 3, 4, 5] if kinds[form].masks else [])
    [entry, *_] = entries(tmp_path)
    assert entry["changes"][0]["after"] == [
        [4, 8, 1, 4.0, 0, {"side": "left", "comment": more["comment"]}]
    ]


@pytest.mark.parametrize("value", [None, "hidden"])
def test_a_state_that_the_format_would_turn_into_another_is_refused(tmp_path, value):
    write_thesis(tmp_path)
    before = (tmp_path / "au.txt").read_bytes()
    open_session = session(tmp_path)
    edits = [*mark("AU2", 1, 3), *mark("AU1", 4, 5, value)]
    with pytest.raises(
        ApiError, match=r"the format thesis cannot store 'not (judged|visible)'"
    ) as error:
        open_session.edit("au", edits)
    assert error.value.status == 422
    assert (tmp_path / "au.txt").read_bytes() == before
    assert present(open_session, "AU2") == []
    assert not (tmp_path / "au.txt.journal.jsonl").exists()


def test_a_file_without_masks_is_not_filled_up_with_absence(tmp_path):
    write_thesis(tmp_path)
    lines = (tmp_path / "au.txt").read_text().splitlines()[:-2]
    (tmp_path / "au.txt").write_text("\n".join(lines) + "\n")
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU4", 3, 5))
    assert len((tmp_path / "au.txt").read_text().splitlines()) == FRAMES - 2
    with pytest.raises(ApiError, match=f"the file ends with frame {FRAMES - 2}"):
        open_session.edit("au", mark("AU4", FRAMES - 3, FRAMES))
    for name in ("v.txt", "a.txt"):
        (tmp_path / name).write_text("400\n" * (FRAMES - 2))
    pair = join_pair([tmp_path / "v.txt", tmp_path / "a.txt"])
    open_session = Session(tmp_path / "au.txt", pair, (None, None), SOURCE)
    open_session.edit("va", [{"name": "valence", "first": 2, "values": [0.5]}])
    assert (tmp_path / "v.txt").read_text() == "400\n500\n" + "400\n" * (FRAMES - 4)
    assert (tmp_path / "a.txt").read_text() == "400\n" * (FRAMES - 2)


def test_a_new_file_is_never_made_in_a_format_that_cannot_say_not_judged(tmp_path):
    open_session = session(tmp_path, formats=("thesis", None))
    with pytest.raises(ApiError, match="which cannot store 'not judged': leave au_format empty"):
        open_session.edit("au", mark("AU1", 1, 2))
    assert list(tmp_path.iterdir()) == []
    pair = join_pair([tmp_path / "v.txt", tmp_path / "a.txt"])
    open_session = Session(tmp_path / "au.txt", pair, (None, None), SOURCE)
    with pytest.raises(ApiError, match="which cannot store 'not labelled'"):
        open_session.edit("va", [{"name": "valence", "first": 2, "values": [0.5]}])
    assert list(tmp_path.iterdir()) == []


def test_edits_on_other_frames_than_those_of_now_are_not_undone(tmp_path):
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU6", 1, 4))
    open_session.edit("au", mark("AU6", 10, 14))
    other = OriginalFrames(np.arange(FRAMES), FRAMES, Context(Timeline(FRAMES, 25.0)))
    again = Session(tmp_path / "au.txt", tmp_path / "va.txt", (None, None), other)
    assert again.content()["undo"] == 0
    again.edit("au", mark("AU1", 1, 1))
    assert session(tmp_path).content()["undo"] == 0
    assert again.content()["undo"] == 1


def give(path: Path) -> tuple[int, int]:
    """Give a path an owner that new files do not have, or a group only without root."""
    user = os.geteuid()
    owner = (1234, 5678) if user == 0 else (user, max(os.getgroups(), default=os.getegid()))
    os.chown(path, *owner)
    return owner


def owner_of(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid


def test_a_new_journal_has_the_owner_and_mode_of_the_annotation(tmp_path):
    write_thesis(tmp_path)
    (tmp_path / "au.txt").chmod(0o640)
    owner = give(tmp_path / "au.txt")
    session(tmp_path).edit("au", mark("AU1", 1, 2))
    journal = tmp_path / "au.txt.journal.jsonl"
    assert owner_of(journal) == owner_of(tmp_path / "au.txt") == owner
    assert journal.stat().st_mode & 0o777 == 0o640


def test_a_new_annotation_its_journal_and_folders_have_the_owner_of_the_folder_above(tmp_path):
    owner = give(tmp_path)
    folder = tmp_path / "annotations" / "au"
    session(folder).edit("au", mark("AU1", 1, 2))
    made = [folder.parent, folder, folder / "au.txt", folder / "au.txt.journal.jsonl"]
    assert [owner_of(path) for path in made] == [owner] * 4
    mask = os.umask(0)
    os.umask(mask)
    assert {path.stat().st_mode & 0o777 for path in made[2:]} == {0o666 & ~mask}


def test_saving_keeps_mode_owner_and_link_and_refuses_a_file_that_is_read_only(tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    write_thesis(store)
    (store / "au.txt").chmod(0o640)
    (tmp_path / "au.txt").symlink_to("store/au.txt")
    open_session = session(tmp_path)
    open_session.edit("au", mark("AU1", 1, 2))
    assert (tmp_path / "au.txt").is_symlink()
    assert (store / "au.txt").stat().st_mode & 0o777 == 0o640
    assert (store / "au.txt.journal.jsonl").stat().st_mode & 0o777 == 0o640
    assert presence(tmp_path)[:2, 0].tolist() == [1, 1]
    assert session(store).content()["undo"] == 1
    (store / "au.txt").chmod(0o444)
    assert "is read-only" in denial(store / "au.txt")
    before = (store / "au.txt").read_bytes()
    with pytest.raises(ApiError, match="is read-only"):
        open_session.edit("au", mark("AU1", 4, 5))
    assert (store / "au.txt").read_bytes() == before
    assert [span[:2] for span in present(open_session, "AU1")] == [[1, 2]]
