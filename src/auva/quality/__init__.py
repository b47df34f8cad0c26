"""How good the generated images are: distance to real ones, and whether they differ at all.

The stage's functions load torch only when they are called.
"""

from auva.quality.settings import QualitySettings

__all__ = ["QualitySettings"]
