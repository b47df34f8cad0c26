"""Degraded versions of a picture, for the calibration.

Faces in clean pictures score far above every useful threshold and tell little about faces near it.
Blurred, dim, noisy, rotated, squeezed and half covered versions score near it.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from auva.dpm.boxes import Detection


def degrade(
    image: np.ndarray, faces: Sequence[Detection], rng: np.random.Generator
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield names and versions of a picture, itself first.

    Parameters
    ----------
    image : uint8 [height, width, 3]
    faces : sequence of Detection
        The faces in it, for covering them.
    rng : numpy Generator
        Draws the strength of each change.
    """
    from PIL import Image, ImageFilter

    yield "as it is", image
    picture = Image.fromarray(image)
    blur = ImageFilter.GaussianBlur(rng.uniform(1.0, 3.5))
    yield "blurred", np.asarray(picture.filter(blur))
    contrast, light = rng.uniform(0.1, 0.5), rng.uniform(0, 100)
    yield "dim", (image * contrast + light).astype(np.uint8)
    noise = rng.normal(0, rng.uniform(10, 40), image.shape)
    yield "noisy", np.clip(image + noise, 0, 255).astype(np.uint8)
    for side in (-1, 1):
        angle = side * rng.uniform(10, 40)
        turned = picture.rotate(angle, Image.Resampling.BILINEAR, fillcolor=(110, 110, 110))
        yield "turned", np.asarray(turned)
    narrow = max(70, int(picture.width * rng.uniform(0.6, 0.85)))
    yield "squeezed", np.asarray(picture.resize((narrow, picture.height), Image.Resampling.BOX))
    flat = max(70, int(picture.height * rng.uniform(0.65, 0.85)))
    yield "flattened", np.asarray(picture.resize((picture.width, flat), Image.Resampling.BOX))
    covered = image.copy()
    for face in faces:
        share = rng.uniform(0.2, 0.55)
        width, height = face.right - face.left, face.bottom - face.top
        if rng.uniform() < 0.5:
            covered[face.top : face.top + int(height * share), face.left : face.right] = 90
        else:
            covered[face.top : face.bottom, face.left : face.left + int(width * share)] = 90
    yield "covered", covered
