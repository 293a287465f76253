"""Files that are complete or absent, whatever happens while they are written."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from models.errors import OvosError

_TORN = ("inline_container", "unexpected pos", "StreamWriter")
"""What torch says where its file ended early."""
_LONGEST_NAME = 255
"""Bytes, on nearly every file system."""


def write_whole(
    path: Path, content: bytes | Callable[[BinaryIO], object], *, durable: bool = False
) -> None:
    """Write a file beside its place, then move it there.

    Args:
        content: of the file, or what fills it.
        durable: bring it to the disk before it is moved, so that a power cut leaves one of the
            two; for what cannot be had again.

    Raises:
        OvosError: it cannot be written, as on a full disk; what was there before still is.
    """
    temporary = unfinished(path)
    try:
        with temporary.open("wb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        # torch reports a failing stream as a RuntimeError of its own.
        if isinstance(error, OSError | RuntimeError):
            raise OvosError(_explained(error, path, temporary)) from error
        raise


def unfinished(path: Path) -> Path:
    """Where a file is written until it is complete: beside its place, of a name that can be."""
    name = f".{path.name}.part"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f".{sha256(os.fsencode(path.name)).hexdigest()}.part"
    return path.with_name(name)


def _explained(error: OSError | RuntimeError, path: Path, temporary: Path) -> str:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    torn = not isinstance(error, OSError) and any(word in reason for word in _TORN)
    if torn:
        reason = f"the disk seems to be full ({reason.splitlines()[0]})"
    culprit = getattr(error, "filename", None)
    where = f" ({culprit})" if culprit not in (None, str(temporary)) else ""
    kept = "; the last good one is still there" if os.path.exists(path) else ""
    full = torn or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    advice = ". Make room for it, then go on" if full else ""
    return f"{path} cannot be written: {reason.splitlines()[0]}{where}{kept}{advice}"
