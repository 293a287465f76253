"""Frames through the model: reading runs a thread ahead, writing a thread behind."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.tracking.segmenter import Segmenter
from models.utils.clock import Clock
from ovos_cli.groups import in_groups
from ovos_cli.masks.first_mask import IndexedMask
from ovos_cli.masks.writer import write_mask, write_mattes
from ovos_cli.media.frame import Frame
from ovos_cli.media.overlay import OverlayWriter

_DEPTH = 8
"""Frames that may wait in each queue; bounds the memory."""


@dataclass
class Progress:
    """What has been done so far.

    first, last: indices of frames. stem: name of the last one's mask. confidence: for each id a
    value per frame in [0, 1].
    """

    frames: int = 0
    first: int | None = None
    last: int | None = None
    stem: str | None = None
    confidence: dict[int, list[float]] = field(default_factory=dict)
    interrupted: bool = False


def follow(
    frames: Iterable[Frame],
    segmenter: Segmenter,
    first: IndexedMask,
    masks: Path,
    overlay: OverlayWriter | None,
    *,
    mattes: Path | None = None,
    tick: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Segment every frame and write its mask; Ctrl-C ends early with complete files.

    Args:
        frames: of the source; the first is the annotated one, and of the mask's size.
        segmenter: fresh; its clock gets `decode` and `write` too.
        first: the first frame's annotation, written out unchanged.
        masks: an existing folder.
        overlay: an open writer, closed here.
        mattes: a folder for black and white masks of each object, where they are wanted too.
        tick: called after each frame.

    Raises:
        InputError: a frame cannot be read.
    """
    progress, clock = Progress(), segmenter.clock
    objects = [int(ident) for ident in np.unique(first.ids) if ident]

    def write_png(frame: Frame, mask: IndexedMask) -> None:
        with clock.measure("write"):
            write_mask(masks / f"{frame.stem}.png", mask.ids, mask.palette)
            if mattes is not None:
                write_mattes(mattes, frame.stem, mask.ids, objects)

    def write_overlay(frame: Frame, mask: IndexedMask) -> None:
        assert overlay is not None
        with clock.measure("write"):
            overlay.write(frame, mask.ids, mask.palette)

    def close_overlay() -> None:
        assert overlay is not None
        with clock.measure("write"):
            overlay.close()

    sinks = [_Behind(write_png)] + ([_Behind(write_overlay)] if overlay else [])
    ahead = _Ahead(frames, clock)
    try:
        for group in in_groups(ahead, segmenter.batch):
            names = [f.stem for f in group]
            for frame, prepared in zip(
                group, segmenter.prepare([f.image for f in group], names), strict=True
            ):
                result = segmenter.step(prepared, first.ids if progress.first is None else None)
                for sink in sinks:
                    sink.submit(frame, IndexedMask(result.ids, first.palette))
                progress.first = frame.index if progress.first is None else progress.first
                progress.last, progress.stem = frame.index, frame.stem
                progress.frames += 1
                for ident, value in result.confidence.items():
                    progress.confidence.setdefault(ident, []).append(value)
                tick(progress)
    except KeyboardInterrupt:
        progress.interrupted = True
    finally:
        ahead.stop()
        with ExitStack() as ending:  # each comes to its end, even where another one fails
            if overlay is not None:
                ending.callback(close_overlay)
            for sink in sinks:
                ending.callback(sink.finish)
    return progress


class _Ahead:
    """Iterates over frames that are read in a thread of its own."""

    def __init__(self, frames: Iterable[Frame], clock: Clock) -> None:
        self._queue: queue.Queue[Frame | BaseException | None] = queue.Queue(_DEPTH)
        self._stopped = threading.Event()
        self._frames, self._clock = frames, clock
        self._thread = threading.Thread(target=self._run, name="ovos-reader", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        end: BaseException | None = None
        try:
            iterator = iter(self._frames)
            while True:
                with self._clock.measure("decode"):
                    frame = next(iterator, None)
                if frame is None or not self._put(frame):
                    break
        except BaseException as error:
            end = error
        self._put(end)

    def _put(self, item: Frame | BaseException | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._queue.put(item, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def __iter__(self) -> Iterator[Frame]:
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def stop(self) -> None:
        """End the thread, whatever it is doing."""
        self._stopped.set()
        self._thread.join(timeout=5)


class _Behind:
    """Does work in order in a thread of its own, at most a few items late."""

    def __init__(self, work: Callable[[Frame, IndexedMask], None]) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(1)
        self._pending: deque[Future[None]] = deque()

    def submit(self, frame: Frame, mask: IndexedMask) -> None:
        """Queue an item; raises what an earlier item raised."""
        self._pending.append(self._pool.submit(self._work, frame, mask))
        while len(self._pending) > _DEPTH:
            self._pending.popleft().result()

    def finish(self) -> None:
        """Wait for everything queued."""
        try:
            while self._pending:
                self._pending.popleft().result()
        finally:
            self._pool.shutdown(cancel_futures=True)
