"""Palettes of indexed PNG masks: 256 colours as one flat list of 768 numbers."""

from collections.abc import Iterable

import numpy as np

Palette = list[int]
_VISIBLE = 4
"""Colours that differ by less in each channel, of 0 to 255, look the same."""


def davis_palette() -> Palette:
    """The palette of DAVIS and Pascal VOC: each id's bits spread over the three channels."""
    colours = []
    for index in range(256):
        channels = [0, 0, 0]
        for bit in range(8):
            channels[bit % 3] |= ((index >> bit) & 1) << (7 - bit // 3)
        colours.extend(channels)
    return colours


def full_palette(colours: Palette | None) -> Palette:
    """Extend a picture's palette to 256 colours with DAVIS ones; None is all DAVIS."""
    default = davis_palette()
    given = list(colours or [])
    return given + default[len(given) :]


def tells_apart(palette: Palette, ids: Iterable[int]) -> bool:
    """Whether the eye sees from a palette's colours which is background and which object.

    It does not where they are equal, or a ramp of greys 0, 1, 2 that are all black to it.
    """
    places = [0, *map(int, ids)]
    if 3 * max(places) + 3 > len(palette):
        return False
    colours = np.array(palette, np.int64).reshape(-1, 3)[places]
    apart = np.abs(colours[:, None] - colours[None]).max(axis=2)
    return bool((apart[np.triu_indices(len(places), 1)] >= _VISIBLE).all())
