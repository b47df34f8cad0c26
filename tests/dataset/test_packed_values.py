"""What a packed file may hold, and who may stand on which side, whoever wrote it."""

import json
import shutil

import h5py
import numpy as np
import pytest

import auva.dataset
from auva.dataset.read import FaceSet, check_people
from auva.dataset.schema import SCHEMA_VERSION
from auva.dataset.write import write_faces
from auva.errors import InputError
from auva.records.hdf5 import seal, set_attribute
from auva.units import SETS

SIZE = 8


def faces(people: str, video: str = "", rows: int = 4) -> FaceSet:
    """Faces of one video per person, named after the person unless `video` says otherwise."""
    rng = np.random.default_rng(len(people))
    n = rows * len(people)
    au = rng.integers(0, 2, (n, 8), np.uint8)
    va = rng.uniform(-1, 1, (n, 2)).astype("f4")
    identity = np.repeat(list(people), rows)
    videos = np.char.add(np.repeat(list(video or people), rows), "-1")
    frame = np.tile(np.arange(1, rows + 1, dtype="i4"), len(people))
    image = rng.integers(0, 256, (n, SIZE, SIZE, 3), np.uint8)
    known = np.ones((n, 8), bool), np.ones((n, 2), bool)
    return FaceSet(image, au, known[0], va, known[1], videos, identity, frame)


@pytest.fixture
def packed(tmp_path):
    path = tmp_path / "faces_8.h5"
    write_faces(path, {"train": faces("abc"), "validation": faces("de"), "test": faces("f")})
    return path


def test_faces_that_were_written_are_those_that_are_read(packed):
    check_people(packed)
    loaded = auva.dataset.load(packed, "train", SIZE)
    for name, value in vars(faces("abc")).items():
        np.testing.assert_array_equal(getattr(loaded, name), value)


def dataset(name, row, value):
    def change(file):
        file[f"train/{name}"][row] = value

    return change


def attribute(name, value):
    def change(file):
        set_attribute(file, name, value)

    return change


def people(text):
    def change(file):
        del file["bound_people"]
        file["bound_people"] = np.array([text.encode()])

    return change


def without(name):
    def change(file):
        del file[name]

    return change


def replaced(name, make):
    def change(file):
        data = make(file[name][()])
        del file[name]
        file[name] = data

    return change


def mask_of_two(file):
    """Put a 2 into a mask, past the names of its type."""
    data = file["train/au_mask"][()].view("u1").copy()
    data[3, 1] = 2
    del file["train/au_mask"]
    kind = h5py.h5t.py_create(np.dtype(bool), logical=True)
    space = h5py.h5s.create_simple(data.shape)
    made = h5py.h5d.create(file["train"].id, b"au_mask", kind, space)
    made.write(h5py.h5s.ALL, h5py.h5s.ALL, data.view(bool))


