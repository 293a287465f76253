"""What options say of a shot: `--drop 3@120-180`, `--lock 0-40`."""

import re
from collections.abc import Iterable

from models.errors import InputError
from ovos_cli.shot.prompts import Span

_DROP = re.compile(r"([0-9]{1,9})@([0-9]{1,9})(?:-([0-9]{1,9}))?", re.ASCII)
_LOCK = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", re.ASCII)


def parse_drop(text: str) -> tuple[int, Span]:
    """`3@120` is object 3 from frame 120 on; `3@120-180` until frame 180, included.

    Raises:
        InputError: not of that form.
    """
    match = _DROP.fullmatch(text.strip())
    if match is None:
        raise InputError(
            f"--drop does not understand '{text}'; write OBJECT@FRAME or OBJECT@FIRST-LAST, such "
            "as 3@120 or 3@120-180"
        )
    return int(match[1]), Span(int(match[2]), int(match[3]) if match[3] else None)


def parse_lock(text: str) -> range:
    """`0-40` are frames 0 to 40, included; `7` is one frame.

    Raises:
        InputError: not of that form, or backward.
    """
    match = _LOCK.fullmatch(text.strip())
    if match is None:
        raise InputError(f"--lock does not understand '{text}'; write FIRST-LAST, such as 0-40")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise InputError(f"--lock {text}: frame {last} comes before frame {first}")
    return range(first, last + 1)


class Instructions:
    """All that options say of a shot beside its masks.

    locks, drops: what was understood, by the text that said it.
    """

    def __init__(self, locks: Iterable[str], drops: Iterable[str]) -> None:
        """Understand them. Raises InputError: one is not of its form."""
        self.locks = {text: parse_lock(text) for text in locks}
        self.drops = {text: parse_drop(text) for text in drops}

    def asked(self) -> list[tuple[str, int]]:
        """Frames that there must be; see `check_asked`."""
        drops = [(f"--drop {text} begins at", span.first) for text, (_, span) in self.drops.items()]
        locks = [(f"--lock {text} ends at", frames[-1]) for text, frames in self.locks.items()]
        return drops + locks
