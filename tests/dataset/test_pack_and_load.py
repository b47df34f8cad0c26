"""What is packed is what is read back: images, masks, names, in the order of video and frame."""

from dataclasses import replace

import h5py
import numpy as np
import pandas as pd
import pytest

import auva.dataset
from auva.dataset.pack import pack as pack_faces
from auva.dataset.read import check_people, facts_of
from auva.dataset.write import write_faces
from auva.errors import InputError
from auva.records.hdf5 import seal
from auva.records.labels import write_labels
from auva.statistics import read_labels

ROWS = [
    ("video00", "Zoë 0", "train", 1),
    ("video01", "Zoë 1", "test", 2),
    ("video02", "Zoë 2", "train", 1),
    ("video03", "Zoë 3", "validation", 2),
    ("video04", "Zoë 4", "train", 1),
    ("video05", "Zoë 0", "train", 1),
]


@pytest.fixture
def corpus(make_corpus):
    return make_corpus()


def pack(corpus, size=32, cfg=None, name="faces.h5", rows=ROWS, **more):
    out = corpus.folder / name
    split = corpus.split(rows)
    people = corpus.people
    pack_faces(split, people, corpus.crops, corpus.labels, out, size, cfg or {}, **more)
    return out


@pytest.mark.parametrize("compression", ["gzip", "lzf", "none"])
def test_each_selected_frame_comes_back_once_with_its_labels(corpus, compression):
    path = pack(corpus, cfg={"compression": compression, "chunk_bytes": 9000})
    for name in ("train", "validation", "test"):
        faces = auva.dataset.load(path, name)
        start = 0
        for video, person, where, _ in ROWS:
            if where != name:
                continue
            table = read_labels(corpus.labels[video])
            rows = table.selected
            part = slice(start, start + rows.sum())
            start = part.stop
            assert set(faces.video[part]) == {video}
            assert set(faces.identity[part]) == {person}
            np.testing.assert_array_equal(faces.frame[part], table.frame[rows])
            np.testing.assert_array_equal(faces.au[part], table.au[rows])
            np.testing.assert_array_equal(faces.au_mask[part], table.au_mask[rows])
            np.testing.assert_array_equal(faces.va[part], table.va[rows])
            np.testing.assert_array_equal(faces.va_mask[part], table.va_mask[rows])
            np.testing.assert_array_equal(faces.intensity[part], table.intensity[rows])
            np.testing.assert_array_equal(faces.intensity_mask[part], table.intensity_mask[rows])
            with h5py.File(corpus.crops[video]) as file:
                chosen = np.isin(file["frame"][:], table.frame[rows])
                np.testing.assert_array_equal(faces.image[part], file["image"][:][chosen])
        assert start == len(faces)


def test_missing_values_are_masks_and_never_numbers(corpus):
    faces = auva.dataset.load(pack(corpus), "train")
    assert not faces.au_mask.all()
    assert not faces.va_mask.all()
    assert not faces.au[~faces.au_mask].any()
    assert not faces.va[~faces.va_mask].any()
    assert not np.isnan(faces.va).any()
    assert 0.3 < faces.intensity_mask.mean() < 0.7
    assert faces.intensity.max() > 1
    assert not faces.intensity[~faces.intensity_mask].any()


def test_two_runs_write_the_same_bytes(corpus):
    assert pack(corpus, name="a.h5").read_bytes() == pack(corpus, name="b.h5").read_bytes()


def test_any_smaller_size_comes_from_the_same_crops(corpus):
    large, small = auva.dataset.load(pack(corpus), "test"), None
    small = auva.dataset.load(pack(corpus, 8), "test", size=8)
    assert small.image.shape == (len(large), 8, 8, 3)
    means = [f.image.mean((1, 2, 3), dtype=float) for f in (large, small)]
    assert np.abs(means[0] - means[1]).max() < 4
    with pytest.raises(InputError, match="32 pixels cannot be enlarged to 64"):
        pack(corpus, 64)


def test_faces_of_all_videos_have_one_margin_which_the_file_tells(corpus):
    assert facts_of(pack(corpus)).margin == 0.1
    with h5py.File(corpus.crops["video03"], "r+") as crops:
        crops.attrs["margin"] = 0.2
    seal(corpus.crops["video03"])
    cause = r"video03.crops.h5: crops.margin is 0.2, but 0.1 for other videos"
    with pytest.raises(InputError, match=cause):
        pack(corpus)
    with h5py.File(corpus.crops["video03"], "r+") as crops:
        crops.attrs["margin"] = float("nan")
    seal(corpus.crops["video03"])
    with pytest.raises(InputError, match=r"video03.crops.h5: margin is nan, not 0 or more"):
        pack(corpus)


