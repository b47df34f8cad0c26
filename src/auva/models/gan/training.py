"""The training of one run, from the packed dataset to checkpoints (sections 3.2.2 to 3.2.5)."""

import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from auva.models.device import choose_device, mixed_precision
from auva.models.gan.average import MovingAverage
from auva.models.gan.data import Images, Sampler, as_input, read_images
from auva.models.gan.events import Events
from auva.models.gan.monitor import SampleMonitor
from auva.models.gan.nodes import outputs
from auva.models.gan.schedule import GENERATOR, updated_network
from auva.models.gan.settings import COSMETIC
from auva.models.gan.step import (
    TERMS,
    discriminator_step,
    generator_step,
    make_networks,
    set_rates,
)
from auva.models.history import History, check_weights
from auva.models.run import Run
from auva.models.state import clear_state, resume, state_digest, write_state
from auva.models.stopping import Stopped, stop_on_sigterm
from auva.models.weights import (
    adam_tensors,
    load_adam,
    load_network,
    load_random,
    network_tensors,
    whole_note,
)
from auva.progress import progress
from auva.records.checkpoints import checkpoint_name, write_checkpoints
from auva.records.run import write_run
from auva.records.tensors import write_tensors

_LOG = logging.getLogger("auva")


def train(
    run: Run,
    dataset_h5: str | Path,
    out_dir: str | Path,
    threads: int = 1,
    device: str = "auto",
) -> None:
    """Train one run and write its files.

    Writes config.json, history.csv, checkpoints/iteration-*.safetensors, samples/iteration-*.png,
    samples.png, TensorBoard events and, last, checkpoints.csv (`iteration, file, sha256`). A run
    that was stopped continues from its own state if settings, dataset and code are the same (on a
    CPU with the same result bit for bit); otherwise it starts again.

    Parameters
    ----------
    run : Run
        A run of the model "gan".
    dataset_h5 : str or Path
        Packed dataset; only its set `train` is read.
    out_dir : str or Path
        Folder of the run.
    threads : int
        CPU threads; results are the same bit for bit at the same number.
    device : str
        "cpu", "cuda", or "auto" for CUDA where there is one.

    Raises
    ------
    InputError
        Dataset, settings or a stored file that cannot be used.
    NonFiniteLossError
        A loss is not finite; the last good checkpoint and state are kept.
    """
    torch.set_num_threads(threads)
    training = Training(run, Path(dataset_h5), Path(out_dir), choose_device(device))
    with stop_on_sigterm() as stop:
        training.go(stop)


