"""The first frame's annotation: read it, or refuse it with a reason."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from models.errors import InputError
from ovos_cli.masks.palette import Palette, full_palette

Ids = NDArray[np.uint8]
_MOST_IDS = 254
_VOID = 255
_LISTED = 8


@dataclass(frozen=True, slots=True)
class IndexedMask:
    """ids: (H, W) uint8, 0 background, 1 to 254 objects. palette: for the output masks."""

    ids: Ids
    palette: Palette


def read_first_mask(
    path: Path, colours: dict[tuple[int, int, int], int] | None = None
) -> IndexedMask:
    """Read an annotation.

    Args:
        path: an indexed, grey or binary picture; or one in colour together with `colours`.
        colours: RGB to object id, 0 for background; black is background unless named.

    Raises:
        InputError: missing, unreadable, in colour without `colours`, antialiased, without
            objects or with too many.
    """
    if not path.is_file():
        raise InputError(f"the mask {path} does not exist")
    try:
        with Image.open(path) as picture:
            picture.load()
    except (UnidentifiedImageError, OSError) as error:
        raise InputError(f"the mask {path} is not a readable image: {error}") from error
    palette = full_palette(None)
    if colours:
        ids = _from_colours(path, np.array(picture.convert("RGB")), colours)
    elif picture.mode == "P":
        indices = np.array(picture)
        _refuse_soft(path, indices)
        ids = _from_indices(indices)
        palette = full_palette(picture.getpalette("RGB"))
    else:
        ids = _from_grey(path, _grey(path, picture))
    if not ids.any():
        raise InputError(f"the mask {path} holds no object: every pixel is background")
    return IndexedMask(ids, palette)


def _from_indices(indices: NDArray[np.uint8]) -> Ids:
    """Indices are ids; 255 is DAVIS's and VOC's void, unless it is all there is."""
    values = set(np.unique(indices).tolist())
    if values <= {0, _VOID}:
        return (indices == _VOID).astype(np.uint8)
    return np.where(indices == _VOID, 0, indices).astype(np.uint8)


def _grey(path: Path, picture: Image.Image) -> NDArray[np.int64]:
    if picture.mode in {"1", "L", "I", "I;16", "F"}:
        return np.array(picture).astype(np.int64)
    if picture.mode == "LA":
        return np.array(picture.getchannel("L")).astype(np.int64)
    pixels = np.array(picture.convert("RGB"))
    if (pixels == pixels[..., :1]).all():
        return pixels[..., 0].astype(np.int64)
    raise InputError(
        f"the mask {path} is in colour ({_listing(pixels)}). Save it as an indexed PNG whose "
        "indices are the object ids, or say which colour is which object, e.g. "
        f"--mask-colors {_hint(pixels)}"
    )


def _from_grey(path: Path, grey: NDArray[np.int64]) -> Ids:
    values = [int(v) for v in np.unique(grey) if v]
    if len(values) <= 1:
        return (grey > 0).astype(np.uint8)
    if (
        len(values) > _MOST_IDS
        or values[-1] > _VOID
        or not _solid(grey.astype(np.uint8)) >= set(values)
    ):
        shown = ", ".join(map(str, values[:_LISTED])) + (", …" if len(values) > _LISTED else "")
        raise InputError(
            f"the mask {path} has {len(values)} grey values besides 0 ({shown}): either soft, "
            f"antialiased edges or more than {_MOST_IDS} objects. Save it without antialiasing "
            "or smoothing, as an indexed PNG with one index (1 to 254) for each object"
        )
    return _from_indices(grey.astype(np.uint8))


def _refuse_soft(path: Path, indices: NDArray[np.uint8]) -> None:
    """Refuse soft edges that a quantiser made ids of.

    Ids that nowhere fill a 3x3 square are thin; one may be a wire or a dot, which lies by itself.
    Those of a soft edge lie side by side.
    """
    solid = _solid(indices)
    thin = ~np.isin(indices, [0, _VOID, *solid])
    values = np.unique(indices[thin])
    touching = np.zeros_like(thin)
    for one, two in (
        (np.s_[1:], np.s_[:-1]),
        (np.s_[:, 1:], np.s_[:, :-1]),
    ):
        meet = thin[one] & thin[two] & (indices[one] != indices[two])
        touching[one] |= meet
        touching[two] |= meet
    if touching.sum() * 2 > thin.sum():
        raise InputError(
            f"the mask {path} has soft, antialiased edges: {len(values)} of its indices are only "
            "thin seams side by side, but an index is an object. Save it without antialiasing "
            "or smoothing, one index (1 to 254) for each object"
        )


def _solid(values: NDArray[np.uint8]) -> set[int]:
    """The values that fill some 3x3 square; those of a soft edge rarely do."""
    kernel = np.ones((3, 3), np.uint8)
    same = (cv2.erode(values, kernel) == cv2.dilate(values, kernel))[1:-1, 1:-1]
    return set(np.unique(values[1:-1, 1:-1][same]).tolist())


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
        if not 0 <= ident <= _MOST_IDS:
            raise InputError(f"--mask-colors gives the id {ident}; ids go from 1 to {_MOST_IDS}")
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
    return ",".join(f"{c}={i + 1}" for i, (c, _) in enumerate(_counts(pixels)[:3]))
