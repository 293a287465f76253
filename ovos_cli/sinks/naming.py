"""How files of frames are called: by the frames' own names, or by a pattern and a number."""

import re
from collections.abc import Callable
from typing import NamedTuple

from models.errors import InputError
from models.utils.names import plain_name

_PLACES = re.compile(
    r"\{(?P<field>shot|name|frame)(?::0?(?P<width>[0-9]{1,2})d?)?\}"
    r"|(?P<hashes>#+)|%(?:0(?P<percent>[0-9]{1,2}))?d|\$F(?P<houdini>[0-9]{0,2})"
)
_SUFFIX = re.compile(r"\.(?:png|exr|jpe?g|tiff?|json|txt|xml)$", re.IGNORECASE)
_OWN, _NUMBERED = "{name}", "{shot}.{frame:04d}"
_HELP = (
    "'{shot}.{frame:04d}', with {shot} for the name of the video, {frame} for the number and "
    "{name} for the frame's own name; ####, %04d and $F4 are numbers, too"
)


class _Frame(NamedTuple):
    number: int
    stem: str


class FrameNaming:
    """Names of frames' files, without suffix."""

    def __init__(
        self, shot: str, pattern: str | None = None, first_number: int | None = None, start: int = 0
    ) -> None:
        """Understand a pattern.

        Args:
            shot: the source's name.
            pattern: such as `{shot}.{frame:04d}`, `{shot}_####`, `frame_%04d`. None: the frames'
                own names, or the first of these where `first_number` is given.
            first_number: of frame `start`; None is its index in the source.
            start: the first frame of the shot.

        Raises:
            InputError: it is no such pattern, or all frames would have one name.
        """
        if first_number is not None and first_number < 0:
            raise InputError(f"--first-number is {first_number}; give 0 or more, 1001 for example")
        self._shift = 0 if first_number is None else first_number - start
        given = pattern if pattern is not None else _OWN if first_number is None else _NUMBERED
        self._parts = _parts(shot, _SUFFIX.sub("", given))
        self.of(start, "0")  # refused here rather than later

    def number(self, index: int) -> int:
        """What the frame of this index in the source is counted as."""
        return index + self._shift

    def of(self, index: int, stem: str) -> str:
        """The name of a frame.

        Args:
            index: in the source. stem: its own name.

        Raises:
            InputError: it cannot be the name of a file.
        """
        frame = _Frame(self.number(index), stem)
        return plain_name("".join(part(frame) for part in self._parts), "--pattern")


def _parts(shot: str, pattern: str) -> list[Callable[[_Frame], str]]:
    parts, end, tells = list[Callable[[_Frame], str]](), 0, False
    for match in _PLACES.finditer(pattern):
        parts.append(_literal(pattern[end : match.start()]))
        end = match.end()
        field = match["field"] or "frame"
        tells |= field != "shot"
        if field == "frame":
            widths = match["width"], match["percent"], match["houdini"], len(match["hashes"] or "")
            parts.append(_padded(int(next(filter(None, widths), 0))))
        elif match["width"]:
            raise InputError(f"--pattern: {match[0]} has a width, and {field} is no number")
        else:
            parts.append((lambda _: shot) if field == "shot" else lambda frame: frame.stem)
    parts.append(_literal(pattern[end:]))
    if not tells:
        raise InputError(
            f"--pattern '{pattern}' gives all frames one name; write a number in it: {_HELP}"
        )
    return parts


def _literal(text: str) -> Callable[[_Frame], str]:
    if odd := [c for c in text if c in '{}%$*?<>|"/\\:']:
        raise InputError(f"--pattern has '{odd[0]}' where it means nothing; write {_HELP}")
    return lambda _: text


def _padded(width: int) -> Callable[[_Frame], str]:
    return lambda frame: f"{frame.number:0{width}d}"
