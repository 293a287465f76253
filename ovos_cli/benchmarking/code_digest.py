"""Which code decides masks: a digest that tells one state of it from another."""

import hashlib
from functools import lru_cache
from pathlib import Path

import models

_ELSEWHERE = ("training",)
"""Rooms of `models` that masks do not depend on, once there are weights."""


@lru_cache
def code_digest(folder: Path | None = None) -> str:
    """SHA-256 of the sources that turn frames into masks, in hexadecimal; read once.

    It depends on the files' names below the package and on their lines, not on where the package
    lies or how its lines end, so a checkout and a wheel of it have the same.

    Args:
        folder: of the sources; the package `models` unless given.
    """
    root = folder or Path(models.__file__).parent
    digest = hashlib.sha256()
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*.py")}
    for name in sorted(files):
        if name.partition("/")[0] not in _ELSEWHERE:
            lines = files[name].read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{name} {hashlib.sha256(lines).hexdigest()}\n".encode())
    return digest.hexdigest()
