"""What the values of a mask from outside are: ids of objects, or nothing that can be used."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from models.pictures.deep_pixels import is_deep
from models.pictures.few_greys import as_stored
from models.pictures.mask_doubts import doubtful_void, unclear_white
from models.pictures.mask_pixels import (
    Wide,
    deep_values,
    grainy_values,
    matte_values,
    plain_values,
    present,
)
from models.pictures.mask_values import (
    MOST_IDS,
    VOID,
    White,
    areas,
    as_objects,
    photograph,
    rounded_white,
    soft_values,
    white_role,
)
from ovos_cli.masks.colours import a_photograph, in_colour
from ovos_cli.masks.ids import ids_in

Values = NDArray[np.uint8]
_LISTED = 8
_HALF = 128
_LOSSY = {"JPEG", "MPO"}
_LOSSY_AT_TIMES = {"AVIF", "HEIF", "JPEG2000", "JXL", "WEBP"}
_EDGE = 20
"""Edges that were hard have so many times fewer pixels between black and white than white ones."""
_WHITE = 224
"""Of 255, in each channel: what is so light looks white."""
_SPECK, _TINY = 8, 100
"""Pixels of an object that may be a stray, and how many times as many another has."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """values: (H, W) ids of objects, 0 for background, 255 for void.

    white: nobody numbered its one object. doubt: what looks as if something else was meant, for
    people; empty mostly.
    """

    values: Values
    white: bool = False
    doubt: str = ""

    def objects(self) -> list[int]:
        """The ids, ascending."""
        return sorted(ids_in(self.values) - {VOID})


def from_matte(path: Path, picture: Image.Image, threshold: int) -> Meaning:
    """One object, (H, W) of 0 and 1: where a matte is, of 255, a threshold or more.

    Raises:
        InputError: it is in colour, or of unknown range.
    """
    values = matte_values(path, picture)
    if values is None:
        raise in_colour(path, picture)
    return Meaning((values >= threshold).view(np.uint8), white=True)


def from_indices(path: Path, indices: Values, colours: NDArray[np.int64]) -> Meaning:
    """Ids of objects, and 255 for void, of (H, W) palette indices.

    Args:
        path: for messages.
        indices: of the picture.
        colours: (256, 3) RGB, its palette.

    Raises:
        InputError: they have soft edges, or 255 is neither void nor the object.
    """
    if soft := soft_values(indices, grey=False):
        raise InputError(
            f"the mask {path} has soft, antialiased edges: {len(soft)} of its indices are only "
            "thin seams side by side, but an index is an object. Save it without antialiasing "
            "or smoothing, one index (1 to 254) for each object"
        )
    if photograph(indices):
        raise a_photograph(path, f"{len(_areas(indices))} values side by side")
    return _objects(path, indices, shown_white=bool((colours[VOID] >= _WHITE).all()))


def _without_grain(path: Path, grey: Wide, kind: str) -> Meaning:
    """What a lossy format left of black and white: both, and grain around the edges."""
    white = grey >= _HALF
    between = np.count_nonzero((grey >= _HALF // 2) & (grey < _HALF + _HALF // 2))
    if not white.any() or between * _EDGE > np.count_nonzero(white):
        raise InputError(
            f"the mask {path} is stored as {kind}, which changes values, and a value is an "
            "object. For one object, --mask-threshold 128 takes what is half white or more; else "
            "save it as an indexed PNG with one index (1 to 254) for each object"
        )
    doubt = (
        f"the mask {path} is stored as {kind}, which blurs values: what is half white or more is "
        "the object"
    )
    return Meaning(white.astype(np.uint8), white=True, doubt=doubt)


def _objects(path: Path, values: Values, *, shown_white: bool = True) -> Meaning:
    """Take values that have hard edges for ids; what 255 is, their areas say."""
    match white_role(values, shown_white=shown_white):
        case White.OBJECT:
            return Meaning((values >= _HALF).view(np.uint8), True, _strays(path, values))
        case White.CROWD | White.UNCLEAR:
            raise unclear_white(path, values)
        case White.VOID if shown_white and (doubt := doubtful_void(path, values)):
            return Meaning(as_objects(values, void=VOID), doubt=doubt)
        case _:
            return Meaning(as_objects(values, void=VOID), doubt=_speck(path, values))


def _strays(path: Path, values: Values) -> str:
    """Pixels that are neither black nor white, where nearly all are."""
    sizes = _areas(values)
    count, shown = sum(sizes.values()) - sizes[VOID], _listed(list(sizes)[:-1])
    if not count:
        return ""
    return (
        f"the mask {path} is black and white but for {_pixels(count)} of other values ({shown}): "
        "white is the object, and they are black or white, whichever is nearer"
    )


def _speck(path: Path, values: Values) -> str:
    """Objects of a few pixels beside others that are many times as large."""
    objects = {i: area for i, area in _areas(values).items() if i != VOID}
    largest = max(objects.values(), default=0)
    specks = [i for i, area in objects.items() if area <= _SPECK and area * _TINY <= largest]
    if not specks:
        return ""
    shown = ", ".join(f"object {i} is {_pixels(objects[i])}" for i in specks[:_LISTED])
    return f"in the mask {path}, {shown} in all; if a stray made it, paint it over"


def _areas(values: Values) -> dict[int, int]:
    """Pixels of each value but 0, by value."""
    counts = areas(values)
    return {int(v): int(counts[v]) for v in np.flatnonzero(counts) if v}


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values[:_LISTED])) + (", …" if len(values) > _LISTED else "")


def _pixels(count: int) -> str:
    return f"{count} pixel{'s' * (count != 1)}"


def from_grey(path: Path, picture: Image.Image) -> Meaning:
    """Ids of objects, and 255 for void, of the (H, W) values of a picture that is not indexed.

    Raises:
        InputError: it is in colour, has soft edges, more values than there are ids, or
            255 that is neither void nor the object.
    """
    deep = is_deep(picture.mode)
    grey = deep_values(path, picture) if deep else plain_values(path, picture)
    lossy = picture.format in _LOSSY
    if not deep and (grey is None or soft_values(grey.astype(np.uint8), grey=True)):
        grainy = grainy_values(picture) if picture.format in _LOSSY | _LOSSY_AT_TIMES else None
        grey, lossy = (grey, lossy) if grainy is None else (grainy, True)
    if grey is None:
        raise in_colour(path, picture)
    grey = as_stored(picture, grey)
    values = [v for v in present(grey) if v]
    if lossy and len(values) > 1:
        return _without_grain(path, grey, str(picture.format))
    if len(values) <= 1:
        return Meaning((grey > 0).view(np.uint8), white=True)
    narrow = grey.astype(np.uint8)
    if rounded_white(narrow) and values[-1] == VOID:
        return _objects(path, narrow)
    if values[-1] > VOID or soft_values(narrow, grey=True):
        numbered = values[-1] > VOID and len(values) <= MOST_IDS
        if numbered and not soft_values(_ranked(grey, values), grey=True):
            raise InputError(
                f"the mask {path} has grey values up to {values[-1]} ({_listed(values)}); the ids "
                f"of objects go from 1 to {MOST_IDS}"
            )
        many = f"either soft, antialiased edges or more than {MOST_IDS} objects"
        cause = "soft, antialiased edges" if len(values) <= MOST_IDS else many
        raise InputError(
            f"the mask {path} has {len(values)} grey values besides 0 ({_listed(values)}), each of "
            f"which would be an object: {cause}. For one object, --mask-threshold 128 "
            "takes what is half white or more; else save it without antialiasing (and not as "
            "JPEG), as an indexed PNG with one index (1 to 254) for each object"
        )
    if photograph(narrow):
        raise a_photograph(path, f"{len(values)} values side by side")
    return _objects(path, narrow)


def _ranked(grey: Wide, values: list[int]) -> Values:
    """Values in place of which their ranks stand; 0 stays, and there are at most 254 others."""
    ranks = np.zeros(values[-1] + 1, np.uint8)
    ranks[values] = np.arange(1, len(values) + 1)
    return ranks[grey]
