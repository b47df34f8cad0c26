"""Small packed faces of several people, whose pixels tell the labels, and runs of each family."""

import numpy as np
import pytest

from auva.dataset.read import FaceSet
from auva.dataset.write import write_faces
from auva.models.run import expand
from auva.units import SETS

PEOPLE = {"train": 6, "validation": 2, "test": 3}
FRAMES = 24
QUICK = {
    "linear": {"image_size": 32, "components": 20, "penalties": [1, 10], "cell": 4},
    "cnn": {"image_size": 28, "width": 4, "epochs": 3, "checkpoint_epochs": 2, "batch_size": 16},
}
QUICK["cnn_gru"] = {**QUICK["cnn"], "window": 8, "hidden": 8}


def video(rng, person, size):
    """Faces with gaps between their frames; a stripe for each unit that is present."""
    au = (rng.random((FRAMES, 8)) < 0.4).astype(np.uint8)
    va = np.c_[au[:, 0] - 0.5, rng.uniform(-1, 1, FRAMES)].astype(np.float32)
    image = rng.integers(0, 40, (FRAMES, size, size, 3), np.uint8)
    for unit in range(8):
        at = unit * size // 8
        image[:, at : at + 2] += np.uint8(150) * au[:, unit, None, None, None]
    frame = np.cumsum(rng.integers(1, 4, FRAMES)).astype(np.int32)
    known = np.ones((FRAMES, 8), bool), rng.random((FRAMES, 2)) < 0.9
    va[~known[1]] = 0
    names = np.full(FRAMES, person)
    return FaceSet(image, au, known[0], va, known[1], names, names, frame)


@pytest.fixture(scope="session")
def packed(tmp_path_factory):
    """Packed faces by side: `packed(28)`."""
    made = {}

    def make(size):
        if size not in made:
            rng = np.random.default_rng(size)
            sets = {
                name: FaceSet.concatenate(
                    [video(rng, f"{name}{number}", size) for number in range(PEOPLE[name])]
                )
                for name in SETS
            }
            made[size] = tmp_path_factory.mktemp("faces") / f"faces_{size}.h5"
            write_faces(made[size], sets, margin=0.0)
        return made[size]

    return make


@pytest.fixture(scope="session")
def make_run():
    """One run of a family: `make_run("cnn", kind="au", epochs=2)`."""

    def make(model, *, kind="vaau", grid=None, **training):
        entry = {"model": model, "kind": kind, "training": {**QUICK.get(model, {}), **training}}
        if model == "gan" and "va" in kind:
            entry["va_loss"] = "ccc"
        (run,) = expand({"family": {**entry, "grid": grid or [{}]}}, {}).values()
        return run

    return make
