"""What tells one source, and one way to compute its masks, from another."""

import hashlib
from pathlib import Path
from uuid import uuid4

from models.hub.load import LoadedModel
from models.sources.install import digest_of
from models.tracking.segmenter import Segmenter
from models.utils.clutter import without_clutter
from ovos_cli.benchmarking.code_digest import code_digest
from ovos_cli.media.source import LiveSource, Source

VERSION = "version of ovos"
_WITH_IT = {VERSION, "weights or settings of the model", "proposals"}
"""What another version may change of one and the same run."""
_PIECE = 2**16
"""Bytes of a file that are looked at, at its beginning, middle and end."""


def source_digest(path: Source) -> str:
    """Of a video file, or of a folder's images, by sizes and parts of what is in them.

    What is read only once has none: it is like nothing else.
    """
    if isinstance(path, LiveSource):
        return f"read once: {uuid4()}"
    digest = hashlib.sha256()
    files = [path]
    if path.is_dir():  # to look at it with a file manager makes no other source of it
        files = [p for p in without_clutter(path.iterdir()) if p.is_file()]
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.name if path.is_dir() else ''} {size}\n".encode())
        with file.open("rb") as stream:
            for place in sorted({0, size // 2, max(0, size - _PIECE)}):
                stream.seek(place)
                digest.update(stream.read(_PIECE))
    return digest.hexdigest()


def basis(source: Source, loaded: LoadedModel, segmenter: Segmenter) -> dict[str, str]:
    """All that masks follow from besides what a person gave, each by its name for people."""
    return {
        "source": source_digest(source),
        "weights or settings of the model": segmenter.digest,
        "proposals": digest_of(loaded.network) or "",
        "size inside the model": str(segmenter.size),
        "precision": str(segmenter.dtype),
        "device": segmenter.device.type,
        VERSION: code_digest() + code_digest(Path(__file__).parent),
    }


def is_upgraded(changed: set[str]) -> bool:
    """Whether what differs between two bases, by its names, comes with another version of ovos."""
    return VERSION in changed and changed <= _WITH_IT
