"""Gradients of 8-bit pixels: magnitude and signed angle."""

import math

import numpy as np

from auva.dpm.jit import inner

# atan(r) = r * polynomial(r^2) on [0, 1], error below 2e-8: Abramowitz and Stegun, 4.4.49.
# Scaled from radians to bins of 20 degrees.
A0, A1, A2, A3, A4, A5, A6, A7, A8 = (
    np.float32(coefficient * 9 / math.pi)
    for coefficient in (
        1.0,
        -0.3333314528,
        0.1999355085,
        -0.1420889944,
        0.1065626393,
        -0.0752896400,
        0.0429096138,
        -0.0161657367,
        0.0028662257,
    )
)


@inner
def gradients(
    picture: np.ndarray,
    top: int,
    left: int,
    height: int,
    width: int,
    y0: int,
    x0: int,
    magnitude: np.ndarray,
    angle: np.ndarray,
) -> None:
    """Fill magnitude / 255 (0 outside the picture) and angle in bins, for pixels from (y0, x0).

    `picture` uint8 [channels, ...] holds the pixels from (top, left) on of a picture of
    `height` x `width`. The channel with the largest gradient counts, the first one of equals.
    """
    rows, span = magnitude.shape
    first, last = max(x0, 0), min(x0 + span, width)
    for i in range(rows):
        y = y0 + i
        if y < 0 or y >= height:
            for x in range(span):
                magnitude[i, x] = np.float32(0)
            continue
        # The rows hold dx and dy until they are converted to magnitude and angle.
        dx, dy = magnitude[i], angle[i]
        for c in range(picture.shape[0]):
            upper = picture[c, max(y - 1, 0) - top]
            line = picture[c, y - top]
            lower = picture[c, min(y + 1, height - 1) - top]
            begin, end = max(first, 1), min(last, width - 1)
            _differences(
                line[begin + 1 - left :],
                line[begin - 1 - left :],
                lower[begin - left :],
                upper[begin - left :],
                dx[begin - x0 :],
                dy[begin - x0 :],
                max(end - begin, 0),
                c == 0,
            )
            if first == 0:
                _differences(line[1:], line, lower, upper, dx[-x0:], dy[-x0:], 1, c == 0)
            if last == width:
                x = width - 1
                _differences(
                    line[x - left :],
                    line[x - 1 - left :],
                    lower[x - left :],
                    upper[x - left :],
                    dx[x - x0 :],
                    dy[x - x0 :],
                    1,
                    c == 0,
                )
        for x in range(first - x0):
            dx[x] = dy[x] = np.float32(0)
        for x in range(last - x0, span):
            dx[x] = dy[x] = np.float32(0)
        _polar(dx, dy)


@inner
def _differences(
    east: np.ndarray,
    west: np.ndarray,
    south: np.ndarray,
    north: np.ndarray,
    dx: np.ndarray,
    dy: np.ndarray,
    size: int,
    replace: bool,
) -> None:
    """Centred differences of `size` pixels; without `replace` only larger gradients count."""
    if replace:
        for x in range(size):
            dx[x] = np.float32(np.int32(east[x]) - np.int32(west[x]))
            dy[x] = np.float32(np.int32(south[x]) - np.int32(north[x]))
    else:
        for x in range(size):
            gx = np.float32(np.int32(east[x]) - np.int32(west[x]))
            gy = np.float32(np.int32(south[x]) - np.int32(north[x]))
            larger = gx * gx + gy * gy > dx[x] * dx[x] + dy[x] * dy[x]
            dx[x] = gx if larger else dx[x]
            dy[x] = gy if larger else dy[x]


@inner
def _polar(dx: np.ndarray, dy: np.ndarray) -> None:
    """Convert differences in place to magnitude / 255 and angle in bins of 20 degrees."""
    for x in range(dx.shape[0]):
        gx, gy = dx[x], dy[x]
        ax, ay = abs(gx), abs(gy)
        long = ax if ax > ay else ay
        short = ay if ax > ay else ax
        r = short / (long + np.float32(1e-20))
        s = r * r
        a = A7 + s * A8
        a = A6 + s * a
        a = A5 + s * a
        a = A4 + s * a
        a = A3 + s * a
        a = A2 + s * a
        a = A1 + s * a
        a = (A0 + s * a) * r
        a = np.float32(4.5) - a if ay > ax else a
        a = np.float32(9) - a if gx < np.float32(0) else a
        a = np.float32(18) - a if gy < np.float32(0) else a
        dx[x] = math.sqrt(gx * gx + gy * gy) * np.float32(1 / 255)
        dy[x] = a
