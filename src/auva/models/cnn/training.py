"""The training of a supervised network, from the packed faces to checkpoints."""

import logging
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from auva.dataset.read import Faces, FaceSet
from auva.errors import InputError
from auva.models.cnn.augmentation import augment
from auva.models.cnn.loss import losses
from auva.models.cnn.network import FaceNetwork, as_input, build_network, places_of, split_outputs
from auva.models.device import choose_device, mixed_precision
from auva.models.history import History, check_weights
from auva.models.learning_rate import up_and_down
from auva.models.run import CHOICE, Run
from auva.models.state import clear_state, resume, state_digest, write_state
from auva.models.stopping import Stopped, stop_on_sigterm
from auva.models.weights import adam_tensors, load_adam, load_random, network_tensors, whole_note
from auva.models.weights import load_network as load_weights
from auva.progress import progress
from auva.records.checkpoints import (
    checkpoint_name,
    read_checkpoints,
    verify,
    write_checkpoints,
)
from auva.records.chosen import read_chosen
from auva.records.run import write_run
from auva.records.tensors import write_tensors

TERMS = ("loss", "au_loss", "va_loss")
_WINDOW_BYTES = 400_000_000
"""Number of faces that are shuffled together. It limits the memory for any number of frames."""
_LOG = logging.getLogger("auva")


def train(run: Run, dataset_h5: Path, folder: Path, threads: int, device: str) -> None:
    """Train a run and write its folder.

    Writes config.json, history.csv, checkpoints and, last, checkpoints.csv. A stopped run
    continues from its last state. On a CPU the result is the same bit for bit.

    Raises
    ------
    InputError
        Dataset, settings or a stored file that cannot be used.
    NonFiniteLossError
        A loss is not finite; the last good checkpoint and state are kept.
    """
    torch.set_num_threads(threads)
    kind = SequenceTraining if "window" in run.settings else Training
    with Faces(dataset_h5, "train", run.image_size) as faces, stop_on_sigterm() as stop:
        kind(run, faces, folder, choose_device(device)).go(stop)


def epochs_with_checkpoint(settings: dict[str, int]) -> list[int]:
    """Return the epochs, from 1, after which a checkpoint is written; the last is among them."""
    last = settings["epochs"]
    return [*range(settings["checkpoint_epochs"], last, settings["checkpoint_epochs"]), last]


