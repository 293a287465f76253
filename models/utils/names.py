"""Names that files give: of folders and frames, and the numbers in them."""

import re

from models.errors import InputError

_NUMBER = re.compile(r"(?:(?:^|(?<=[\s._]))-)?\d{1,4000}")
"""Python makes no number of more digits; names that files give may have them."""
_AT_END = re.compile(_NUMBER.pattern + r"$")
_DRIVE = re.compile(r"[A-Za-z]:")


def plain_name(name: object, where: object) -> str:
    """The same name, of a file or folder within another folder.

    Args:
        name: as a file from elsewhere gives it.
        where: that file, for the message.

    Raises:
        InputError: it would lead out of the folder, or is none that every system can have.
    """
    if (
        not isinstance(name, str)
        or name.strip() in {"", ".", ".."}
        or any(c in "/\\" or c < " " for c in name)
        or _DRIVE.match(name)
    ):
        raise InputError(
            f"{where} names {name!r}, which cannot be the name of a file or folder here: names are "
            "text without slashes, drive letters and control characters"
        )
    return name


def numbers_apart(name: str) -> list[int | str]:
    """A name in parts, of which numbers are whole: `shot_9` is `shot_` and 9.

    A minus belongs to a number at the start or after a blank, dot or underscore; elsewhere, as in
    take-7, it is a dash.
    """
    parts: list[int | str] = []
    end = 0
    for found in _NUMBER.finditer(name):
        parts += [name[end : found.start()]] * (found.start() > end)
        parts.append(int(found[0]))
        end = found.end()
    return parts + [name[end:]] * (end < len(name))


def number_at_end(name: str) -> int | None:
    """The number that a frame's name ends in, see `numbers_apart`; None without one."""
    found = _AT_END.search(name)
    return int(found[0]) if found else None
