"""Pictures opened so that what is missing or damaged is said with its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from models.errors import InputError
from models.pictures.extra_formats import enable_format


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
    with naming(path), Image.open(path if data is None else BytesIO(data)) as picture:
        yield picture


def decoded(path: Path, data: bytes | None = None) -> Image.Image:
    """Read a whole picture, turned as EXIF says, with its format kept; see `opened`."""
    with opened(path, data) as picture:
        upright = ImageOps.exif_transpose(picture)
        upright.format = picture.format
        return upright
