"""The reader for what Pillow reads: a folder of images, or one file of them."""

from collections.abc import Collection
from fractions import Fraction
from pathlib import Path

from PIL import Image as Picture

from models.pictures.extra_formats import FILM, HEIF, JPEG_XL
from models.pictures.opened import opened
from models.pictures.pages import frame_pages
from ovos_cli.media.folder_reader import FolderReader
from ovos_cli.media.frame import FrameReader
from ovos_cli.media.frame_files import frame_files, picture_suffixes
from ovos_cli.media.frame_names import siblings
from ovos_cli.media.pages_reader import PagesReader

_ANIMATED = ["GIF", "PNG", "TIFF", "WEBP", "AVIF"]
"""What may hold several frames is told by its first bytes, whatever the file is called."""


def open_pictures(
    path: Path, start: int, end: int | None, rate: Fraction, apart: Collection[Path] = ()
) -> FrameReader | None:
    """Choose the reader for a folder of images, or a file that is one or holds several.

    Args:
        path: a folder, or a file that is not empty.
        start, end: first and last frame (included), counted from 0.
        rate: frames per second, where nothing states another.
        apart: files that are no frames, wherever they lie.

    Returns:
        None for a file that is no picture.

    Raises:
        InputError: there are no pictures in the folder, or they cannot be read.
    """
    if not path.is_dir():
        return one_picture(path, start, end, rate) if _is_picture(path) else None
    files, doubts = frame_files(path, apart)
    if len(files) == 1 and files[0].suffix.lower() not in FILM:
        with opened(files[0]) as picture:
            pages = len(frame_pages(picture))
        if pages > 1:
            return PagesReader(files[0], start, end, rate, doubts)
    return FolderReader(files, start, end, rate, doubts)


def one_picture(path: Path, start: int, end: int | None, rate: Fraction) -> PagesReader:
    """The reader for a file of pictures, which may be one frame of a sequence.

    Raises:
        InputError: it cannot be read.
    """
    reader = PagesReader(path, start, end, rate)
    # Programs of film take the first file of a sequence for all of it.
    if reader.count() == 1 and (others := siblings(path)):
        doubt = (
            f"{path.name} was read alone, as one frame; {others} more files beside it are named "
            "like it. If they are the frames of a video, give their folder"
        )
        return PagesReader(path, start, end, rate, [doubt])
    return reader


def _is_picture(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in FILM | HEIF | JPEG_XL:
        return True
    try:
        with Picture.open(path, formats=None if suffix in picture_suffixes() else _ANIMATED):
            return True
    except OSError:  # no picture: FFmpeg may know it, or say what is wrong
        return False
    except Exception:  # a damaged one, or too large: its reader will say so
        return True
