"""Where results go if nobody says it."""

import os
from pathlib import Path

_LONGEST_NAME = 255
"""Bytes, on nearly every file system."""


def default_folder(source: Path, ending: str) -> Path:
    """NAME_ENDING in the working folder, for a video file or a folder of images.

    Args:
        source: what is read; a folder's name may have dots of its own.
        ending: what is made of it. A name that grows too long by it loses its own end.
    """
    source = source.resolve()
    name = os.fsencode(source.name if source.is_dir() else source.stem)
    room = _LONGEST_NAME - len(os.fsencode(f"_{ending}"))
    kept = os.fsdecode(name) if len(name) <= room else name[:room].decode(errors="ignore")
    return Path(f"{kept}_{ending}")
