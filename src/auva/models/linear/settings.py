"""Every setting of the linear models: default, range, meaning."""

from auva.settings import Setting

SETTINGS: dict[str, Setting] = {
    "image_size": Setting(96, "side of the face images in pixels", minimum=16),
    "cell": Setting(8, "pixels of the side of a cell of gradients", minimum=2),
    "faces": Setting(20_000, "most training faces, evenly spread; bounds the memory", minimum=100),
    "components": Setting(400, "principal components of the gradients", minimum=1),
    "penalties": Setting(
        [1, 10, 100],
        "L2 penalties; one checkpoint each, among which the validation people choose",
    ),
    "mirror": Setting(True, "learn from each face's mirror image too", (True, False)),
    "mean_of_mirror": Setting(
        True, "predict the mean of a face and its mirror image", (True, False)
    ),
    "seed": Setting(1, "root of the random numbers behind the components", minimum=0),
}
