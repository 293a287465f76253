"""What the values of a mask from outside are: ids of objects, or nothing that can be used."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from models.pictures.deep_pixels import is_deep
from models.pictures.mask_pixels import deep_values, plain_values
from models.pictures.mask_values import MOST_IDS, VOID, as_objects, black_and_white, soft_values
from ovos_cli.masks.colours import in_colour
from ovos_cli.masks.ids import ids_in

Values = NDArray[np.uint8]
_LISTED = 8


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
        InputError: it is in colour.
    """
    if picture.mode == "P":
        picture = picture.convert("RGB")
    values = _grey(path, picture)
    if values.max() > VOID:  # 16 bits
        values = values // 257
    return Meaning((values >= threshold).astype(np.uint8), white=True)


def from_indices(path: Path, indices: Values) -> Meaning:
    """Ids of objects, and 255 for void, of (H, W) palette indices.

    Raises:
        InputError: they have soft edges.
    """
    if soft := soft_values(indices, grey=False):
        raise InputError(
            f"the mask {path} has soft, antialiased edges: {len(soft)} of its indices are only "
            "thin seams side by side, but an index is an object. Save it without antialiasing "
            "or smoothing, one index (1 to 254) for each object"
        )
    return _objects(indices)


def _objects(values: Values) -> Meaning:
    return Meaning(as_objects(values, void=VOID), white=black_and_white(values))


def _grey(path: Path, picture: Image.Image) -> NDArray[np.int64]:
    values = deep_values(picture) if is_deep(picture.mode) else plain_values(picture)
    if values is not None:
        return values.astype(np.int64)
    raise in_colour(path, picture)


def from_grey(path: Path, picture: Image.Image) -> Meaning:
    """Ids of objects, and 255 for void, of the (H, W) values of a picture that is not indexed.

    Raises:
        InputError: it is in colour, has soft edges, or more values than there are ids.
    """
    grey = _grey(path, picture)
    values = [int(v) for v in np.unique(grey) if v]
    if len(values) <= 1:
        return Meaning((grey > 0).astype(np.uint8), white=True)
    narrow = grey.astype(np.uint8)
    if values[0] < 0 or values[-1] > VOID or soft_values(narrow, grey=True):
        shown = ", ".join(map(str, values[:_LISTED])) + (", …" if len(values) > _LISTED else "")
        if values[0] >= 0 and len(values) <= MOST_IDS and not soft_values(_ranked(grey), grey=True):
            raise InputError(
                f"the mask {path} has grey values up to {values[-1]} ({shown}); the ids of objects "
                f"go from 1 to {MOST_IDS}"
            )
        many = f"either soft, antialiased edges or more than {MOST_IDS} objects"
        cause = "soft, antialiased edges" if len(values) <= MOST_IDS else many
        raise InputError(
            f"the mask {path} has {len(values)} grey values besides 0 ({shown}), each of which "
            f"would be an object: {cause}. For one object, --mask-threshold 128 "
            "takes what is half white or more; else save it without antialiasing (and not as "
            "JPEG), as an indexed PNG with one index (1 to 254) for each object"
        )
    return _objects(narrow)


def _ranked(grey: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Values in place of which their ranks stand, 0 for the lowest; at most 255 of them."""
    return np.unique(grey, return_inverse=True)[1].reshape(grey.shape).astype(np.uint8)
