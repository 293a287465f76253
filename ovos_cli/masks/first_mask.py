"""The first frame's annotation: read it, or refuse it with a reason."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError
from models.pictures.deep_pixels import is_deep
from models.pictures.mask_pixels import deep_values, plain_values
from models.pictures.mask_values import MOST_IDS, VOID, as_objects, black_and_white, soft_values
from models.pictures.opened import decoded
from ovos_cli.masks.palette import Palette, full_palette, tells_apart

Ids = NDArray[np.uint8]
_LISTED, _HINTED = 8, 20


@dataclass(frozen=True, slots=True)
class IndexedMask:
    """ids: (H, W) uint8, 0 background, 1 to 254 objects. palette: for the output masks.

    doubt: what looks as if something else was meant, for people; empty mostly.
    """

    ids: Ids
    palette: Palette
    doubt: str = ""


def read_first_mask(
    path: Path,
    colours: dict[tuple[int, int, int], int] | None = None,
    threshold: int | None = None,
) -> IndexedMask:
    """Read an annotation.

    Args:
        path: an indexed, grey or binary picture, one with its matte in alpha; or one in colour
            together with `colours`.
        colours: RGB to object id, 0 for background; black is background unless named.
        threshold: for a matte with soft edges: one object, where the grey value, of 255, is this
            or more.

    Raises:
        InputError: missing, unreadable, in colour without `colours`, antialiased, without
            objects or with too many; a threshold that is not from 1 to 255.
    """
    if not path.is_file():
        what = "is a folder; give one picture" if path.is_dir() else "does not exist"
        raise InputError(f"the mask {path} {what}")
    picture = decoded(path)
    palette, doubt = full_palette(None), ""
    if colours and threshold is not None:
        raise InputError("--mask-colors and --mask-threshold exclude each other")
    if threshold is not None and not 1 <= threshold <= VOID:
        raise InputError(f"--mask-threshold is {threshold}; it must be from 1 to {VOID}")
    if threshold is not None:
        ids = _from_matte(path, picture, threshold)
    elif colours:
        ids = _from_colours(path, np.array(picture.convert("RGB")), colours)
    elif picture.mode == "P":
        indices = np.array(picture)
        ids = _from_indices(path, indices)
        given = full_palette(picture.getpalette("RGB"))
        # White became the id 1, whose colour is another, and grey ids would not be seen.
        if not black_and_white(indices) and tells_apart(given, np.unique(ids[ids > 0])):
            palette = given
        doubt = _odd_palette(path, ids, np.array(given).reshape(-1, 3))
    else:
        ids = _from_grey(path, _grey(path, picture))
    if not ids.any():
        raise InputError(f"the mask {path} holds no object: every pixel is background")
    if ids.all():
        doubt = f"every pixel of the mask {path} belongs to an object"
    return IndexedMask(ids, palette, doubt)


def _odd_palette(path: Path, ids: Ids, colours: NDArray[np.int64]) -> str:
    """Programs that count colours give 0 to any of them, so that black becomes an object."""
    black = [int(i) for i in np.unique(ids) if i and not colours[i].any()]
    if not black or not colours[0].any():
        return ""
    return (
        f"the mask {path} has black as object {black[0]} and #{bytes(colours[0].tolist()).hex()} "
        "as background: its indices count, not its colours. If they were numbered by a program, "
        "save it in colour and say which is which with --mask-colors"
    )


def _from_matte(path: Path, picture: Image.Image, threshold: int) -> Ids:
    if picture.mode == "P":
        picture = picture.convert("RGB")
    values = _grey(path, picture)
    if values.max() > VOID:  # 16 bits
        values = values // 257
    return (values >= threshold).astype(np.uint8)


def _from_indices(path: Path, indices: NDArray[np.uint8]) -> Ids:
    if soft := soft_values(indices, grey=False):
        raise InputError(
            f"the mask {path} has soft, antialiased edges: {len(soft)} of its indices are only "
            "thin seams side by side, but an index is an object. Save it without antialiasing "
            "or smoothing, one index (1 to 254) for each object"
        )
    return as_objects(indices)


def _grey(path: Path, picture: Image.Image) -> NDArray[np.int64]:
    values = deep_values(picture) if is_deep(picture.mode) else plain_values(picture)
    if values is not None:
        return values.astype(np.int64)
    pixels = np.array(picture.convert("RGB"))
    raise InputError(
        f"the mask {path} is in colour ({_listing(pixels)}). Save it as an indexed PNG whose "
        "indices are the object ids, or say which colour is which object, e.g. "
        f"--mask-colors {_hint(pixels)}"
    )


def _from_grey(path: Path, grey: NDArray[np.int64]) -> Ids:
    values = [int(v) for v in np.unique(grey) if v]
    if len(values) <= 1:
        return (grey > 0).astype(np.uint8)
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
    return as_objects(narrow)


def _ranked(grey: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Values in place of which their ranks stand, 0 for the lowest; at most 255 of them."""
    return np.unique(grey, return_inverse=True)[1].reshape(grey.shape).astype(np.uint8)


def _from_colours(
    path: Path, pixels: NDArray[np.uint8], colours: dict[tuple[int, int, int], int]
) -> Ids:
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


def parse_colours(text: str) -> dict[tuple[int, int, int], int]:
    """Parse `ff0000=1,00ff00=2` into RGB to id.

    Raises:
        InputError: not of that form, or an id outside 0 to 254.
    """
    colours: dict[tuple[int, int, int], int] = {}
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
