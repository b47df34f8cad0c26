"""The losses of a supervised network, over labelled faces only."""

from collections.abc import Mapping
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from auva.models.masked_losses import concordance, squared_error

_SMALL = 1e-6


def losses(
    outputs: Mapping[str, Tensor], labels: Mapping[str, Tensor], settings: Mapping[str, Any]
) -> dict[str, Tensor]:
    """Return the loss of each task that has a labelled face, and "loss", which is minimised.

    Parameters
    ----------
    outputs : mapping
        Task -> logits [n, units] of presence, or values [n, 2] of valence and arousal.
    labels : mapping
        `au`, `au_mask`, `va`, `va_mask`, as in `auva.dataset.read.FaceSet`.
    settings : mapping
        `affect_loss` and `affect_weight`.
    """
    terms: dict[str, Tensor] = {}
    total = next(iter(outputs.values())).sum() * 0
    if "au" in outputs and labels["au_mask"].any():
        mask = labels["au_mask"]
        terms["au_loss"] = F.binary_cross_entropy_with_logits(
            outputs["au"][mask], labels["au"][mask]
        )
        total = total + terms["au_loss"]
    if "va" in outputs and labels["va_mask"].any():
        terms["va_loss"] = _affect_loss(
            outputs["va"], labels["va"], labels["va_mask"], settings["affect_loss"]
        )
        total = total + settings["affect_weight"] * terms["va_loss"]
    return {"loss": total, **terms}


def _affect_loss(values: Tensor, truth: Tensor, mask: Tensor, name: str) -> Tensor:
    error = squared_error(values, truth, mask)
    if name == "mse":
        return error.mean()
    return (1 - concordance(values, truth, mask, _SMALL) + error).mean()
