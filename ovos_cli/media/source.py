"""What a source is named by: a path, which can be read again, or what passes only once."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

PIPE = "-"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_CAMERA = re.compile(r"video[0-9]+")
_ODD = re.compile(r"[^\w.-]+")
_SECRET = "***"


@dataclass(frozen=True, slots=True)
class LiveSource:
    """A pipe, a camera, or an address of the network.

    url: as FFmpeg opens it. shown: for people and records, without the password. name: of what is
    made of it. format: FFmpeg's, where it must be told.
    """

    url: str
    shown: str
    name: str
    format: str | None = None

    def __str__(self) -> str:
        return self.shown


Source = Path | LiveSource


def source_named(text: str | Path) -> Source:
    """Say what a name stands for; whether it is there is not looked at.

    Args:
        text: `-` for the standard input, an address (`rtsp://…`), or a path. A named pipe and a
            device are read once; what exists under its whole name is no address.
    """
    path, text = Path(text), str(text)
    if text == PIPE:
        return LiveSource("fd:", PIPE, "stdin")
    if path.is_file() or path.is_dir():
        return path
    if path.exists():
        camera = path.is_char_device() and _CAMERA.fullmatch(path.name)
        # What a shell puts in place of `<(command)` has a number for a name.
        name = f"pipe{path.name}" if path.name.isdigit() else path.stem
        url, kind = (text, "v4l2") if camera else (f"file:{path}", None)
        return LiveSource(url, text, name, kind)
    if _ADDRESS.match(text):
        parts = urlsplit(text)
        if parts.scheme.lower() == "file":
            return Path(url2pathname(parts.path))
        last = Path(unquote(parts.path)).stem
        name = _ODD.sub("_", last or parts.hostname or parts.scheme)
        return LiveSource(text, without_password(text), name)
    return path


def without_password(text: str) -> str:
    """An address with its password hidden; whatever else as it is."""
    if not _ADDRESS.match(text):
        return text
    place = urlsplit(text).netloc
    user, at, host = place.rpartition("@")
    name, colon, _ = user.partition(":")
    return text.replace(place, f"{name}:{_SECRET}@{host}", 1) if at and colon else text
