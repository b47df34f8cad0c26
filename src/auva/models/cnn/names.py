"""Names for planning, which must not import torch."""

BACKBONES = ("blocks", "resnet18", "vgg11", "thesis")
"""The backbones of `auva.models.cnn.backbones`, the default first."""