@pytest.mark.parametrize("keep", [False, True])
def test_a_file_tells_how_its_frames_were_selected(corpus, keep):
    with h5py.File(pack(corpus, cfg={"keep_frames_without_au": keep})) as file:
        told = file.attrs["selection"].decode()
    assert ("known label" if keep else "at least one Action Unit") in told


def test_random_frames_leak_people_with_as_many_frames_per_set(corpus):
    clean = pack(corpus)
    leaky = pack(corpus, name="leaky.h5", protocol="random_frames", seed=1)
    assert auva.dataset.sizes(leaky) == auva.dataset.sizes(clean)
    train, test = (auva.dataset.load(leaky, name) for name in ("train", "test"))
    assert set(train.identity) & set(test.identity)
    both = [
        {(v, f) for n in auva.dataset.sizes(p) for v, f in zip(s.video, s.frame, strict=True)}
        for p in (clean, leaky)
        for n in ["train"]
        for s in [auva.dataset.load(p, n)]
    ]
    assert both[0] != both[1]


def without_labels(path, frames):
    """Take the labels of some frames out of a label table."""
    table = pd.read_csv(path)
    rows = table["frame"].isin(frames)
    known = [name for name in table if name not in ("frame", "status", "reason", "selected")]
    table.loc[rows, known], table.loc[rows, "selected"] = np.nan, 0
    write_labels(path, table)


@pytest.fixture
def half_labelled(make_corpus):
    """Add videos without labels, of a tested person and of a stranger, and take some others'."""
    corpus = make_corpus(videos=8, people=8)
    others = {"video05": "Zoë 0", "video06": "Zoë 1"}
    people = [replace(each, identity=others.get(each.id, each.identity)) for each in corpus.samples]
    for video in ("video06", "video07"):
        without_labels(corpus.labels[video], range(1, 41))
    for video in ("video01", "video02", "video03"):
        without_labels(corpus.labels[video], range(1, 11))
    return replace(corpus, samples=people)


MORE_ROWS = [*ROWS, ("video06", "Zoë 1", "test", 2), ("video07", "Zoë 7", "train", 1)]


@pytest.mark.parametrize("protocol", ["identity", "random_frames"])
def test_faces_without_labels_are_those_of_training_people(half_labelled, protocol):
    plain = pack(half_labelled, name="plain.h5", protocol=protocol, rows=MORE_ROWS)
    cfg = {"keep_unlabelled_faces": True}
    path = pack(half_labelled, cfg=cfg, protocol=protocol, rows=MORE_ROWS)
    faces = auva.dataset.load(path, "unlabelled")
    shown = {*zip(faces.video.tolist(), faces.identity.tolist(), strict=True)}
    assert shown == {("video02", "Zoë 2"), ("video07", "Zoë 7")}
    for video, last in (("video02", 10), ("video07", 40)):
        table = read_labels(half_labelled.labels[video])
        wanted = table.frame[table.face & (table.frame <= last)]
        np.testing.assert_array_equal(faces.frame[faces.video == video], wanted)
        with h5py.File(half_labelled.crops[video]) as file:
            rows = np.isin(file["frame"][:], wanted)
            image = faces.image[faces.video == video]
            np.testing.assert_array_equal(image, file["image"][:][rows])
    for mask in (faces.au_mask, faces.va_mask, faces.intensity_mask):
        assert not mask.any()
    sizes = auva.dataset.sizes(path)
    assert sizes == {**auva.dataset.sizes(plain), "unlabelled": len(faces)}
    for name in ("train", "validation", "test"):
        one, two = (auva.dataset.load(each, name) for each in (plain, path))
        np.testing.assert_array_equal(one.image, two.image)
    with pytest.raises(InputError, match=r"plain.h5: was packed without .*keep_unlabelled_faces"):
        auva.dataset.load(plain, "unlabelled")


