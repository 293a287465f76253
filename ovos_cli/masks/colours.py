"""Masks in colour: which colour is which object, and what to say where nobody said."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from models.pictures.mask_values import MOST_IDS

Colours = dict[tuple[int, int, int], int]
"""RGB to the id of an object, 0 for background."""

_LISTED, _HINTED = 8, 20


def from_colours(path: Path, picture: Image.Image, colours: Colours) -> NDArray[np.uint8]:
    """Take the colours of a picture for ids of objects, (H, W); black is background unless named.

    Raises:
        InputError: there are colours that are not named.
    """
    pixels = np.array(picture.convert("RGB"))
    ids = np.zeros(pixels.shape[:2], np.uint8)
    known = (pixels == 0).all(axis=2)
    for colour, value in colours.items():
        here = (pixels == np.array(colour, np.uint8)).all(axis=2)
        ids[here] = value
        known |= here
    if not known.all():
        raise InputError(
            f"the mask {path} has {int((~known).sum())} pixels in colours that --mask-colors does "
            f"not name ({_listing(pixels[~known][None])}); soft edges do that: save it without "
            "antialiasing, or name every colour (=0 for background)"
        )
    return ids


def parse_colours(text: str) -> Colours:
    """Parse `ff0000=1,00ff00=2` into RGB to id.

    Raises:
        InputError: not of that form, or an id outside 0 to 254.
    """
    colours: Colours = {}
    for part in text.split(","):
        colour, _, value = part.strip().lstrip("#").partition("=")
        try:
            red, green, blue = bytes.fromhex(colour)
            ident = int(value)
        except ValueError:
            raise InputError(
                f"--mask-colors does not understand '{part}'; write RRGGBB=ID, "
                "e.g. ff0000=1,00ff00=2"
            ) from None
        if not 0 <= ident <= MOST_IDS:
            raise InputError(f"--mask-colors gives the id {ident}; ids go from 1 to {MOST_IDS}")
        colours[red, green, blue] = ident
    return colours


def in_colour(path: Path, picture: Image.Image) -> InputError:
    """The error for a mask in colour whose colours nobody named."""
    pixels = np.array(picture.convert("RGB"))
    return InputError(
        f"the mask {path} is in colour ({_listing(pixels)}). Save it as an indexed PNG whose "
        "indices are the object ids, or say which colour is which object, e.g. "
        f"--mask-colors {_hint(pixels)}"
    )


def _counts(pixels: NDArray[np.uint8]) -> list[tuple[str, int]]:
    """Colours but black as hex, most frequent first."""
    flat, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    named = [
        (bytes(c.tolist()).hex(), int(n)) for c, n in zip(flat, counts, strict=True) if c.any()
    ]
    return sorted(named, key=lambda item: -item[1])


def _listing(pixels: NDArray[np.uint8]) -> str:
    found = _counts(pixels)
    shown = ", ".join(f"#{c}: {n} px" for c, n in found[:_LISTED])
    return f"{len(found)} colours besides black: {shown}{', …' if len(found) > _LISTED else ''}"


def _hint(pixels: NDArray[np.uint8]) -> str:
    found = _counts(pixels)
    if len(found) > _HINTED:
        return "ff0000=1,00ff00=2"
    return ",".join(f"{c}={i + 1}" for i, (c, _) in enumerate(found))
