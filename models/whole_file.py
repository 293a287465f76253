"""Files that are complete or absent, whatever happens while they are written."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from models.errors import OvosError


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file beside its place, bring it to the disk, then move it there.

    Args:
        write: fills the file.

    Raises:
        OvosError: it cannot be written, as on a full disk; what was there before still is.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        # torch reports a failing stream as a RuntimeError of its own.
        temporary.unlink(missing_ok=True)
        kept = "the last good one is still there" if path.exists() else "none was there"
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise OvosError(
            f"{path} cannot be written ({reason}); {kept}. Make room and run the same command again"
        ) from error
