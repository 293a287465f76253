"""Formats of pictures that Pillow does not read by itself."""

from importlib import import_module
from pathlib import Path

from models.errors import InputError

HEIF = {".heic", ".heif", ".hif"}
JPEG_XL = {".jxl"}
FILM = {".exr", ".dpx"}
"""Read by FFmpeg, see `film.py`."""
UNREAD = {".cin", ".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".raf", ".rw2", ".psd"}
"""What cameras and graphics programs write and nothing here reads, or not as it is meant."""


def enable_format(path: Path) -> None:
    """Load what reads a picture of this name, if Pillow does not.

    Raises:
        InputError: that is not installed.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in HEIF:
            import_module("pillow_heif").register_heif_opener()
        elif suffix in JPEG_XL:
            import_module("pillow_jxl")  # registers itself
    except ImportError as error:
        raise InputError(
            f"{path}: {suffix} needs a library that is not installed; pip install "
            f"'ovos-cli[pictures]', or {conversion(suffix)}"
        ) from error


def conversion(suffix: str) -> str:
    """How to make readable files of those with this suffix."""
    return f"convert them, with ImageMagick for example: magick mogrify -format png '*{suffix}'"
