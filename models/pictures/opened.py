"""Pictures opened so that what is missing or damaged is said with its name."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from models.errors import InputError

_SUBFILE, _REDUCED = 254, 1
"""TIFF's tag for what a page is, and the bit of one that is another in small."""
MOST_PIXELS = 1 << 26
"""Of a picture: 8192 x 8192. A file of a few bytes may say that it is larger, and fill memory."""


@contextmanager
def opened(path: Path, data: bytes | None = None) -> Iterator[Image.Image]:
    """Open a picture; what cannot be read of it, then or within the block, raises InputError.

    Args:
        path: of the file.
        data: its content, if that is read already.
    """
    try:
        # Given a path, Pillow maps TIFFs into memory, and garbles those that lie on their side.
        with path.open("rb") if data is None else BytesIO(data) as file:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # sizes are checked here, damage is an error
                found = Image.open(file)
            with found as picture:
                yield picture
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist") from error
    except (MemoryError, InputError):
        raise
    except Exception as error:  # Pillow names damage in many ways, and not all are its own
        raise InputError(f"{path} is not a readable image ({error}); mend or remove it") from error


def decoded(path: Path, data: bytes | None = None) -> Image.Image:
    """Read a whole picture, turned as EXIF says, with its format kept; see `opened`.

    Raises:
        InputError: also where it is too large, or one of several in its file.
    """
    with opened(path, data) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise InputError(
                f"{path} says that it is {picture.width}x{picture.height}, more than the "
                f"{MOST_PIXELS} pixels that are read; is it damaged?"
            )
        if (pages := _pages(picture)) > 1:
            raise InputError(f"{path} holds {pages} pictures; save the one that is meant alone")
        upright = ImageOps.exif_transpose(picture)
        upright.format = picture.format
        return upright


def _pages(picture: Image.Image) -> int:
    """Pictures in a file: pages or frames, without the previews that TIFF and JPEG may have."""
    count = getattr(picture, "n_frames", 1)
    if count == 1 or picture.format == "MPO":
        return 1
    if not isinstance(picture, TiffImageFile):
        return count
    whole = 0
    for page in range(count):
        picture.seek(page)
        whole += page == 0 or not picture.tag_v2.get(_SUBFILE, 0) & _REDUCED
    picture.seek(0)
    return whole