class Training:
    """The state of one training and its loop."""

    def __init__(self, run: Run, faces: Faces, folder: Path, device: torch.device) -> None:
        self.run = run
        self.settings = run.settings
        self.seed = run.axes["seed"]
        self.faces = faces
        self.folder = folder
        self.device = device
        self.size = self.settings["batch_size"]
        self.alike = 1
        self.steps_of_epoch = self._count_steps(f"config experiments.{run.experiment}.training")
        self.steps = self.steps_of_epoch * self.settings["epochs"]
        self.begin()
        given = run.file("initial_weights")
        self.digest = state_digest(run, faces.path, __name__, files=[given] if given else [])

    def begin(self) -> None:
        """Initialise everything that the steps change."""
        network = initial_network(self.run)
        self.network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = _optimiser(self.network, self.settings["weight_decay"])
        self.masks = torch.Generator(self.device).manual_seed(self.seed + 2)
        self.chance = torch.Generator().manual_seed(self.seed + 3)
        self.history = History(TERMS, min(self.steps_of_epoch, 50))
        self.step = 0

    def go(self, stop: threading.Event) -> None:
        """Train to the last epoch; when `stop` is set, save the state and raise `Stopped`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_run(self.folder, self.run)
        self._resume()
        self.network.train()
        left = self.steps - self.step
        label = f"{self.run.experiment} {self.run.name}"
        for batch in progress(self._batches(), left, label, "step", self._told):
            if stop.is_set():
                self._save_state()
                raise Stopped
            self.history.add(self.step, self._update(batch))
            self.step += 1
            if self.step % self.steps_of_epoch == 0:
                self._end_epoch(self.step // self.steps_of_epoch)
            elif self.step % self.settings["state_steps"] == 0:
                self._save_state()
        self.history.close(self.step)
        self.history.write(self.folder / "history.csv")
        write_checkpoints(self.folder, self.iterations())
        clear_state(self.folder)

    def iterations(self) -> list[int]:
        """Return the steps after which there is a checkpoint."""
        return [epoch * self.steps_of_epoch for epoch in epochs_with_checkpoint(self.settings)]

    def _count_steps(self, place: str) -> int:
        """Return the number of steps of an epoch; each epoch leaves out an incomplete batch."""
        count = len(self.faces) // self.size
        if not count:
            raise InputError(
                f"{place}.batch_size: {self.size}, but only {len(self.faces)} training faces"
            )
        return count

    def _batches(self) -> Iterator[FaceSet]:
        """Yield the remaining batches of all epochs; each epoch has its own order."""
        first, done = divmod(self.step, self.steps_of_epoch)
        for epoch in range(first, self.settings["epochs"]):
            batches = self._epoch(self.seed * 100_003 + epoch)
            for number in range(self.steps_of_epoch):
                batch = next(batches)
                if epoch > first or number >= done:
                    yield batch

    def _epoch(self, seed: int) -> Iterator[FaceSet]:
        """Yield the batches of one epoch."""
        window = max(_WINDOW_BYTES // (self.run.image_size**2 * 3), self.size)
        return self.faces.batches(self.size, seed, window)

    def _update(self, batch: FaceSet) -> dict[str, Tensor]:
        """Take one step and return its losses."""
        share = up_and_down(self.step, self.steps, self.settings["warm_up"])
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings["learning_rate"] * share
        images = as_input(torch.from_numpy(batch.image).to(self.device))
        images = augment(images, self.settings, self.chance, self.alike)
        with mixed_precision(self.settings["precision"], self.device):
            logits = self.network(images, places_of(batch), self.masks)
        labels = {
            name: torch.from_numpy(getattr(batch, name)).to(self.device)
            for name in ("au", "au_mask", "va", "va_mask")
        }
        labels["au"] = labels["au"].float()
        terms = losses(split_outputs(logits, self.run), labels, self.settings)
        self.optimiser.zero_grad(set_to_none=True)
        terms["loss"].backward()
        if self.settings["gradient_limit"]:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.settings["gradient_limit"])
        self.optimiser.step()
        return {name: value.detach() for name, value in terms.items()}

    def _end_epoch(self, epoch: int) -> None:
        if epoch in epochs_with_checkpoint(self.settings):
            self.history.check()
            check_weights("network", self.network, self.step)
            notes = {"iteration": self.step}
            write_tensors(
                self.folder / checkpoint_name(self.step), dict(self.network.state_dict()), notes
            )
        self._save_state()

    def _told(self) -> str:
        last = self.history.last()
        return f"loss {last['loss']:.3f}" if "loss" in last else ""

    def _save_state(self) -> None:
        tensors = network_tensors("network", self.network)
        tensors |= adam_tensors("adam", self.network, self.optimiser)
        tensors |= self.history.tensors()
        tensors["masks"] = self.masks.get_state()
        tensors["chance"] = self.chance.get_state()
        write_state(self.folder, tensors, {"step": self.step, "digest": self.digest})

    def _resume(self) -> None:
        """Continue from the newest valid state, if it belongs to these settings, data and code."""
        if resume(self.folder, self.digest, self.steps, self.take, self.begin):
            _LOG.info("continuing from step %d", self.step)

    def take(self, tensors: Mapping[str, Tensor], notes: Mapping[str, Any], path: Path) -> None:
        """Restore a state; `InputError` if its contents do not fit."""
        load_weights(self.network, "network", tensors, path)
        load_adam("adam", self.network, self.optimiser, tensors, path)
        self.history.load(tensors, path)
        load_random(self.masks, "masks", tensors, path)
        load_random(self.chance, "chance", tensors, path)
        self.step = whole_note(notes, "step", path)


class SequenceTraining(Training):
    """The training of a recurrent network, on windows of consecutive faces."""

    def _count_steps(self, place: str) -> int:
        """Return the number of steps of an epoch; a batch consists of whole windows."""
        self.alike = length = self.settings["window"]
        longest = max((stop - start for *_, start, stop in self.faces.videos()), default=0)
        if length > longest:
            raise InputError(
                f"{place}.window: {length} faces, but the longest training video has {longest}"
            )
        short = [stop - start for *_, start, stop in self.faces.videos() if stop - start < length]
        if short:
            _LOG.warning(
                "%d videos with %d faces are shorter than a window: not used for training",
                len(short),
                sum(short),
            )
        count = len(self.faces.windows(length, 0)) // (self.size // length)
        if not count:
            raise InputError(f"{place}.batch_size: {self.size} is more than all training windows")
        return count

    def _epoch(self, seed: int) -> Iterator[FaceSet]:
        """Yield the batches of one epoch, which consist of whole windows."""
        length = self.settings["window"]
        windows = self.faces.windows(length, seed)
        many = self.size // length
        for start in range(0, len(windows) - many + 1, many):
            yield self.faces.read(windows[start : start + many].ravel())


def initial_network(run: Run) -> FaceNetwork:
    """Return the network with its initial weights, from a file if the settings name one."""
    network = build_network(run)
    given = run.file("initial_weights")
    if given:
        _take_backbone(network.backbone, _checkpoint(Path(given)))
    return network


def _checkpoint(path: Path) -> Path:
    """Return the file of weights: the chosen checkpoint where a run's choice is named."""
    if path.name == CHOICE:
        return verify(path.parent, read_checkpoints(path.parent), read_chosen(path).iteration)
    _LOG.warning(
        "%s does not say whose faces its weights were trained on: test people among them would be "
        "a leak (chosen.json of a run says it)",
        path,
    )
    return path


def _take_backbone(backbone: nn.Module, path: Path) -> None:
    """Copy all weights of the backbone from a file; its other weights are not used.

    Raises
    ------
    InputError
        An unreadable file; weights that are missing, not finite or of another network.
    """
    from safetensors.torch import load

    try:
        tensors = load(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path) from None
    except Exception as error:
        raise InputError(f"is not a safetensors file ({error})", path) from None
    load_weights(
        backbone, "backbone", {name: _single(value) for name, value in tensors.items()}, path
    )
    known = {f"backbone.{name}" for name in backbone.state_dict()}
    others = sorted(name for name in tensors if name.startswith("backbone.") and name not in known)
    if others:
        raise InputError(f"weights of another network: it has '{others[0]}'", path)


def _single(value: Tensor) -> Tensor:
    """Return numbers of any precision as float32; other tensors as they are."""
    return value.float() if value.is_floating_point() else value


def _optimiser(network: nn.Module, decay: float) -> torch.optim.AdamW:
    """Return AdamW without weight decay of biases and batch norms."""
    kernels = [weights for weights in network.parameters() if weights.dim() > 1]
    others = [weights for weights in network.parameters() if weights.dim() <= 1]
    groups = [{"params": kernels, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=1e-3)
