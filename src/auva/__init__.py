"""auva: from face videos with AU and VA labels to a leak-free dataset and evaluated models."""

__version__ = "0.1.0"