CHANGES = [
    (dataset("au", (2, 4), 7), "'train', row 2: an Action Unit is not 0 or 1"),
    (mask_of_two, "'train', row 3: a mask is not 0 or 1"),
    (dataset("va", (5, 1), np.nan), "row 5: valence or arousal is not from -1 to 1"),
    (dataset("va", (5, 0), np.inf), "row 5: valence or arousal is not from -1 to 1"),
    (dataset("va", (5, 0), -1.5), "row 5: valence or arousal is not from -1 to 1"),
    (dataset("frame", 0, 0), "row 0: a frame is not 1, 2"),
    (dataset("frame", 1, 9), "row 2: the frames of a video are not in ascending order"),
    (dataset("frame", 2, 2), "row 2: the frames of a video are not in ascending order"),
    (dataset("video", slice(8, 12), b"a-1"), "the rows of a video are not consecutive"),
    (dataset("video", 2, b"b-1"), "the rows of a video are not consecutive"),
    (dataset("identity", 2, b"b"), "the rows of a video are not consecutive"),
    (dataset("identity", slice(0, 4), b""), "a row without a video or a person"),
    (dataset("identity", slice(0, 4), b"\xff"), "a name in 'train'"),
    (replaced("train/image", lambda image: image[:, :4]), "'/train/image' has the shape"),
    (replaced("train/image", lambda image: image[..., :1]), "'/train/image' has the shape"),
    (replaced("train/image", lambda image: image.astype("f4")), "holds float32, not uint8"),
    (replaced("train/image", lambda image: image[1:]), "have different lengths"),
    (replaced("train/au", lambda au: au[:, :7]), "'/train/au' has the shape"),
    (replaced("train/au_mask", lambda mask: mask.astype("u1")), "holds uint8, not bool"),
    (replaced("train/va", lambda va: va.astype("f8")), "holds float64, not float32"),
    (replaced("train/frame", lambda frame: frame.astype("i8")), "holds int64, not int32"),
    (replaced("train/video", lambda video: video.astype(object)), "holds object"),
    (without("train/identity"), "has no dataset '/train/identity'"),
    (without("train"), "has no group 'train'"),
    (attribute("schema", "other"), "not a dataset packed by auva"),
    (attribute("schema_version", SCHEMA_VERSION + 1), "has schema version"),
    (attribute("size", 0), "size is 0"),
    (attribute("size", SIZE + 1), "has the shape|has faces of 9 pixels"),
    (attribute("protocol", "anything"), "protocol is 'anything'"),
    (attribute("au_names", ["AU1"]), "'/train/au' has the shape"),
    (attribute("au_names", ["AU1"] * 8), "au_names are not names of Action Units"),
    (attribute("va_names", ["arousal", "valence"]), "va_names are not valence, arousal"),
    (people("["), "'bound_people' is not a list"),
    (people("[[1]]"), "'bound_people' is not a list"),
    (people("7"), "'bound_people' is not a list"),
]


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize(("change", "cause"), CHANGES)
def test_what_no_reader_could_understand_is_refused(packed, tmp_path, change, cause, sealed):
    path = packed
    if not sealed:  # as another program would have written it
        path = tmp_path / "other.h5"
        with h5py.File(packed) as source, h5py.File(path, "w") as file:
            file.attrs.update(source.attrs)
            for name in (*SETS, "bound_people"):
                source.copy(name, file)
    with h5py.File(path, "r+") as file:
        change(file)
    if sealed:
        seal(path)
    with pytest.raises(InputError, match=cause) as refused:
        auva.dataset.load(path, "train")
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(str(path))


def test_one_person_on_two_sides_is_refused(tmp_path):
    path = tmp_path / "faces_8.h5"
    write_faces(path, {"train": faces("ab"), "validation": faces("c"), "test": faces("b", "x")})
    with pytest.raises(InputError, match="person 'b' is in test and in train"):
        check_people(path)


def test_one_video_on_two_sides_is_refused_under_two_names(tmp_path):
    path = tmp_path / "faces_8.h5"
    write_faces(path, {"train": faces("ab"), "validation": faces("c", "b"), "test": faces("d")})
    with pytest.raises(InputError, match="video 'b-1' is in train and in validation"):
        check_people(path)


def test_people_who_share_a_video_file_are_one_for_the_sides(tmp_path):
    path = tmp_path / "faces_8.h5"
    sets = {"train": faces("ab"), "validation": faces("c"), "test": faces("d")}
    write_faces(path, sets, bound_people=[["a", "b"], ["c", "x"]])
    check_people(path)
    write_faces(path, sets, bound_people=[["b", "d"]])
    with pytest.raises(InputError, match="'b' in train and 'd' in test stand in the same pictures"):
        check_people(path)


def test_a_leak_is_only_where_it_is_meant(tmp_path):
    path = tmp_path / "faces_8.h5"
    sets = {"train": faces("ab"), "validation": faces("c"), "test": faces("b")}
    write_faces(path, sets, protocol="random_frames", bound_people=[["a", "c"]])
    check_people(path, "random_frames")
    with pytest.raises(InputError, match="protocol 'random_frames', not 'identity'"):
        check_people(path)
    write_faces(path, {"train": faces("a"), "test": faces("b")})
    with pytest.raises(InputError, match="protocol 'identity', not 'random_frames'"):
        check_people(path, "random_frames")


def test_a_leak_that_a_hidden_change_made_is_seen(packed):
    with h5py.File(packed, "r+") as file:
        file["test/identity"][:] = b"a"
    with pytest.raises(InputError, match="damaged, or changed since it was written"):
        check_people(packed)
    seal(packed)
    with pytest.raises(InputError, match="person 'a' is in test and in train"):
        check_people(packed)


def test_bound_people_are_written_as_text_that_any_program_reads(tmp_path):
    path = tmp_path / "faces_8.h5"
    write_faces(path, {"train": faces("a")}, bound_people=[["Zoë", "b, c"]])
    with h5py.File(path) as file:
        assert json.loads(file["bound_people"][0]) == [["Zoë", "b, c"]]


def test_a_copy_is_as_good_as_the_file(packed, tmp_path):
    shutil.copy(packed, tmp_path / "copy.h5")
    check_people(tmp_path / "copy.h5")
