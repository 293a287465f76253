"""Pictures opened so that what is missing or damaged is said with its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from models.errors import InputError


@contextmanager
def opened(path: Path, data: bytes | None = None) -> Iterator[Image.Image]:
    """Open a picture; what cannot be read of it, then or within the block, raises InputError.

    Args:
        path: of the file.
        data: its content, if that is read already.
    """
    try:
        with Image.open(path if data is None else BytesIO(data)) as picture:
            yield picture
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist") from error
    except (MemoryError, InputError):
        raise
    except Exception as error:  # Pillow names damage in many ways, and not all are its own
        raise InputError(f"{path} is not a readable image ({error}); mend or remove it") from error


def decoded(path: Path, data: bytes | None = None) -> Image.Image:
    """Read a whole picture, turned as EXIF says, with its format kept; see `opened`."""
    with opened(path, data) as picture:
        upright = ImageOps.exif_transpose(picture)
        upright.format = picture.format
        return upright
