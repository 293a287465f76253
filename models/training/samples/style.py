"""Photographs made to look drawn: flat colours, no texture, more saturation.

Animation is what many users bring, and photographs are all there is to train on.
"""

import cv2
import numpy as np
from numpy.random import Generator

from models.training.data.pairs import Array


def make_drawn(rng: Generator, images: list[Array]) -> list[Array]:
    """Smooth away texture but not edges and saturate the colours, alike in all frames.

    Args:
        images: (H, W, 3) RGB, the frames of one clip.
    """
    reach, contrast = float(rng.uniform(10, 40)), float(rng.uniform(0.15, 0.4))
    saturation = float(rng.uniform(1.0, 1.7))
    return [_flatten(image, reach, contrast, saturation) for image in images]


def _flatten(image: Array, reach: float, contrast: float, saturation: float) -> Array:
    smooth = cv2.edgePreservingFilter(image, flags=1, sigma_s=reach, sigma_r=contrast)
    pixels = smooth.astype(np.float32)
    mean = pixels.mean(axis=2, keepdims=True)
    return np.clip(mean + (pixels - mean) * saturation, 0, 255).astype(np.uint8)
