"""Masks on disk, decoded into the values that are stored; what these mean is for others to say."""

from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError
from models.pictures.mask_pixels import grey_values, index_values
from models.pictures.mask_values import Values
from models.pictures.opened import decoded
from models.pictures.png import png_values

_TURNING = (b"eXIf", b"com.adobe.xmp", b"Raw profile type exif")
"""Where PNGs note which way up they are."""


@dataclass(frozen=True, slots=True)
class StoredMask:
    """A mask as it is on disk, turned as EXIF says.

    values: (H, W) palette indices or grey values; perhaps read-only without checksums.
    indexed: which of them.
    palette: of an indexed one, three bytes a colour, as many as the file has.
    """

    values: Values
    indexed: bool
    palette: bytes = b""


def read_stored(path: Path, *, checksums: bool) -> StoredMask:
    """Read an indexed, grey, or black and white mask.

    Args:
        path: of the file.
        checksums: look at those of a PNG's parts too; without, most PNGs are read much faster.

    Raises:
        InputError: missing, unreadable, in colour, or with values above 255 or of unknown range.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        what = "does not exist" if not path.exists() else f"cannot be read: {error.strerror}"
        raise InputError(f"the mask {path} {what}") from error
    turned = any(note in data for note in _TURNING)
    if not checksums and not turned and (found := png_values(data)):
        values, palette = found
        return StoredMask(values, bool(palette), palette)
    picture = decoded(path, data)
    if picture.mode != "P":
        return StoredMask(grey_values(path, picture), indexed=False)
    kept = picture.palette
    colours = bytes(kept.palette) if kept is not None and kept.mode == "RGB" else b""
    return StoredMask(index_values(path, picture), indexed=True, palette=colours)
