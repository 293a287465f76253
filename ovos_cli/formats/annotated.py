"""What a file of annotations says: regions of frames, each of an object, not yet decoded."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import InputError
from ovos_cli.formats.row_runs import Mask, Size

Number = int | None
"""Of an object, as a file gives it: any whole number, or none."""


@contextmanager
def refusing(path: Path, what: str) -> Iterator[None]:
    """Raise InputError for values within the block that are not those of a format.

    Args:
        path: of the file.
        what: the format's name.
    """
    try:
        yield
    except InputError:
        raise
    except KeyError as error:
        raise InputError(f"{path} is not {what} that can be read: it lacks {error}") from error
    except (TypeError, AttributeError, IndexError) as error:
        raise InputError(
            f"{path} is not {what} that can be read: a value is not what it should be ({error})"
        ) from error
    except (ValueError, OverflowError) as error:
        raise InputError(f"{path} is not {what} that can be read: {error}") from error


@dataclass(frozen=True, slots=True)
class Region:
    """Where an object, or a part of it, is in one frame.

    label: its class. number: of its object; regions of one number are one object. draw: makes the
    (H, W) mask of a frame of that size, and raises an error that says why the file has no mask of
    such a frame.
    """

    label: str
    number: Number
    draw: Callable[[Size], Mask]


@dataclass(frozen=True, slots=True)
class AnnotatedFrame:
    """Regions of one frame, upper ones last.

    name: of its picture, without suffix; empty where none is given. index: counted from 0. size:
    height and width. None where the file does not say it.
    """

    name: str
    index: int | None
    size: Size | None
    regions: Sequence[Region]


@dataclass(frozen=True, slots=True)
class Annotated:
    """A file, or a folder of files that belong together.

    length: how many frames the video has that it is of, if it says so. grouped: a number may stand
    at several regions of a frame, which are parts of one object. doubts: for people.
    """

    path: Path
    frames: Sequence[AnnotatedFrame]
    length: int | None = None
    grouped: bool = False
    doubts: Sequence[str] = field(default=())


def decoded_already(mask: Mask) -> Callable[[Size], Mask]:
    """What gives back an (H, W) mask, of a frame of its size."""

    def draw(size: Size) -> Mask:
        if mask.shape != size:
            (height, width), (ours, across) = mask.shape, size
            raise ValueError(f"it is {width}x{height}, and its frame {across}x{ours}")
        return mask

    return draw
