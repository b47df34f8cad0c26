"""Training images as bytes, selected by index: in memory, or in a mapped file if there are many."""

import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auva.dataset.read import Faces, FaceSet
from auva.dataset.schema import UNLABELLED
from auva.errors import InputError
from auva.models.gan.digits import is_digits, load_digits
from auva.models.gan.losses import Labels
from auva.models.gan.nodes import Outputs

_CPU = torch.device("cpu")
_LUMA = (0.299, 0.587, 0.114)

IN_MEMORY = 2_000_000_000
"""Maximum size in bytes of images in memory: 850,000 faces of 28 pixels. More are in a file."""


@dataclass(frozen=True)
class Images:
    """A set of images and their labels.

    Attributes
    ----------
    pixels : Tensor
        uint8 [n + m, side, side, c]: the n images of the set, then m without labels.
    labels : Labels
        Labels of all n + m images, masked for the last m; unused ones are None.
    unlabelled : int
        Number m of images without labels.
    device : torch.device
        Device of the returned images.
    """

    pixels: Tensor
    labels: Labels
    unlabelled: int = 0
    device: torch.device = _CPU

    def __len__(self) -> int:
        return self.pixels.shape[0] - self.unlabelled

    @property
    def channels(self) -> int:
        """Number of colours."""
        return self.pixels.shape[3]

    def spread(self, count: int) -> Tensor:
        """Return the bytes of at most `count` images, spread evenly over the set."""
        return self.take(torch.linspace(0, len(self) - 1, min(count, len(self))).round().long())

    def take(self, index: Tensor) -> Tensor:
        """Return the bytes of some images, on the device."""
        return self.pixels[index.to(self.pixels.device)].to(self.device)

    def batch(self, index: Tensor) -> Labels:
        """Return the labels of some images."""
        known = {
            name: None if value is None else value[index]
            for name, value in vars(self.labels).items()
        }
        return Labels(**known)


def as_input(pixels: Tensor, image_range: str) -> Tensor:
    """Return bytes [n, side, side, c] as floats [n, c, side, side], in [-1, 1] or [0, 1].

    The memory order is channels_last.
    """
    images = pixels.permute(0, 3, 1, 2).to(torch.float32)
    return images / 255 if image_range == "unit" else images / 127.5 - 1