def test_a_face_without_a_label_of_a_tested_person_is_refused(tmp_path, half_labelled):
    path = pack(half_labelled, cfg={"keep_unlabelled_faces": True}, rows=MORE_ROWS)
    sets = {name: auva.dataset.load(path, name) for name in auva.dataset.sizes(path)}
    spare = sets["unlabelled"]
    check_people(path)
    people = np.where(spare.video == "video07", "Zoë 1", spare.identity)
    write_faces(tmp_path / "leak.h5", {**sets, "unlabelled": replace(spare, identity=people)})
    with pytest.raises(InputError, match="person 'Zoë 1' is in test and in train"):
        check_people(tmp_path / "leak.h5")
    write_faces(tmp_path / "bound.h5", sets, bound_people=[["Zoë 3", "Zoë 7"]])
    with pytest.raises(InputError, match="'Zoë 3' in validation and 'Zoë 7' in train stand"):
        check_people(tmp_path / "bound.h5")
    mask = spare.va_mask.copy()
    mask[1, 0] = True
    write_faces(tmp_path / "label.h5", {**sets, "unlabelled": replace(spare, va_mask=mask)})
    with pytest.raises(InputError, match=r"label.h5: 'unlabelled', row 1: the face has a label"):
        check_people(tmp_path / "label.h5")


def test_rows_are_read_in_the_order_asked_for(corpus):
    path = pack(corpus)
    whole = auva.dataset.load(path, "train")
    rows = np.random.default_rng(0).integers(0, len(whole), 50)
    with auva.dataset.open(path, "train") as faces:
        part = faces.read(rows)
        np.testing.assert_array_equal(part.image, whole.image[rows])
        np.testing.assert_array_equal(part.video, whole.video[rows])
        assert sum(len(block) for block in faces.blocks(7)) == len(whole)
        with pytest.raises(IndexError):
            faces.read([len(whole)])


def edited(name, /, **change):
    """Return rows of the split with one place changed."""
    names = ("video", "identity", "set", "fold")
    rows = [dict(zip(names, row, strict=True)) for row in ROWS]
    return [tuple((row | (change if row["video"] == name else {})).values()) for row in rows]


@pytest.mark.parametrize("protocol", ["identity", "random_frames"])
@pytest.mark.parametrize(
    ("video", "change", "message"),
    [
        ("video05", {"set": "test"}, "person 'Zoë 0' is in test and in train"),
        ("video00", {"set": "validation"}, "person 'Zoë 0' is in train and in validation"),
        ("video05", {"set": "test", "identity": "Zoë 9"}, "shows 'Zoë 9', but 'Zoë 0' in the sam"),
        ("video01", {"set": "tset"}, "line 3: set is 'tset', not one of train, validation, test"),
        ("video01", {"video": "video00"}, "line 3: duplicate video 'video00'"),
        ("video01", {"video": "video09"}, "video 'video09' is not in the sample sheet"),
        ("video01", {"fold": "x"}, "line 3: fold is 'x', not a whole number"),
    ],
)
def test_a_split_that_was_edited_is_refused(corpus, video, change, message, protocol):
    out = corpus.folder / "faces.h5"
    split = corpus.folder / "split.csv"
    rows = [",".join(map(str, row)) for row in edited(video, **change)]
    split.write_text("\n".join(["video,identity,set,fold", *rows]) + "\n")
    with pytest.raises(InputError, match=message):
        pack_faces(
            split, corpus.people, corpus.crops, corpus.labels, out, 16, {}, protocol=protocol
        )
    assert not out.exists()


def test_a_whole_person_may_be_moved_by_hand(corpus):
    rows = [(v, p, "validation" if p == "Zoë 0" else s, f) for v, p, s, f in ROWS]
    out = corpus.folder / "faces.h5"
    pack_faces(corpus.split(rows), corpus.people, corpus.crops, corpus.labels, out, 16, {})
    assert "Zoë 0" in set(auva.dataset.load(out, "validation").identity)


def test_people_who_share_a_video_file_are_kept_on_one_side(corpus):
    people = corpus.people
    people[4] = replace(people[4], group="Zoë 1")
    out = corpus.folder / "faces.h5"
    files = corpus.crops, corpus.labels, out, 16, {}
    with pytest.raises(InputError, match="'Zoë 1' in test and 'Zoë 4' in train stand in the same"):
        pack_faces(corpus.split(ROWS), people, *files)
    pack_faces(corpus.split(edited("video04", set="test")), people, *files)
    with auva.dataset.open(out, "train") as faces:
        assert faces.facts.bound_people == (("Zoë 1", "Zoë 4"),)


def test_crops_of_another_video_are_refused(corpus):
    crops = {**corpus.crops, "video00": corpus.crops["video01"]}
    out = corpus.folder / "faces.h5"
    with pytest.raises(InputError, match="holds faces of the video 'video01', not of 'video00'"):
        pack_faces(corpus.split(ROWS), corpus.people, crops, corpus.labels, out, 16, {})
    assert not out.exists()
