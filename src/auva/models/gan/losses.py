"""The losses of Tables 3.12 to 3.14, 3.17 and 3.18 and of section 3.2.5, as pure functions.

Every function takes tensors of any floating type and keeps it; all are differentiable. `mask` is
True for known labels; the mean of a loss is taken over them.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from auva.models.gan.nodes import Outputs
from auva.models.masked_losses import AFFECT_LOSSES, masked_mean
from auva.models.run import Run


@dataclass(frozen=True)
class Labels:
    """Labels of a batch of real images; those that a kind of experiment does not use are None.

    Attributes
    ----------
    au, au_mask : Tensor
        Presence [n, u] as 0 or 1, and where it is known.
    va, va_mask : Tensor
        Valence and arousal [n, 2] in [-1, 1], and where they are known.
    category : Tensor
        Class numbers [n].
    """

    au: Tensor | None = None
    au_mask: Tensor | None = None
    va: Tensor | None = None
    va_mask: Tensor | None = None
    category: Tensor | None = None


def huber(labels: Tensor, predictions: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return the mean Huber loss with delta 1 (section 2.4.2)."""
    return masked_mean(F.huber_loss(predictions, labels, reduction="none"), mask)


def generator_loss(logits: Tensor, outputs: Outputs, form: str = "log_sigmoid") -> Tensor:
    """Return the adversarial part of the generator's loss from the logits of fake images.

    The mean of log P(fake), which the generator minimises (`g_loss` in Tables 3.12 and 3.14).

    Parameters
    ----------
    logits : Tensor
        The discriminator's logits [n, n + 1] of generated images.
    outputs : Outputs
        Its nodes.
    form : str
        `log_sigmoid`: from the logit, finite for every logit. `literal`: the logarithm of the
        probability as printed, minus infinity where the probability underflows. `non_saturating`:
        minus the mean of log P(real), whose gradient does not vanish for a confident discriminator.
    """
    if outputs.kind == "vanilla":
        return F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
    if outputs.kind == "categorical":
        log_fake = logits.log_softmax(1)[:, outputs.real_fake]
        if form == "non_saturating":
            log_real = logits[:, outputs.labels].logsumexp(1) - logits.logsumexp(1)
            return -log_real.mean()
        fake = logits.softmax(1)[:, outputs.real_fake]
        return (fake.log() if form == "literal" else log_fake).mean()
    logit = logits[:, outputs.real_fake]
    if form == "non_saturating":
        return -F.logsigmoid(-logit).mean()
    return (logit.sigmoid().log() if form == "literal" else F.logsigmoid(logit)).mean()


