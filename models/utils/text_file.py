"""Text and JSON as editors and programs of all systems write them."""

import codecs
import json
from pathlib import Path
from typing import Any

from models.errors import InputError

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path, what: str = "the file") -> str:
    """Read UTF-8, or UTF-16 that says so in its first two bytes; a byte order mark is left out.

    Raises:
        InputError: missing, unreadable or of another encoding.
    """
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # a name with NUL
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{what} {path} cannot be read: {reason}") from error
    return text_of(content, path, what)


def text_of(content: bytes, path: Path, what: str = "the file") -> str:
    """Decode what a file holds; see `read_text`. Raises InputError: of another encoding."""
    try:
        return content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{what} {path} cannot be read: {error}; save it as UTF-8") from error


def read_json(path: Path) -> Any:
    """Read JSON; see `read_text`.

    Raises:
        InputError: missing, unreadable, or no JSON.
    """
    return parse_json(read_text(path), path)


def parse_json(text: str, path: Path) -> Any:
    """Parse JSON that a file holds. Raises InputError: it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not readable JSON: {error}") from error
