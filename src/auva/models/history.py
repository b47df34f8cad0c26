"""The losses of a run over its steps: averaged rows, and a check for values that are not finite."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from auva.errors import InputError
from auva.records.history import EXPLODED, write_history

_LOG = logging.getLogger("auva")


class NonFiniteLossError(InputError):
    """A loss became infinite or not a number."""


class History:
    """Collects the loss terms of every step and averages them over intervals.

    The terms stay on the device until a row is complete, so that steps never wait for a transfer.

    Parameters
    ----------
    terms : sequence of str
        Names of the loss terms, in the order of the columns.
    interval : int
        Steps of one row.
    """

    def __init__(self, terms: Sequence[str], interval: int) -> None:
        self.terms = tuple(terms)
        self.interval = interval
        self.rows: list[tuple[float, ...]] = []
        self._waiting: list[tuple[int, Mapping[str, Tensor]]] = []
        self._steps: list[np.ndarray] = []
        self._warned: set[str] = set()

    def add(self, step: int, terms: Mapping[str, Tensor]) -> bool:
        """Add the terms of a step; return whether it completed a row."""
        self._waiting.append((step, terms))
        if (step + 1) % self.interval:
            return False
        self.check()
        self._close(step + 1)
        return True

    def close(self, step: int) -> None:
        """Complete the open row after `step` steps, if it has any terms."""
        self.check()
        if self._steps:
            self._close(step)

    def check(self) -> None:
        """Fetch the terms that are still on the device.

        Raises
        ------
        NonFiniteLossError
            A term is not finite; the message names the first one and its step.
        """
        if not self._waiting:
            return
        values = torch.stack([v for _, terms in self._waiting for v in terms.values()]).cpu()
        source = iter(values.double().tolist())
        for step, terms in self._waiting:
            row = np.full(len(self.terms), np.nan)
            for name in terms:
                value = next(source)
                if not np.isfinite(value):
                    self._waiting.clear()
                    raise NonFiniteLossError(f"{name} is {value} at step {step}; training stopped")
                row[self.terms.index(name)] = value
            self._steps.append(row)
        self._waiting.clear()

    def last(self) -> dict[str, float]:
        """Return the terms of the newest row that have a value."""
        means = self.rows[-1][1:] if self.rows else ()
        known = zip(self.terms, means, strict=False)
        return {name: value for name, value in known if np.isfinite(value)}

    def _close(self, iteration: int) -> None:
        steps = np.array(self._steps)
        counts = np.isfinite(steps).sum(axis=0)
        with np.errstate(invalid="ignore"):
            means = np.where(counts > 0, np.nansum(steps, axis=0) / counts, np.nan)
        self.rows.append((iteration, *means.tolist()))
        self._steps.clear()
        self._warn(iteration, means)

    def _warn(self, iteration: int, means: np.ndarray) -> None:
        """Warn once for each term that has exploded; the training continues."""
        for name, mean in zip(self.terms, means.tolist(), strict=True):
            if abs(mean) > EXPLODED and name not in self._warned:
                self._warned.add(name)
                _LOG.warning(
                    "iteration %d: %s has exploded: its mean is %.3g, although finite; "
                    "a lower learning rate may help",
                    iteration,
                    name,
                    mean,
                )

    def tensors(self) -> dict[str, Tensor]:
        """Return rows and the steps of the open row, for the state of a stopped run."""
        self.check()
        width = len(self.terms)
        return {
            "history.rows": torch.tensor(self.rows, dtype=torch.float64).view(-1, width + 1),
            "history.steps": torch.from_numpy(np.array(self._steps).reshape(-1, width)),
        }

    def load(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Restore the result of `tensors`; `InputError` if it does not fit."""
        rows, steps = (_table(tensors, f"history.{name}", path) for name in ("rows", "steps"))
        right = rows.shape[1:] == (len(self.terms) + 1,) and steps.shape[1:] == (len(self.terms),)
        if not right or np.isinf(rows).any() or np.isinf(steps).any():
            raise InputError("its history is not one of losses", path)
        if not (rows[:, 0] >= 1).all() or not (np.diff(rows[:, 0]) > 0).all():
            raise InputError("the iterations of its history are not in ascending order", path)
        self.rows = [tuple(row) for row in rows.tolist()]
        self._steps = list(steps)

    def write(self, path: Path) -> None:
        """Write history.csv: `iteration` (the last step of the interval, from 1) and the terms.

        A cell is empty if no step of the interval has the term.
        """
        write_history(path, self.terms, self.rows)


def check_weights(name: str, network: nn.Module, step: int) -> None:
    """Raise a `NonFiniteLossError` if a weight is not finite."""
    for label, weights in network.named_parameters():
        if not bool(weights.isfinite().all()):
            raise NonFiniteLossError(
                f"{name} {label} is not finite at step {step}; training stopped"
            )


def _table(tensors: Mapping[str, Tensor], name: str, path: Path) -> np.ndarray:
    stored = tensors.get(name)
    if stored is None or stored.dtype != torch.float64 or stored.dim() != 2:
        raise InputError(f"has no table '{name}'", path)
    return stored.numpy()
