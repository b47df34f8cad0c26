"""Every setting of the linear models: default, range, meaning."""

from auva.landmarks.task import PLACE, SHA256
from auva.models.base import LARGEST_SEED
from auva.settings import Setting

LEAST_SIDE = 48
"""Smallest side of a face, in pixels, for landmarks."""

BY_LANDMARKS = ("landmarks", "registered_hog")
"""Features that need the landmark network."""

NETWORK = "landmark_network"
"""Name of the tensor of a checkpoint with the bytes of the landmark network."""

SETTINGS: dict[str, Setting] = {
    "image_size": Setting(96, "side of the face images in pixels", minimum=16),
    "features": Setting(
        "hog",
        "features of a face: histograms of oriented gradients; landmarks; or the gradients of "
        "the face after moving, scaling and rotating it to the mean landmarks",
        ("hog", *BY_LANDMARKS),
    ),
    "cell": Setting(8, "side of a cell of gradients in pixels", minimum=2),
    "landmarker": Setting(PLACE, "file of the landmark networks; the default is downloaded"),
    "landmarker_sha256": Setting(SHA256, "SHA-256 of that file", pattern="^[0-9A-Fa-f]{64}$"),
    "faces": Setting(
        20_000, "largest number of training faces, evenly spread; limits memory", minimum=100
    ),
    "components": Setting(400, "number of principal components of the features", minimum=1),
    "penalties": Setting(
        [1, 10, 100],
        "L2 penalties; one checkpoint each, the best is chosen on the validation people",
        minimum=1,
    ),
    "mirror": Setting(True, "also learn from the mirror image of each face", (True, False)),
    "mean_of_mirror": Setting(
        True, "predict the mean of a face and its mirror image", (True, False)
    ),
    "seed": Setting(1, "random seed of the principal components", minimum=0, maximum=LARGEST_SEED),
}
