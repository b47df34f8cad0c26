"""Every setting of a training: its default (the thesis' value), its alternatives, its meaning.

If the thesis leaves something open or contradicts itself, each interpretation is a value of a
setting here; docs/explanation/training.md explains each default.
"""

from dataclasses import replace
from typing import Any

from auva.models.base import LARGEST_SEED
from auva.models.cnn.names import BACKBONES
from auva.models.cnn.settings import SETTINGS as SUPERVISED
from auva.settings import Setting

EQUAL_WEIGHTS = {"va": 1 / 3, "au": 1 / 3, "real_fake": 1 / 3}
"""Weights of the joint model's three losses (thesis, section 3.2.5)."""

PUBLISHED_WEIGHTS = {"va": 0.27, "au": 0.40, "real_fake": 0.33}
"""Weights of the runs with a 'ponderated loss' (Tables 3.21 to 3.26)."""

FAKE_VA_TARGETS = ("smoothed", "real", "none")
"""Targets of a generated image's affect: (1 - alpha) / n, the labels of a real image, none."""

VA_LOSSES = {"mse": "smoothed", "ccc": "real"}
"""Loss of valence and arousal -> default target of a generated image (text and Table 3.18)."""

MOVES = ("shift", "zoom", "turn", "light")
"""Augmentation of the real faces, as for the supervised networks; the thesis has none."""

SETTINGS: dict[str, Setting] = {
    # Length and size
    "iterations": Setting(1_000_000, "training steps; each updates one network", minimum=1),
    "checkpoint_interval": Setting(1_000, "steps between two checkpoints", minimum=1),
    "batch_size": Setting(64, "real images of a step, and as many generated ones", minimum=2),
    "unlabelled_batch": Setting(
        0,
        "unlabelled faces in a step of the discriminator, for its real/fake term only, and as many "
        "more generated ones; needs dataset.keep_unlabelled_faces",
        minimum=0,
    ),
    "seed": Setting(1, "random seed of a run", minimum=0, maximum=LARGEST_SEED),
    # Optimisation
    "learning_rate_scale": Setting(
        1.0, "factor of the published learning rates, for short trainings", minimum=1e-6
    ),
    "discriminator_rate": Setting(
        0.5, "the discriminator's learning rate as a share of the generator's", minimum=0
    ),
    "learning_rate_schedule": Setting(
        "constant",
        "learning rates: constant, or cosine (they rise in the first tenth of the iterations and "
        "then fall to 0)",
        ("constant", "cosine"),
    ),
    "beta1": Setting(0.5, "Adam's first decay", minimum=0, maximum=0.999999),
    "beta2": Setting(0.999, "Adam's second decay", minimum=0, maximum=0.9999999),
    "epsilon": Setting(1e-8, "Adam's epsilon", minimum=0),
    "gradient_clipping": Setting(
        "norm",
        "what is limited: the global norm of a network's gradient, or each value",
        ("norm", "value"),
    ),
    "gradient_limit": Setting(20.0, "limit of the clipping; 0: no clipping", minimum=0),
    # Networks
    "image_size": Setting(
        28,
        "side of the images in pixels; 32: the kernels of Table 3.11, 64 and 96: one more layer",
        (28, 32, 64, 96),
    ),
    "backbone": Setting(
        "thesis",
        "backbone of the discriminator: the convolutions of the thesis, or a supervised network",
        BACKBONES,
    ),
    "width": Setting(
        32,
        "feature maps of the first block of a backbone other than thesis",
        minimum=4,
        maximum=256,
    ),
    "image_range": Setting(
        "signed", "range of the images: signed [-1, 1], unit [0, 1]", ("signed", "unit")
    ),
    "mirror": Setting(
        False,
        "show about half of the real faces mirrored; not in the thesis, for small corpora",
        (True, False),
    ),
    **{name: replace(SUPERVISED[name], default=0.0) for name in MOVES},
    "noise_size": Setting(100, "length of the noise vector, uniform in [-1, 1]", minimum=1),
    "leaky_relu": Setting(
        "slope_0.2",
        "leaky ReLU: 0.6 x + 0.4 |x|, whose slope below 0 is 0.2, or 0.54 x + 0.4 |x| as printed",
        ("slope_0.2", "as_printed"),
    ),
    "generator_activation": Setting(
        "leaky_relu", "activation of the generator", ("leaky_relu", "relu")
    ),
    "flatten": Setting(
        "all",
        "input of the fully connected layer: all pixels of conv3, or its 256 averages",
        ("all", "average"),
    ),
    "keep_probability": Setting(
        0.5, "fraction of activations that dropout keeps", minimum=0.01, maximum=1
    ),
    "batch_norm_epsilon": Setting(
        1e-3, "epsilon added to the variance for numerical stability", minimum=0
    ),
    "batch_norm_decay": Setting(0.9, "decay of the running statistics", minimum=0, maximum=1),
    "statistics": Setting(
        "recalibrated",
        "batch norm statistics when scoring: of real training images, running, or of the batch "
        "with dropout on (as the base code)",
        ("recalibrated", "running", "batch"),
    ),
    "recalibration_images": Setting(
        512, "number of real training images for `recalibrated`", minimum=2
    ),
    "mean_of_mirror": replace(SUPERVISED["mean_of_mirror"], default=False),
    # Losses
    "generator_loss": Setting(
        "log_sigmoid",
        "mean log P(fake) from the logit, by log(sigmoid) as printed, or -log P(real)",
        ("log_sigmoid", "literal", "non_saturating"),
    ),
    "reconstruction_weight": Setting(10.0, "weight of the Huber term at step 0", minimum=0),
    "reconstruction_steps": Setting(1_500, "steps until that weight is 0", minimum=0),
    "loss_reduction": Setting(
        "as_printed",
        "reduction of the real and fake parts of the discriminator's loss; as_printed: the sum for "
        "au, va and categorical, the mean for the joint model",
        ("as_printed", "sum", "mean"),
    ),
    "fake_class_label": Setting(
        "divided_by_n",
        "label of the classes of a generated image: 1 - alpha, divided by the number of classes n, "
        "or by alpha; none: excluded from the loss",
        ("divided_by_n", "divided_by_alpha", "none"),
    ),
    **{
        f"fake_va_target_{loss}": Setting(
            target,
            f"valence/arousal target of generated images ({loss.upper()}); none: excluded from the "
            "loss",
            FAKE_VA_TARGETS,
        )
        for loss, target in VA_LOSSES.items()
    },
    "va_activation": Setting(
        "linear", "activation of the valence and arousal outputs", ("linear", "tanh")
    ),
    "positive_weights": Setting(
        "none",
        "weight of an AU's positives in the cross entropy: none, or negatives/positives of the "
        "training set, at most 10",
        ("none", "balanced"),
    ),
    "joint_weights": Setting(EQUAL_WEIGHTS, "weights of the joint model's losses"),
    "weighted_joint_weights": Setting(PUBLISHED_WEIGHTS, "the same in the weighted runs"),
    # What is written
    "history_interval": Setting(
        100, "number of steps averaged in one row of history.csv", minimum=1
    ),
    "samples": Setting(16, "number of images of a sample grid", minimum=1, maximum=256),
    "sample_iterations": Setting([], "iterations of samples.png; empty: four spread evenly"),
    "collapse_below": Setting(
        0.1,
        "share of the diversity of real images below which a generator has collapsed, by 64 of its "
        "images",
        minimum=0,
        maximum=1,
    ),
    "tensorboard": Setting(True, "write TensorBoard events", (True, False)),
    "generator_average": Setting(
        0.0,
        "decay of an exponential moving average of the generator; 0: none",
        minimum=0,
        maximum=0.999999,
    ),
    "discriminator_average": Setting(
        0.0,
        "decay of a moving average of the discriminator, which is then scored; 0: none",
        minimum=0,
        maximum=0.999999,
    ),
    "keep_state": Setting(
        False, "keep the optimizer's state of a finished run, to continue it", (True, False)
    ),
    # How it is computed
    "precision": Setting("float32", "precision of the matrix products", ("float32", "bfloat16")),
    "compile": Setting(
        False, "compile the networks (torch.compile); needs a C++ compiler", (True, False)
    ),
}

