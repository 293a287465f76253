"""Frames that were asked for and are not there: what to say of them."""

from collections.abc import Sequence

from models.errors import InputError
from models.utils.names import number_at_end


def past_the_end(source: object, start: int, names: Sequence[str] | None = None) -> InputError:
    """The error for a start that the source never reaches; names: of its frames, if they count."""
    return InputError(
        f"--start {start} is past the last frame of {source}{numbered_by_name(start, names)}"
    )


def no_frame(source: object, index: int, last: int, names: Sequence[str] | None = None) -> str:
    """What to say of a frame that is not there."""
    return f"{source} has no frame {index}; its last is {last}{numbered_by_name(index, names)}"


def ends_before(source: object, end: int, last: int, names: Sequence[str] | None = None) -> str:
    """What to tell people where the last frame that they want comes after the last that there is.

    Args:
        source: what is read. end: the frame that was asked for. last: the last one.
        names: of the frames, where they have names of their own.
    """
    return (
        f"--end is {end}, and the last frame of {source} is {last}: it was read to there"
        f"{numbered_by_name(end, names)}"
    )


def numbered_by_name(number: int, names: Sequence[str] | None) -> str:
    """What to add where a number is no frame's index, but in a frame's name; empty mostly."""
    named = index_by_name(number, names or ())
    if named is None or names is None:
        return ""
    return f". Frames are counted from 0, whatever their names say: {names[named]} is frame {named}"


def index_by_name(number: int | None, names: Sequence[str]) -> int | None:
    """The index of the only frame whose name ends in a number; None: there is none, or several."""
    found = [i for i, name in enumerate(names) if number_at_end(name) == number is not None]
    return found[0] if len(found) == 1 else None
