"""Features and proposals of frames, made beside the tracking of the frames before them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

import torch

from models.tracking.segmenter import PreparedFrame, Segmenter
from ovos_cli.background import ReadAhead
from ovos_cli.media.frame import Frame

_WAITING = 2
"""Groups of frames that may be ready at a time: their features take megabytes."""

Group = list[tuple[Frame, PreparedFrame]]


@contextmanager
def prepared_groups(frames: Iterable[Frame], segmenter: Segmenter) -> Iterator[Iterator[Group]]:
    """Frames in order with what `Segmenter.prepare` makes of them, as many at once as it likes.

    On a CPU, what does not depend on masks is made in a thread of its own, a few frames ahead,
    and each of the two has half of torch's threads: a frame has hundreds of small operations,
    which one core does as fast as two, so that the second one is of use to another frame.
    """

    def prepare(source: Iterator[Frame]) -> Group | None:
        group = list(islice(source, segmenter.batch))
        if not group:
            return None
        prepared = segmenter.prepare([f.image for f in group], [f.stem for f in group])
        return list(zip(group, prepared, strict=True))

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
