"""Masks in colour: which colour is which object, and what to say where nobody said."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from models.pictures.mask_values import MOST_IDS
from models.pictures.transparency import visible

Colours = dict[tuple[int, int, int], int]
"""RGB to the id of an object, 0 for background."""

_LISTED, _HINTED = 8, 20
_PHOTOGRAPH = 4096
"""Colours; a mask has fewer, soft edges and all."""


def from_colours(path: Path, picture: Image.Image, colours: Colours) -> NDArray[np.uint8]:
    """Take the colours of a picture for ids of objects, (H, W); black is background unless named.

    Raises:
        InputError: there are colours that are not named.
    """
    shown = visible(path, picture).convert("RGB")
    if shown.getcolors(_PHOTOGRAPH) is None:
        raise in_colour(path, picture)
    pixels = np.asarray(shown)
    ids = np.zeros(pixels.shape[:2], np.uint8)
    known = ~pixels.any(axis=2)
    for colour, value in colours.items():
        here = (pixels == np.array(colour, np.uint8)).all(axis=2)
        ids[here] = value
        known |= here
    if not known.all():
        others = Image.fromarray(pixels[~known][None])
        raise InputError(
            f"the mask {path} has {np.count_nonzero(~known)} pixels in colours that --mask-colors "
            f"does not name ({_listing(others)}); soft edges do that: save it without "
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
    shown = visible(path, picture).convert("RGB")
    if shown.getcolors(_PHOTOGRAPH) is None:
        return a_photograph(path, f"more than {_PHOTOGRAPH} colours")
    return InputError(
        f"the mask {path} is in colour ({_listing(shown)}). Save it as an indexed PNG whose "
        "indices are the object ids, or say which colour is which object, e.g. "
        f"--mask-colors {_hint(shown)}"
    )


def a_photograph(path: Path, what: str) -> InputError:
    """The error for a mask with what no mask has."""
    return InputError(
        f"the mask {path} has {what}, as a photograph has, and a mask has one for each object. Is "
        "it the frame itself? A JPEG, or soft edges, do that too: save it as an indexed PNG whose "
        "indices are the object ids"
    )


def _counts(shown: Image.Image) -> list[tuple[str, int]]:
    """Colours but black as hex, most frequent first."""
    found = shown.getcolors(_PHOTOGRAPH) or []
    named = [(_hex(colour), count) for count, colour in found if colour != (0, 0, 0)]
    return sorted(named, key=lambda item: (-item[1], item[0]))


def _hex(colour: tuple[int, ...] | float) -> str:
    assert isinstance(colour, tuple)
    return bytes(colour).hex()


def _listing(shown: Image.Image) -> str:
    found = _counts(shown)
    first = ", ".join(f"#{c}: {n} px" for c, n in found[:_LISTED])
    return f"{len(found)} colours besides black: {first}{', …' if len(found) > _LISTED else ''}"


def _hint(shown: Image.Image) -> str:
    found = _counts(shown)
    if len(found) > _HINTED:
        return "ff0000=1,00ff00=2"
    return ",".join(f"{c}={i + 1}" for i, (c, _) in enumerate(found))
