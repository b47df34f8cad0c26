"""The feature extractor behind the kernel distance: a small classifier of the dataset's labels.

The usual choice, an Inception network trained on ImageNet at 299 pixels, has to be downloaded and
sees in a 28x28 face little but the enlargement. This one is trained by the workflow on the training
set, to tell its Action Units, valence and arousal, or its categories; what it has learnt to see is
what the discriminators are to see.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auva.dataset.read import facts_of
from auva.errors import InputError
from auva.models.gan.data import Images, Sampler, as_input, read_images
from auva.models.gan.digits import is_digits
from auva.models.gan.nodes import outputs_of
from auva.models.masked_losses import masked_mean
from auva.models.weights import load_network
from auva.progress import progress
from auva.quality.settings import QualitySettings
from auva.records.tensors import read_tensors, write_tensors

WIDTHS = (32, 64, 128)
_BATCH = 64
_RATE = 1e-3


class Extractor(nn.Module):
    """Three 3x3 convolutions of stride 2; the features are the means of the last one's 128 maps.

    Parameters
    ----------
    channels : int
        Colours of the images.
    nodes : int
        Labels that it is trained on.
    """

    def __init__(self, channels: int, nodes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, maps in zip((channels, *WIDTHS), WIDTHS, strict=False):
            layers += [nn.Conv2d(inputs, maps, 3, 2, 1), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(WIDTHS[-1], nodes)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return features float32 [n, 128] of bytes [n, side, side, c]."""
        return self.layers(as_input(pixels, "signed")).mean((2, 3))


def train_extractor(
    dataset_h5: str | Path, path: str | Path, size: int, settings: QualitySettings, threads: int = 1
) -> None:
    """Train an extractor on a dataset's training set and write it as safetensors.

    Parameters
    ----------
    dataset_h5 : str or Path
        Packed faces, or digits.
    path : str or Path
        Written, whole or not at all.
    size : int
        Side of the images.
    settings : QualitySettings
    threads : int
        CPU threads.

    Raises
    ------
    InputError
        A dataset that cannot be used, or one smaller than a batch of 64.
    """
    torch.set_num_threads(threads)
    digits = is_digits(dataset_h5)
    nodes = (
        outputs_of("categorical") if digits else outputs_of("vaau", facts_of(dataset_h5).au_names)
    )
    images = read_images(
        dataset_h5, "train", nodes, size, torch.device("cpu"), scratch=Path(path).parent
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = Extractor(images.channels, nodes.size - 1)
    adam = torch.optim.Adam(network.parameters(), _RATE, fused=True)
    sampler = Sampler(len(images), min(_BATCH, len(images)), settings.seed)
    steps = range(settings.extractor_steps)
    for _ in progress(steps, len(steps), "feature extractor", "step"):
        index = sampler.next()
        loss = _loss(network, images, index)
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
    tensors = {f"extractor.{name}": value for name, value in network.state_dict().items()}
    notes = {"channels": images.channels, "nodes": nodes.size - 1, "size": size}
    write_tensors(Path(path), tensors, notes)


def _loss(network: Extractor, images: Images, index: Tensor) -> Tensor:
    outputs = network.head(network(images.take(index)))
    labels = images.batch(index)
    if labels.category is not None:
        return F.cross_entropy(outputs, labels.category)
    assert labels.va is not None
    assert labels.au is not None
    affect = masked_mean((outputs[:, :2] - labels.va).square(), labels.va_mask)
    units = F.binary_cross_entropy_with_logits(outputs[:, 2:], labels.au, reduction="none")
    return affect + masked_mean(units, labels.au_mask)


def load_extractor(path: str | Path, size: int) -> Extractor:
    """Return a trained extractor; one for images of another size is an `InputError`."""
    path = Path(path)
    tensors, notes = read_tensors(path)
    if notes.get("size") != size:
        raise InputError(f"is for images of {notes.get('size')} pixels, not {size}", path)
    network = Extractor(notes["channels"], notes["nodes"])
    load_network(network, "extractor", tensors, path)
    return network.eval().requires_grad_(False)
