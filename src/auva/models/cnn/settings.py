"""Every setting of the supervised networks: default, range, meaning."""

from typing import Any

from auva.settings import Setting

SIDES = (28, 32, 64, 96)
"""Sides of the faces, in pixels, that the backbones are defined for."""

SETTINGS: dict[str, Setting] = {
    "image_size": Setting(96, "side of the face images in pixels", SIDES),
    # Length
    "epochs": Setting(12, "passes over the training faces", minimum=1),
    "checkpoint_epochs": Setting(
        4, "epochs between two checkpoints; the last one always has one", minimum=1
    ),
    "state_steps": Setting(
        200, "steps between two saved states, from which a stopped training continues", minimum=1
    ),
    "batch_size": Setting(64, "number of faces of a step", minimum=2),
    # Optimisation
    "learning_rate": Setting(
        2e-3, "highest learning rate of AdamW; it rises and falls to 0", minimum=1e-7, maximum=1
    ),
    "warm_up": Setting(
        0.1, "fraction of the steps in which the learning rate rises", minimum=0, maximum=0.9
    ),
    "weight_decay": Setting(0.05, "weight decay of AdamW on the kernels", minimum=0),
    "gradient_limit": Setting(5.0, "limit of the gradient's norm; 0: none", minimum=0),
    "precision": Setting(
        "float32", "number format of the forward passes in training", ("float32", "bfloat16")
    ),
    # Loss
    "affect_loss": Setting(
        "ccc",
        "loss of valence and arousal: 1 - CCC plus squared error, or squared error",
        ("ccc", "mse"),
    ),
    "affect_weight": Setting(1.0, "weight of that loss relative to the cross entropy", minimum=0),
    # Network
    "width": Setting(32, "feature maps of the first block", minimum=4, maximum=256),
    "dropout": Setting(0.3, "fraction of features that dropout removes", minimum=0, maximum=0.95),
    "initial_weights": Setting(
        "",
        "initial weights of the backbone: chosen.json of a run (its chosen checkpoint), or a "
        "safetensors file with all of them by the names of a checkpoint of cnn; empty: none",
    ),
    # Augmentation
    "mirror": Setting(True, "show about half of the faces mirrored", (True, False)),
    "shift": Setting(
        0.06, "largest shift of a face, as a fraction of its side", minimum=0, maximum=1
    ),
    "zoom": Setting(0.1, "largest change of size, as a fraction", minimum=0, maximum=0.9),
    "turn": Setting(8.0, "largest rotation, in degrees", minimum=0, maximum=180),
    "light": Setting(
        0.2, "largest change of brightness and colours, as a fraction", minimum=0, maximum=1
    ),
    # Scoring
    "mean_of_mirror": Setting(
        True, "predict the mean of a face and its mirror image", (True, False)
    ),
}

SEQUENCE_SETTINGS: dict[str, Setting] = {
    **SETTINGS,
    "window": Setting(
        16, "number of consecutive faces of one video in a training step", minimum=2, maximum=1024
    ),
    "cell": Setting("gru", "type of the recurrent layer", ("gru", "lstm", "relu")),
    "hidden": Setting(128, "size of the state of the recurrent layer", minimum=1),
    "bidirectional": Setting(
        False, "also read each video backwards; not possible in live use", (True, False)
    ),
}
"""Settings of the recurrent networks (thesis, section 2.4.4)."""

PRESETS: dict[str, dict[str, Any]] = {
    "full": {},
    "short": {"image_size": 28, "epochs": 4, "checkpoint_epochs": 2},
}
"""Preset -> settings that differ from the defaults."""
