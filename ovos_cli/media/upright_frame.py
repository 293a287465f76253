"""From what the decoder gives to a frame: RGB, upright, of the first one's size."""

from collections.abc import Callable
from fractions import Fraction

import av

from ovos_cli.media.colour import rgb, tags_of
from ovos_cli.media.frame import Frame
from ovos_cli.media.frame_index import FrameIndex
from ovos_cli.media.oddities import Oddity, oddities
from ovos_cli.media.orientation import Matrix, swaps_sides, upright


def stem(index: int) -> str:
    """The name of a video's frame."""
    return f"{index:05d}"


def is_number_in(name: str, first: int, last: int | None) -> bool:
    """Whether a name may be that of a frame from `first` to `last`; None is any."""
    return name.isdecimal() and first <= int(name) and (last is None or int(name) <= last)


def upright_frame(
    number: int,
    decoded: av.VideoFrame,
    index: FrameIndex,
    tick: Fraction,
    odd: Callable[[int, Oddity], None],
) -> Frame:
    """A frame, shown like the first.

    Args:
        index: where it was noted.
        tick: seconds in a unit of its timestamps.
        odd: is told of what is odd about it.
    """
    still = rgb(decoded, *index.size)
    for oddity in oddities(decoded, still):
        odd(number, oddity)
    image = upright(still.pixels, index.matrix)
    time = index.ticks_of(number) * tick
    return Frame(number, stem(number), image, time, tags_of(decoded))


def upright_aspect(stored: Fraction | None, matrix: Matrix) -> Fraction | None:
    """Width over height of a pixel that was turned; None is square."""
    if not stored or stored == 1:
        return None
    return 1 / stored if swaps_sides(matrix) else stored