def as_grey(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return images [n, side, side, c] in grey [n, side, side, 1] (luma of ITU-R BT.601)."""
    if images.shape[3] == 1:
        return images
    return np.rint(images @ np.array(_LUMA))[..., None].astype(np.uint8)


def read_images(
    path: str | Path,
    part: str,
    outputs: Outputs,
    size: int,
    device: torch.device,
    unlabelled: bool = False,
    scratch: Path | None = None,
) -> Images:
    """Read one set of a packed dataset.

    Faces of more than `IN_MEMORY` bytes are copied to a mapped temporary file, which the system
    reads on demand and removes at the end. The memory then does not grow with their number.

    Parameters
    ----------
    path : str or Path
        Faces packed by `auva.dataset`, or digits and objects packed by `auva.models.gan.digits`.
    part : str
        Name of the set.
    outputs : Outputs
        They determine the labels; the vanilla GAN gets grey images (luma of ITU-R BT.601).
    size : int
        Side of the images in pixels, which must be the dataset's.
    device : torch.device
        Device of the images.
    unlabelled : bool
        Whether to append the faces without labels.
    scratch : Path, optional
        Folder of the mapped file; by default the system's folder for temporary files.

    Raises
    ------
    InputError
        Missing or damaged file, another schema version, images of another size, missing labels, no
        faces without labels although requested.
    """
    if is_digits(path):
        images, category = load_digits(path, part, size)
        labels = {"category": torch.from_numpy(category.astype(np.int64))}
        pixels, spare = torch.from_numpy(images).to(device), 0
    else:
        groups = (part, UNLABELLED) if unlabelled else (part,)
        pixels, labels, spare = _read_faces(path, groups, size, outputs.kind == "vanilla", scratch)
        if pixels.nbytes <= IN_MEMORY:
            pixels = pixels.to(device)
    needed = {name: labels[name].to(device) for name in _needed(outputs, labels, path)}
    return Images(pixels, Labels(**needed), spare, device)


def _read_faces(
    path: str | Path, groups: tuple[str, ...], size: int, grey: bool, scratch: Path | None
) -> tuple[Tensor, dict[str, Tensor], int]:
    """Return images and labels of some groups, and the number of images after the first group."""
    with ExitStack() as stack:
        files = [stack.enter_context(Faces(path, group, size)) for group in groups]
        labels = FaceSet.concatenate([faces.without_images() for faces in files])
        blocks = (as_grey(part.image) if grey else part.image for part in _blocks(files))
        pixels = _gathered(blocks, (len(labels), size, size, 1 if grey else 3), scratch)
    known = {
        "au": torch.from_numpy(labels.au).float(),
        "au_mask": torch.from_numpy(labels.au_mask),
        "va": torch.from_numpy(np.nan_to_num(labels.va)),
        "va_mask": torch.from_numpy(labels.va_mask),
    }
    return torch.from_numpy(pixels), known, sum(map(len, files[1:]))


def _blocks(files: list[Faces]) -> Iterator[FaceSet]:
    for faces in files:
        yield from faces.blocks()


def _gathered(
    blocks: Iterable[NDArray[np.uint8]], shape: tuple[int, ...], scratch: Path | None
) -> NDArray[np.uint8]:
    """Return blocks of images as one array of `shape`, in memory or in a mapped file."""
    if math.prod(shape) <= IN_MEMORY:
        whole = np.empty(shape, np.uint8)
        start = 0
        for block in blocks:
            whole[start : start + len(block)] = block
            start += len(block)
        return whole
    if scratch is not None:
        scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=scratch) as file:
        for block in blocks:
            file.write(block.tobytes())
        file.flush()
        return np.memmap(file, np.uint8, "r+", shape=shape)


def _needed(outputs: Outputs, known: Mapping[str, Tensor], path: str | Path) -> list[str]:
    """Return the names of the labels that the outputs need."""
    groups = (
        ("au", "au_mask", outputs.au),
        ("va", "va_mask", outputs.va),
        ("category", None, outputs.classes),
    )
    names = [name for *pair, nodes in groups if nodes.stop for name in pair if name]
    for name in names:
        if name not in known:
            raise InputError(f"has no `{name}` for an experiment of kind {outputs.kind}", path)
    return names


class Sampler:
    """Batches of indices without replacement, reshuffled in every epoch.

    Batch k depends only on the seed and k, so one number is the position of a stopped run. An
    incomplete batch at the end of an epoch is left out.

    Parameters
    ----------
    count, batch_size : int
        Number of images in the set and in a batch.
    seed : int
        Random seed of the shuffles.
    place : str
        Name of the batch size in messages.
    what : str
        Description of the images in messages.

    Raises
    ------
    InputError
        The batch is larger than the set.
    """

    def __init__(
        self,
        count: int,
        batch_size: int,
        seed: int,
        place: str = "config training.batch_size",
        what: str = "training set",
    ) -> None:
        if batch_size > count:
            raise InputError(f"{place} {batch_size} is larger than the {what} of {count}")
        self.count = count
        self.batch_size = batch_size
        self.seed = seed
        self.position = 0
        self._epoch = -1
        self._order = np.empty(0, np.int64)

    def next(self) -> Tensor:
        """Return the next batch of indices."""
        batches = self.count // self.batch_size
        epoch, number = divmod(self.position, batches)
        if epoch != self._epoch:
            source = np.random.default_rng(np.random.SeedSequence((self.seed, epoch)))
            self._order = source.permutation(self.count)
            self._epoch = epoch
        self.position += 1
        return torch.from_numpy(self._order[number * self.batch_size :][: self.batch_size])


def positive_weights(labels: Labels, limit: float = 10.0) -> Tensor:
    """Return negatives / positives of each AU among the known labels, at most `limit`."""
    assert labels.au is not None
    assert labels.au_mask is not None
    known = labels.au_mask.sum(0)
    positive = (labels.au * labels.au_mask).sum(0)
    return ((known - positive) / positive.clamp_min(1)).clamp(max=limit)
