"""The synthetic corpus: parametric faces in short videos with exact annotations.

`catalogue` is light enough for a workflow to read while it is parsed; everything numeric is
imported by the functions that need it.
"""

from pathlib import Path
from typing import Any

from auva.demo.catalogue import DemoVideo, Span, catalogue

__all__ = ["DemoVideo", "Span", "catalogue", "contact_sheet", "render_video"]


def render_video(
    video_id: str,
    cfg: dict[str, Any],
    seed: int,
    video_path: str | Path,
    au_path: str | Path,
    va_path: str | Path,
    truth_path: str | Path,
) -> None:
    """Render one video and write its four files (see `auva.demo.render.render_video`)."""
    from auva.demo.render import render_video as render

    render(video_id, cfg, seed, video_path, au_path, va_path, truth_path)


def contact_sheet(path: str | Path, seed: int) -> None:
    """Write a picture of all people (see `auva.demo.sheet.contact_sheet`)."""
    from auva.demo.sheet import contact_sheet as draw

    draw(path, seed)
