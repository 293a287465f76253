"""Where results go if nobody says it."""

import os
from pathlib import Path

from ovos_cli.media.source import LiveSource, Source

_LONGEST_NAME = 255
"""Bytes, on nearly every file system."""


def default_folder(source: Source, ending: str) -> Path:
    """NAME_ENDING in the working folder, for a video file, a folder of images or a live source.

    Args:
        source: what is read; a folder's name may have dots of its own.
        ending: what is made of it. A name that grows too long by it loses its own end.
    """
    name = os.fsencode(shot_name(source))
    room = _LONGEST_NAME - len(os.fsencode(f"_{ending}"))
    kept = os.fsdecode(name) if len(name) <= room else name[:room].decode(errors="ignore")
    return Path(f"{kept}_{ending}")


def shot_name(source: Source) -> str:
    """What a source is called: without suffix, unless it is a folder's own."""
    if isinstance(source, LiveSource):
        return source.name
    source = source.resolve()
    return source.name if source.is_dir() else source.stem
