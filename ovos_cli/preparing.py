"""Features and proposals of frames, made beside the tracking of the frames before them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Protocol

import torch

from models.tracking.segmenter import PreparedFrame, Segmenter
from ovos_cli.background import ReadAhead
from ovos_cli.media.frame import Frame

_WAITING = 2
"""Groups of frames that may be ready at a time: their features take megabytes."""

Group = list[tuple[Frame, PreparedFrame]]


class Cache(Protocol):
    """What was prepared before, by the frame's index."""

    def get(self, index: int) -> PreparedFrame | None:
        """The frame, if it is there."""
        ...

    def put(self, index: int, frame: PreparedFrame) -> None:
        """Keep a frame."""
        ...


@contextmanager
def prepared_groups(
    frames: Iterable[Frame], segmenter: Segmenter, cache: Cache | None = None
) -> Iterator[Iterator[Group]]:
    """Frames in order with what `Segmenter.prepare` makes of them, as many at once as it likes.

    On a CPU, what does not depend on masks is made in a thread of its own, a few frames ahead,
    and each of the two has half of torch's threads: a frame has hundreds of small operations,
    which one core does as fast as two, so that the second one is of use to another frame.
    """

    def prepare(source: Iterator[Frame]) -> Group | None:
        group = list(islice(source, segmenter.batch))
        if not group:
            return None
        known = {f.index: cache.get(f.index) for f in group} if cache is not None else {}
        segmenter.fit(*group[0].image.shape[:2])
        missing = [f for f in group if known.get(f.index) is None]
        if missing:
            made = segmenter.prepare([f.image for f in missing], [f.stem for f in missing])
            known |= {f.index: prepared for f, prepared in zip(missing, made, strict=True)}
        if cache is not None:
            for f in missing:
                cache.put(f.index, _there(known[f.index]))
        return [(f, _there(known[f.index])) for f in group]

    threads = torch.get_num_threads()
    if segmenter.device.type != "cpu" or threads == 1:
        source = iter(frames)
        yield iter(lambda: prepare(source), None)
        return
    torch.set_num_threads((threads + 1) // 2)
    ahead = ReadAhead(frames, prepare, waiting=_WAITING)
    try:
        yield iter(ahead)
    finally:
        ahead.stop()
        torch.set_num_threads(threads)


def _there(prepared: PreparedFrame | None) -> PreparedFrame:
    assert prepared is not None
    return prepared
