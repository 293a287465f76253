"""Values of JSON from elsewhere, taken for what they should be or refused."""

from pathlib import PurePosixPath
from typing import Any

from models.pictures.opened import MOST_PIXELS

_NO_NUMBER = (None, "")


def whole(value: Any, what: str) -> int:
    """A whole number, also as 7.0 or "7". Raises ValueError: it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{what} is {value!r}, which is no number")
    try:
        number = int(value)
        exact = isinstance(value, str) or number == value
    except (ValueError, OverflowError):
        exact = False
    if not exact:
        raise ValueError(f"{what} is {value!r}, which is no whole number")
    return number


def entry_key(value: Any, what: str) -> int | str:
    """What names an entry elsewhere: numbers, also as texts, are one kind. Raises ValueError."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) < 20):
        return value
    return whole(value, what)


def by_id(value: Any, what: str, one: str) -> dict[int | str, dict[str, Any]]:
    """Entries of a JSON list by their `id`.

    Args:
        what: they are. one: of them.

    Raises:
        ValueError: an entry has no id, or two that differ have one.
    """
    found = dict[int | str, dict[str, Any]]()
    for listed in sequence(value, what):
        entry = mapping(listed, one)
        if "id" not in entry:
            raise ValueError(f"{one} lacks 'id', by which others name it")
        key = entry_key(entry["id"], f"the id of {one}")
        if found.setdefault(key, entry) != entry:
            raise ValueError(f"two of its {what} have the id {key}")
    return found


def number_or_none(value: Any, what: str) -> int | None:
    """The same, or None where there is none. Raises ValueError."""
    return None if value in _NO_NUMBER else whole(value, what)


def frame_size(height: Any, width: Any) -> tuple[int, int]:
    """(H, W) of a frame, from values that say it. Raises ValueError: no frame has it."""
    size = whole(height, "its height"), whole(width, "its width")
    if min(size) < 1 or size[0] * size[1] > MOST_PIXELS:
        raise ValueError(f"its frame is {width}x{height} pixels, which no frame is")
    return size


def stem_of(name: Any) -> str:
    """The name of a picture, without folders and suffix. Raises ValueError: it is no text."""
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is no name of a picture")
    return PurePosixPath(name.replace("\\", "/")).stem


def mapping(value: Any, what: str) -> dict[str, Any]:
    """A JSON object. Raises ValueError: it is none."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object of JSON")
    return value


def sequence(value: Any, what: str) -> list[Any]:
    """A JSON list. Raises ValueError: it is none."""
    if not isinstance(value, list):
        raise ValueError(f"{what} is no list")
    return value
