"""The `demo` section of the configuration."""

from dataclasses import dataclass
from typing import ClassVar

from auva.settings import Section, setting


@dataclass(frozen=True)
class DemoSettings(Section):
    """Settings of the synthetic corpus; some videos are up to 15 % longer or 5 % shorter."""

    section: ClassVar[str] = "demo"

    seconds: float = setting(6.0, "length of a video in seconds", minimum=2, maximum=600)


SETTINGS = DemoSettings.declared()
