"""The meaning of a discriminator's nodes, by name, defined only here.

The last layer has the nodes valence, arousal, the Action Units and real/fake, in this order, if the
kind of experiment has them (thesis, section 3.2.5). Losses, scores and predictions use only these
slices. An index that is wrong by the two affect nodes would train and score valence and arousal as
Action Units, and the scores of affect would hardly show it.
"""

from dataclasses import dataclass

from auva.models.run import KINDS, Run
from auva.units import THESIS_NAMES, VA_NAMES

CLASSES = 10
"""Categories of MNIST, SVHN and CIFAR-10."""

CLASS_NAMES = tuple(f"class{number}" for number in range(CLASSES))


@dataclass(frozen=True)
class Outputs:
    """The nodes of one discriminator.

    Attributes
    ----------
    kind : str
        A key of `auva.models.run.KINDS`.
    names : tuple of str
        One name per node; the last is "real_fake".
    va, au, classes : slice
        Valence and arousal, the Action Units, the exclusive categories; empty if the kind has none.
    labels : slice
        All nodes before the last one.
    real_fake : int
        The last node. It means "fake" (label 1 for a generated image), except in the vanilla
        GAN, whose label is 1 for a real image (section 3.2.1).
    """

    kind: str
    names: tuple[str, ...]
    va: slice
    au: slice
    classes: slice

    @property
    def labels(self) -> slice:
        """The nodes before real/fake."""
        return slice(0, len(self.names) - 1)

    @property
    def real_fake(self) -> int:
        """Index of the real/fake node."""
        return len(self.names) - 1

    @property
    def size(self) -> int:
        """Number of nodes, n + 1."""
        return len(self.names)


def outputs_of(kind: str, units: tuple[str, ...] = THESIS_NAMES) -> Outputs:
    """Return the nodes of a kind of experiment, with the given Action Units if it learns them."""
    groups = {"va": VA_NAMES, "au": units, "classes": CLASS_NAMES}
    slices = {task: slice(0, 0) for task in groups}
    names: tuple[str, ...] = ()
    for task in KINDS[kind]:
        slices[task] = slice(len(names), len(names) + len(groups[task]))
        names += groups[task]
    return Outputs(kind, (*names, "real_fake"), **slices)


def outputs(run: Run) -> Outputs:
    """Return the nodes of a run's discriminator."""
    return outputs_of(run.kind, run.action_units)