COSMETIC = ("iterations", "sample_iterations", "keep_state", "tensorboard", "collapse_below")
"""Settings that may differ between a stopped run and the run that continues it.

With the schedule `cosine`, the iterations may not: each learning rate depends on them.
"""

_VANILLA = {"batch_size": 128, "beta1": 0.9, "image_range": "unit"}
"""Settings of the vanilla GAN that differ from the other families (section 3.2.1)."""

PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "thesis": {"vanilla": {**_VANILLA, "iterations": 100_000}},
    # For few people: minutes on one core instead of days. docs/explanation/training.md tells how
    # these values were chosen. The published learning rates belong to 1,000,000 iterations. With
    # few updates, a discriminator that learns faster than the generator scores higher, and the
    # constant target for the affect of generated images biases the predictions for real ones.
    "short": {
        "all": {
            "iterations": 1200,
            "checkpoint_interval": 200,
            "batch_size": 16,
            "learning_rate_scale": 5.0,
            "discriminator_rate": 2.0,
            "mirror": True,
            "positive_weights": "balanced",
            "keep_probability": 0.8,
            "discriminator_average": 0.98,
            "fake_va_target_mse": "none",
            "fake_va_target_ccc": "none",
        },
        "vanilla": {
            **_VANILLA,
            "learning_rate_scale": 1.0,
            "iterations": 2000,
            "checkpoint_interval": 500,
        },
        "va_mse": {
            "iterations": 5400,
            "checkpoint_interval": 600,
            "batch_size": 32,
            "discriminator_rate": 1.0,
            "keep_probability": 1.0,
        },
        "va_ccc": {
            "iterations": 2400,
            "checkpoint_interval": 400,
            "discriminator_rate": 1.0,
            "keep_probability": 1.0,
        },
        "vaau_ccc": {"discriminator_rate": 1.0, "keep_probability": 1.0},
        "vaau_mse": {
            "discriminator_rate": 1.0,
            "keep_probability": 1.0,
            "joint_weights": {"va": 0.1, "au": 0.6, "real_fake": 0.3},
        },
    },
    # For larger faces and tens of people: the discriminator has the backbone, the augmentation and
    # the number of updates of the supervised network `cnn`. About an hour on one core.
    "large": {
        "all": {
            "image_size": 96,
            "backbone": "blocks",
            "iterations": 3600,
            "checkpoint_interval": 600,
            "learning_rate_scale": 5.0,
            "learning_rate_schedule": "cosine",
            "discriminator_rate": 4.0,
            "mirror": True,
            **{name: SUPERVISED[name].default for name in MOVES},
            "mean_of_mirror": True,
            "keep_probability": 0.7,
            "discriminator_average": 0.995,
            "generator_average": 0.995,
            "fake_class_label": "none",
            "fake_va_target_mse": "none",
            "fake_va_target_ccc": "none",
        },
    },
}
"""Preset -> family (kind and loss of the affect; "all": every family) -> settings."""
