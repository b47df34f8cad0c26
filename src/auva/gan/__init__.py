"""The GANs of the thesis: experiments, networks, losses, training and trained discriminators.

The names below load torch only when they are called, so that a workflow can expand its experiments
when it is parsed.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auva.gan.experiments import expand, run_of
from auva.gan.nodes import Outputs, outputs

if TYPE_CHECKING:
    from auva.gan.scoring import TrainedDiscriminator

__all__ = ["Outputs", "expand", "load_discriminator", "outputs", "run_of", "train"]

# Waiting OpenMP threads that spin slow every process of a busy machine; read when torch loads.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def train(
    run: Mapping[str, Any],
    dataset_h5: str | Path,
    out_dir: str | Path,
    threads: int = 1,
    device: str = "auto",
) -> None:
    """Train one run: see `auva.gan.training.train`."""
    from auva.gan.training import train as work

    work(run, dataset_h5, out_dir, threads, device)


def load_discriminator(
    run_dir: str | Path, iteration: int, device: str = "cpu", statistics: str | None = None
) -> "TrainedDiscriminator":
    """Load a trained discriminator: see `auva.gan.scoring.load_discriminator`."""
    from auva.gan.scoring import load_discriminator as work

    return work(run_dir, iteration, device, statistics)