class DiscriminatorLoss:
    """The discriminator's loss of one run.

    Parameters
    ----------
    run : Run
    outputs : Outputs
        The nodes of its discriminator.
    positive_weight : Tensor, optional
        Weight of the positives of each AU [u].
    """

    def __init__(self, run: Run, outputs: Outputs, positive_weight: Tensor | None = None) -> None:
        settings = run.settings
        self.outputs = outputs
        self.affect_loss = AFFECT_LOSSES[run.va_loss] if run.va_loss else None
        self.alpha = float(run.axes.get("alpha", 1.0))
        self.positive_weight = positive_weight
        classes = max(outputs.size - 1, 1)
        by = self.alpha if settings["fake_class_label"] == "divided_by_alpha" else classes
        self.fake_class = (1 - self.alpha) / by
        self.teaches_fake_classes = settings["fake_class_label"] != "none"
        self.fake_affect = settings.get(f"fake_va_target_{run.va_loss}")
        self.weights = settings[
            "weighted_joint_weights" if run.axes.get("weighted") else "joint_weights"
        ]
        reduction = settings["loss_reduction"]
        self.mean_of_parts = reduction == "mean" or (
            reduction == "as_printed" and outputs.kind == "vaau"
        )

    def __call__(self, real: Tensor, fake: Tensor, labels: Labels) -> dict[str, Tensor]:
        """Return the terms of the loss from the logits of real and of fake images.

        Returns
        -------
        dict
            `d_loss` (to be minimised), `d_loss_real`, `d_loss_fake`; and `s_loss`, the supervised
            Huber loss that the thesis computes and never minimises.
        """
        part_real = self.real_part(real, labels)
        part_fake = self.fake_part(fake, labels)
        total = part_real + part_fake
        return {
            "d_loss": total / 2 if self.mean_of_parts else total,
            "d_loss_real": part_real,
            "d_loss_fake": part_fake,
            "s_loss": self.supervised(real.detach(), labels),
        }

    def real_part(self, logits: Tensor, labels: Labels) -> Tensor:
        """Return `d_loss_real`, with the known labels and 0 as the label of the real/fake node."""
        nodes = self.outputs
        if nodes.kind == "vanilla":
            return F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
        if nodes.kind == "categorical":
            assert labels.category is not None
            return F.cross_entropy(logits, labels.category)
        real_fake = _real_fake(logits[:, nodes.real_fake], 0.0)
        units = affect = None
        if nodes.au.stop:
            assert labels.au is not None
            units = self._unit_loss(
                logits[:, nodes.au], labels.au, labels.au_mask, self.positive_weight
            )
        if nodes.va.stop:
            assert self.affect_loss is not None
            assert labels.va is not None
            affect = self.affect_loss(logits[:, nodes.va], labels.va, labels.va_mask)
        return self._combine(affect, units, real_fake)

    def fake_part(self, logits: Tensor, labels: Labels) -> Tensor:
        """Return `d_loss_fake`; the label is (1 - alpha) / n for classes, alpha for real/fake.

        With `fake_class_label: none`, generated images are used only for the real/fake node.
        """
        nodes = self.outputs
        if nodes.kind == "vanilla":
            return F.binary_cross_entropy_with_logits(logits, torch.zeros_like(logits))
        if nodes.kind == "categorical":
            label = self.fake_class if self.teaches_fake_classes else 0.0
            target = torch.full_like(logits, label)
            target[:, nodes.real_fake] = self.alpha
            return -(target * logits.log_softmax(1)).sum(1).mean()
        real_fake = _real_fake(logits[:, nodes.real_fake], self.alpha)
        units = affect = None
        if nodes.au.stop:
            predicted = logits[:, nodes.au]
            if self.teaches_fake_classes:
                target = torch.full_like(predicted, self.fake_class)
                units = self._unit_loss(predicted, target, None)
            else:
                units = predicted.new_zeros(())
        if nodes.va.stop:
            assert self.affect_loss is not None
            predicted = logits[:, nodes.va]
            if self.fake_affect == "none":
                affect = predicted.new_zeros(predicted.shape[1])
            elif self.fake_affect == "real":
                assert labels.va is not None
                affect = self.affect_loss(predicted, labels.va, labels.va_mask)
            else:
                target = torch.full_like(predicted, self.fake_class)
                affect = self.affect_loss(predicted, target, None)
        return self._combine(affect, units, real_fake)

    def supervised(self, logits: Tensor, labels: Labels) -> Tensor:
        """Return `s_loss`, the Huber loss between labels and activated outputs of real images."""
        nodes = self.outputs
        losses: list[Tensor] = []
        if nodes.va.stop and labels.va is not None:
            losses += [huber(labels.va, logits[:, nodes.va], labels.va_mask)] * 2
        if nodes.au.stop and labels.au is not None:
            units = logits[:, nodes.au].sigmoid()
            losses += [huber(labels.au, units, labels.au_mask)] * units.shape[1]
        if nodes.classes.stop and labels.category is not None:
            shares = logits.softmax(1)[:, nodes.classes]
            hot = F.one_hot(labels.category, shares.shape[1]).to(shares.dtype)
            losses.append(huber(hot, shares))
        return torch.stack(losses).mean() if losses else logits.new_zeros(())

    def _unit_loss(
        self,
        logits: Tensor,
        labels: Tensor,
        mask: Tensor | None,
        positive_weight: Tensor | None = None,
    ) -> Tensor:
        losses = F.binary_cross_entropy_with_logits(
            logits, labels, reduction="none", pos_weight=positive_weight
        )
        return masked_mean(losses, mask)

    def _combine(self, affect: Tensor | None, units: Tensor | None, real_fake: Tensor) -> Tensor:
        """Add the groups of nodes: plain sums for one task, the named weights for the joint model.

        In Table 3.13 the mean is taken over AU losses to which the real/fake loss of the image was
        added, which equals the sum of both means. In Table 3.17 V, A and real/fake are summed.
        """
        if affect is not None and units is not None:
            return (
                self.weights["va"] * affect.mean()
                + self.weights["au"] * units
                + self.weights["real_fake"] * real_fake
            )
        if affect is not None:
            return affect.sum() + real_fake
        assert units is not None
        return units + real_fake


def _real_fake(logits: Tensor, label: float) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))
