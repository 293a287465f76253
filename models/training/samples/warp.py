"""Random views of an image: one affine warp for geometry, one gain for colour."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.training.data.pairs import IGNORE, Array

Matrix = NDArray[np.float64]
_GREY = (124, 116, 104)
_DOUBLE = np.array([[2.0, 0, 0.5], [0, 2.0, 0.5], [0, 0, 1]])
"""From pixels of a halved image to pixels of the image; integers are centres of pixels."""


@dataclass(frozen=True)
class Jitter:
    """Ranges of a random affine change about the view's centre.

    rotation, shear: degrees either way; scale: factor either way, 0.1 is 0.9 to 1.1;
    shift: share of the view's side either way.
    """

    rotation: float = 0.0
    shear: float = 0.0
    scale: float = 0.0
    shift: float = 0.0


def about(
    center: tuple[float, float], linear: Matrix, shift: tuple[float, float] = (0, 0)
) -> Matrix:
    """3x3 matrix of a linear map about a point, then a shift."""
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = np.array(center) + shift - linear @ np.array(center)
    return matrix


def random_affine(rng: Generator, jitter: Jitter, size: int) -> Matrix:
    """Draw a 3x3 affine change of a square view of side `size`."""
    angle, shear = np.deg2rad(rng.uniform(-1, 1, 2) * (jitter.rotation, jitter.shear))
    scale = 1 + rng.uniform(-1, 1) * jitter.scale
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = scale * turn @ np.array([[1.0, np.tan(shear)], [0.0, 1.0]])
    shift = rng.uniform(-1, 1, 2) * jitter.shift * size
    return about((size / 2, size / 2), linear, (shift[0], shift[1]))


def random_view(
    rng: Generator, shape: tuple[int, ...], size: int, area: tuple[float, float]
) -> Matrix:
    """Draw a crop of `area` share of the image, scaled to a square of side `size`.

    Args:
        shape: (H, W) of the image.
        area: range of the crop's area over that of the largest square in the image.
    """
    height, width = shape
    share, ratio = rng.uniform(*area), np.exp(rng.uniform(-0.3, 0.3))
    side = np.sqrt(share) * min(height, width)
    w, h = side * np.sqrt(ratio), side / np.sqrt(ratio)
    # The crop slides along the longer side too, and may leave the frame a little.
    x0 = rng.uniform(min(0, width - w), max(0, width - w))
    y0 = rng.uniform(min(0, height - h), max(0, height - h))
    matrix = np.eye(3)
    matrix[0, 0], matrix[1, 1] = size / w, size / h
    matrix[0, 2], matrix[1, 2] = -x0 * size / w, -y0 * size / h
    if rng.random() < 0.5:
        matrix = np.array([[-1.0, 0, size], [0, 1, 0], [0, 0, 1]]) @ matrix
    return matrix


def apply(matrix: Matrix, image: Array, mask: Array, size: tuple[int, int]) -> tuple[Array, Array]:
    """Warp an image (bilinear, grey border) and its mask (nearest; ignored outside).

    Args:
        size: (width, height) of the result.
    """
    to_view = matrix
    while np.sqrt(abs(np.linalg.det(to_view[:2, :2]))) < 0.6:
        # Bilinear sampling skips pixels below half size: shrink with area averages first.
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        to_view = to_view @ _DOUBLE
    warped = cv2.warpAffine(image, to_view[:2], size, flags=cv2.INTER_LINEAR, borderValue=_GREY)
    ids = cv2.warpAffine(mask, matrix[:2], size, flags=cv2.INTER_NEAREST, borderValue=IGNORE)
    return warped.astype(np.uint8), ids.astype(np.uint8)


@dataclass(frozen=True)
class Colour:
    """Gain, offset and grey mixing drawn once and applied to several frames alike."""

    gain: NDArray[np.float32]
    offset: float
    grey: float

    @classmethod
    def draw(cls, rng: Generator, strength: float, grey: float = 0.0) -> "Colour":
        """Draw changes of up to `strength`; `grey` is the chance of no colour at all."""
        gain = (1 + rng.uniform(-strength, strength, 3)) * (1 + rng.uniform(-1, 1) * strength)
        mixing = 1.0 if rng.random() < grey else rng.uniform(0, strength)
        offset = rng.uniform(-1, 1) * strength * 128
        return cls(gain.astype(np.float32), float(offset), float(mixing))

    def __call__(self, image: Array) -> Array:
        """Change the colours of (H, W, 3) RGB."""
        pixels = image.astype(np.float32)
        mean = pixels.mean(axis=2, keepdims=True)
        pixels += (mean - pixels) * self.grey
        pixels = pixels * self.gain + self.offset
        return np.clip(pixels, 0, 255).astype(np.uint8)


def visible_objects(mask: Array, least: float) -> list[int]:
    """Ids that cover at least the share `least` of the mask."""
    counts = np.bincount(mask.ravel(), minlength=256)
    counts[[0, IGNORE]] = 0
    return [int(i) for i in np.flatnonzero(counts >= least * mask.size)]
