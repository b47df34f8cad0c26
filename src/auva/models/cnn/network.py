"""A backbone with output layers, and the standardisation of its input."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from auva.dataset.read import FaceSet
from auva.models.cnn.backbones import build_backbone
from auva.models.run import Run
from auva.units import VA_NAMES


class FaceNetwork(nn.Module):
    """A network from single faces to logits.

    Parameters
    ----------
    run : Run
        Its axes, tasks and settings.
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        settings, seed = run.settings, run.axes["seed"]
        self.backbone = build_backbone(
            run.axes["backbone"], run.image_size, settings["width"], seed
        )
        self.dropout = settings["dropout"]
        self.head = nn.Linear(self.backbone.features, sum(_widths(run)))
        nn.init.normal_(
            self.head.weight, std=0.01, generator=torch.Generator().manual_seed(seed + 1)
        )
        nn.init.zeros_(self.head.bias)

    def forward(
        self, images: Tensor, places: "Places | None" = None, masks: torch.Generator | None = None
    ) -> Tensor:
        """Return logits [n, outputs] of images [n, 3, side, side] of `as_input`.

        Parameters
        ----------
        images : Tensor
        places : Places, optional
            The places of the faces in their videos; a network of single faces does not use them.
        masks : Generator, optional
            Source of the dropout masks; None keeps every feature.
        """
        return self.head(self.dropped(self.backbone(images).float(), masks))

    def dropped(self, features: Tensor, masks: torch.Generator | None) -> Tensor:
        """Return features after dropout; the kept ones are scaled up."""
        if masks is None or not self.dropout:
            return features
        drawn = torch.rand(features.shape, generator=masks, device=features.device)
        return features * (drawn >= self.dropout) / (1 - self.dropout)


@dataclass(frozen=True)
class Places:
    """The places of n faces: runs of faces of one video, in the order of their frames.

    Attributes
    ----------
    lengths : list of int
        Faces of each run; they sum to n.
    gaps : float32 [n]
        Logarithm of the number of frames since the previous face; 0 for consecutive frames and at
        the start of a run.
    continues : bool
        Whether the first run continues the previous faces.
    """

    lengths: list[int]
    gaps: Tensor
    continues: bool = False


def places_of(faces: FaceSet, before: FaceSet | None = None) -> Places:
    """Return the runs of faces; a new run starts with each video and where frame numbers decrease.

    Parameters
    ----------
    faces : FaceSet
    before : FaceSet, optional
        The previous faces, of which only the last one is used.
    """
    video, frame = faces.video, faces.frame
    if before is not None:
        video = np.append(before.video[-1:], video)
        frame = np.append(before.frame[-1:], frame)
    old = len(video) - len(faces)
    new = np.append(True, (video[1:] != video[:-1]) | (np.diff(frame) <= 0))[: len(video)]
    step = np.diff(frame.astype(np.float32), prepend=frame[:1] - 1)
    gaps = np.log(np.where(new, 1, np.maximum(step, 1)))[old:]
    continues = not new[old:][:1].all()
    new[old : old + 1] = True
    lengths = np.diff(np.append(np.flatnonzero(new[old:]), len(faces))).tolist()
    return Places(lengths, torch.from_numpy(gaps.astype(np.float32)), continues)


class SequenceNetwork(FaceNetwork):
    """Features of the faces of a video, a recurrent layer over them, logits for each face.

    The outputs read the features of a face concatenated with the recurrent state. The logarithm of
    the number of frames between two kept faces is an input.

    Parameters
    ----------
    run : Run
        Its settings name `cell`, `hidden` and `bidirectional`.
    """

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        settings, features = run.settings, self.backbone.features
        layer = {"gru": nn.GRU, "lstm": nn.LSTM, "relu": nn.RNN}[settings["cell"]]
        more = {"nonlinearity": "relu"} if settings["cell"] == "relu" else {}
        self.recurrent = layer(
            features + 1,
            settings["hidden"],
            batch_first=True,
            bidirectional=settings["bidirectional"],
            **more,
        )
        source = torch.Generator().manual_seed(run.axes["seed"] + 4)
        for weights in self.recurrent.parameters():
            if weights.dim() > 1:
                nn.init.orthogonal_(weights, generator=source)
            else:
                nn.init.zeros_(weights)
        state = settings["hidden"] * (2 if settings["bidirectional"] else 1)
        self.head = nn.Linear(features + state, self.head.out_features)
        nn.init.normal_(self.head.weight, std=0.01, generator=source)
        nn.init.zeros_(self.head.bias)

    def forward(
        self, images: Tensor, places: Places | None = None, masks: torch.Generator | None = None
    ) -> Tensor:
        """Return logits [n, outputs]; `places` tells which faces are consecutive."""
        assert places is not None
        return self.over_time(self.dropped(self.backbone(images).float(), masks), places)[0]

    def over_time(
        self, features: Tensor, places: Places, before: "State | None" = None
    ) -> "tuple[Tensor, State]":
        """Return logits [n, outputs] of features [n, features], and the state after the last face.

        `before` is the state after the previous faces; a continued first run starts from it.
        """
        inputs = torch.cat([features, places.gaps.to(features.device)[:, None]], 1)
        pieces = list(inputs.split(places.lengths))
        packed = nn.utils.rnn.pack_sequence(pieces, enforce_sorted=False)
        first = None
        if places.continues and before is not None:
            parts = [nn.functional.pad(part, (0, 0, 0, len(pieces) - 1)) for part in before]
            first = tuple(parts) if len(parts) > 1 else parts[0]
        outputs, after = self.recurrent(packed, first)
        padded, lengths = nn.utils.rnn.pad_packed_sequence(outputs, True)
        states = torch.cat([row[:length] for row, length in zip(padded, lengths, strict=True)])
        parts = after if isinstance(after, tuple) else (after,)
        return self.head(torch.cat([features, states], 1)), tuple(part[:, -1:] for part in parts)


State = tuple[Tensor, ...]
"""State of a recurrent layer after one face: [layers, 1, hidden] each; an LSTM has two parts."""


def build_network(run: Run) -> FaceNetwork:
    """Return the network of a run: a recurrent one if its settings have a `window`."""
    return SequenceNetwork(run) if "window" in run.settings else FaceNetwork(run)


def split_outputs(logits: Tensor, run: Run) -> dict[str, Tensor]:
    """Return the columns of each task of a run."""
    return dict(zip(run.tasks, logits.split(_widths(run), 1), strict=True))


def _widths(run: Run) -> list[int]:
    """Return the number of nodes of each task in the last layer."""
    nodes = {"au": len(run.action_units), "va": len(VA_NAMES)}
    return [nodes[task] for task in run.tasks]


def as_input(pixels: Tensor) -> Tensor:
    """Return pixels [n, side, side, 3], 0 to 255, as standardised float32 [n, 3, side, side].

    Each image gets mean 0 and standard deviation 1, which removes its brightness and contrast.
    """
    images = pixels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.channels_last)
    mean = images.mean((1, 2, 3), keepdim=True)
    deviation = images.std((1, 2, 3), keepdim=True, correction=0)
    return (images - mean) / (deviation + 1)
