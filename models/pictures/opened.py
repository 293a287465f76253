"""Pictures opened so that what is missing or damaged is said with its name."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from models.errors import InputError
from models.pictures.extra_formats import FILM, enable_format
from models.pictures.few_greys import note_largest
from models.pictures.pages import frame_pages

MOST_PIXELS = 1 << 26
"""Of a picture, frame or mask: 8192 x 8192. A few bytes may say that it is larger, and fill memory.
"""


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Raise InputError, with the file's name, for whatever cannot be read within the block."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist") from error
    except (MemoryError, InputError):
        raise
    except Image.DecompressionBombError as error:  # said by its header, before it is inflated
        raise InputError(f"{path} is too large ({error}); make it smaller") from error
    except UnidentifiedImageError as error:
        raise InputError(
            f"{path} is not a readable image: it is damaged, or of a kind that Pillow does not "
            "know; mend it or save it as PNG"
        ) from error
    except Exception as error:  # Pillow names damage in many ways, and not all are its own
        raise InputError(f"{path} is not a readable image ({error}); mend or remove it") from error


@contextmanager
def opened(path: Path, data: bytes | None = None) -> Iterator[Image.Image]:
    """Open a picture; what cannot be read of it, then or within the block, raises InputError.

    Args:
        path: of the file.
        data: its content, if that is read already.
    """
    enable_format(path)
    # Given a path, Pillow maps TIFFs into memory, and garbles those that lie on their side.
    with naming(path), path.open("rb") if data is None else BytesIO(data) as file:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sizes are checked here, damage is an error
            found = Image.open(file)
        with found as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InputError(
                    f"{path} says that it is {picture.width}x{picture.height}, more than the "
                    f"{MOST_PIXELS} pixels that are read; is it damaged?"
                )
            yield picture


def decoded(path: Path, data: bytes | None = None) -> Image.Image:
    """Read a whole picture, turned as EXIF says, with its format kept; see `opened`.

    Of OpenEXR and DPX, see `read_film_matte`.

    Raises:
        InputError: also where it is too large, or one of several in its file.
    """
    if path.suffix.lower() in FILM:
        from models.pictures.film import read_film_matte  # which needs this module

        return read_film_matte(path)
    with opened(path, data) as picture:
        if (pages := len(frame_pages(picture))) > 1:
            raise InputError(f"{path} holds {pages} pictures; save the one that is meant alone")
        note_largest(picture)
        upright = ImageOps.exif_transpose(picture)
        upright.format = picture.format
        return upright