class Training:
    """The state of one training and its loop.

    Parameters
    ----------
    run, dataset_h5, out_dir, device
        As in `train`.
    """

    def __init__(self, run: Run, dataset_h5: Path, out_dir: Path, device: torch.device) -> None:
        self.run = run
        self.settings = run.settings
        self.folder = out_dir
        self.images = _read(run, dataset_h5, out_dir, device)
        self.device = device
        self.begin()
        self.monitor = SampleMonitor(run, out_dir, self.images, device)
        self.digest = state_digest(run, dataset_h5, __name__, _cosmetic(run))

    def begin(self) -> None:
        """Initialise everything that the steps change."""
        run, settings = self.run, self.settings
        self.networks = make_networks(run, self.images, self.device)
        place = f"config experiments.{run.experiment}: training"
        size, more = settings["batch_size"], settings["unlabelled_batch"]
        self.sampler = Sampler(len(self.images), size, settings["seed"], f"{place}.batch_size")
        self.unlabelled = None
        if more:
            self.unlabelled = Sampler(
                self.images.unlabelled,
                more,
                settings["seed"] + 1,
                f"{place}.unlabelled_batch",
                "group of faces without labels",
            )
        # A run that is shorter than an interval still has one row.
        self.history = History(TERMS, min(settings["history_interval"], settings["iterations"]))
        self.generator_average = MovingAverage(
            self.networks.generator, settings["generator_average"]
        )
        self.discriminator_average = MovingAverage(
            self.networks.discriminator, settings["discriminator_average"], "discriminator_average"
        )
        self.step = 0

    def go(self, stop: threading.Event) -> None:
        """Train to the last iteration; when `stop` is set, save the state and raise `Stopped`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_run(self.folder, self.run)
        self._resume()
        self.events = Events(self.folder, self.settings["tensorboard"], self.step)
        iterations, interval = self.settings["iterations"], self.settings["checkpoint_interval"]
        label = f"{self.run.experiment} {self.run.name}"
        steps = range(self.step, iterations)
        for step in progress(steps, len(steps), label, "iteration", self._losses):
            if step % interval == 0:
                self._checkpoint(step)
            if stop.is_set():
                self._save_state()
                self.events.close()
                raise Stopped
            if self.history.add(step, self._update(step)):
                self.events.scalars("loss", self.history.last(), step + 1)
            self.step = step + 1
        self._checkpoint(iterations)
        self._finish()
        self.events.close()

    def _losses(self) -> str:
        """Return the newest losses of both networks, for the progress bar."""
        last = self.history.last()
        return ", ".join(
            f"{name} {last[name]:.3f}" for name in ("d_loss", "g_loss") if name in last
        )

    def _update(self, step: int) -> Mapping[str, Tensor]:
        """Train one network, or both in the vanilla GAN, for one step."""
        networks, images, sampler = self.networks, self.images, self.sampler
        kind = networks.outputs.kind
        generator = kind == "vanilla" or (
            updated_network(step, self.run.axes["update_rate"]) == GENERATOR
        )
        set_rates(networks, step)
        terms: dict[str, Tensor] = {}
        with mixed_precision(self.settings["precision"], networks.device):
            if kind == "vanilla" or not generator:
                terms |= discriminator_step(networks, images, sampler, self.unlabelled)
                self.discriminator_average.update(networks.discriminator)
            if generator:
                terms |= generator_step(networks, images, sampler, step)
                self.generator_average.update(networks.generator)
        return terms

    def _checkpoint(self, step: int) -> None:
        """Check that all values are finite; write checkpoint, samples, history and state."""
        self.history.check()
        check_weights("generator", self.networks.generator, step)
        check_weights("discriminator", self.networks.discriminator, step)
        tensors = network_tensors("generator", self.networks.generator)
        tensors |= self.generator_average.tensors()
        tensors |= self._discriminator_tensors()
        notes = {"iteration": step, "channels": self.images.channels}
        write_tensors(self.folder / checkpoint_name(step), tensors, notes)
        self.monitor.write(
            self.generator_average.network(self.networks.generator), step, self.events
        )
        for name in ("generator", "discriminator"):
            self.events.gradients(f"gradients_{name}", getattr(self.networks, name), step)
        self.history.write(self.folder / "history.csv")
        self.step = step
        self._save_state()

    def _discriminator_tensors(self) -> dict[str, Tensor]:
        """Return the scored discriminator's tensors, with running and recalibrated statistics."""
        network = self.discriminator_average.network(self.networks.discriminator)
        tensors = {k: v.clone() for k, v in network_tensors("discriminator", network).items()}
        pixels = self.images.spread(self.settings["recalibration_images"])
        network.calibrate(as_input(pixels, self.settings["image_range"]))  # type: ignore[operator]
        for name, buffer in network.named_buffers():
            tensors[f"recalibrated.{name}"] = buffer.clone()
            buffer.copy_(tensors[f"discriminator.{name}"])
        return tensors

    def _save_state(self) -> None:
        """Write the state and keep the previous one, in case this one is damaged."""
        networks = self.networks
        tensors = network_tensors("generator", networks.generator)
        tensors |= network_tensors("discriminator", networks.discriminator)
        tensors |= adam_tensors("generator_adam", networks.generator, networks.generator_adam)
        tensors |= adam_tensors(
            "discriminator_adam", networks.discriminator, networks.discriminator_adam
        )
        tensors |= self.generator_average.tensors() | self.discriminator_average.tensors()
        tensors |= self.history.tensors()
        tensors["noise"] = networks.noise.get_state()
        tensors["dropout"] = networks.dropout.generator.get_state()
        notes = {"step": self.step, "position": self.sampler.position, "digest": self.digest}
        if self.unlabelled is not None:
            notes["unlabelled_position"] = self.unlabelled.position
        write_state(self.folder, tensors, notes)

    def _resume(self) -> None:
        """Continue from the newest valid state, if it belongs to these settings, data and code."""
        found = resume(self.folder, self.digest, self.settings["iterations"], self.take, self.begin)
        if found:
            _LOG.info("continuing from iteration %d", self.step)

    def take(self, tensors: Mapping[str, Tensor], notes: Mapping[str, Any], path: Path) -> None:
        """Restore a state; `InputError` if its contents do not fit."""
        networks = self.networks
        load_network(networks.generator, "generator", tensors, path)
        load_network(networks.discriminator, "discriminator", tensors, path)
        for name in ("generator", "discriminator"):
            network, adam = getattr(networks, name), getattr(networks, f"{name}_adam")
            load_adam(f"{name}_adam", network, adam, tensors, path)
        self.generator_average.load(tensors, path)
        self.discriminator_average.load(tensors, path)
        self.history.load(tensors, path)
        load_random(networks.noise, "noise", tensors, path)
        load_random(networks.dropout.generator, "dropout", tensors, path)
        self.sampler.position = whole_note(notes, "position", path)
        if self.unlabelled is not None:
            self.unlabelled.position = whole_note(notes, "unlabelled_position", path)
        self.step = whole_note(notes, "step", path)

    def _finish(self) -> None:
        """Write the sheet of samples and, last, the list of checkpoints."""
        saved = self._saved_iterations()
        self.monitor.finish(saved)
        write_checkpoints(self.folder, saved)
        clear_state(self.folder, keep_last=self.settings["keep_state"])

    def _saved_iterations(self) -> list[int]:
        last = self.settings["iterations"]
        return [*range(0, last, self.settings["checkpoint_interval"]), last]


def _cosmetic(run: Run) -> tuple[str, ...]:
    """Return the settings in which a run may differ from the one that it continues."""
    if run.settings["learning_rate_schedule"] == "constant":
        return COSMETIC
    return tuple(name for name in COSMETIC if name != "iterations")


def _read(run: Run, dataset_h5: Path, scratch: Path, device: torch.device) -> Images:
    more = run.settings["unlabelled_batch"] > 0
    return read_images(dataset_h5, "train", outputs(run), run.image_size, device, more, scratch)
