"""Frames that options name, compared with those that a source has."""

from collections.abc import Iterable

from models.errors import InputError
from ovos_cli.media.frame import FrameReader
from ovos_cli.media.ranges import numbered_by_name


def check_asked(
    reader: FrameReader, asked: Iterable[tuple[str, int]], last: int | None = None
) -> None:
    """See that there are frames of these numbers.

    Args:
        reader: of the source.
        asked: which frames, each after the words that come before it: `there is a mask for`.
        last: the source's last frame, where it is known though the reader does not tell.

    Raises:
        InputError: one lies beyond the end; where a frame's name has its number, with its index.
    """
    names = reader.names if reader.counted else None
    last = last if names is None else len(names) - 1
    for what, frame in asked:
        if last is not None and frame > last:
            hint = numbered_by_name(frame, names) or " (frames are counted from 0)"
            raise InputError(f"{what} frame {frame}, and the last frame is {last}{hint}")
