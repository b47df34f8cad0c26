"""Names that planning needs without torch."""

BACKBONES = ("blocks", "resnet18", "vgg11", "thesis")
"""The backbones of `auva.models.cnn.backbones`, the default first."""
