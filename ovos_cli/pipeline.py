"""Frames through the model: reading runs a thread ahead, writing a thread behind."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.tracking.segmenter import FrameMasks, Segmenter
from ovos_cli.background import ReadAhead, WriteBehind
from ovos_cli.groups import in_groups
from ovos_cli.masks.first_mask import IndexedMask
from ovos_cli.masks.ids import ids_in
from ovos_cli.masks.writer import write_mask, write_mattes
from ovos_cli.media.frame import Frame
from ovos_cli.media.overlay import OverlayWriter

Written = tuple[Frame, IndexedMask]


@dataclass(frozen=True, slots=True)
class DoneFrame:
    """A frame that is done: its index in the source, and its mask's name without suffix."""

    index: int
    stem: str


@dataclass
class Progress:
    """What has been done so far.

    first, last: frames. complete: the last frame in whose mask every object is that was followed
    until then. hidden: ids that are not in the last frame's mask. confidence: for each id, and for
    each index of a frame since it began, a value in [0, 1].
    """

    frames: int = 0
    first: DoneFrame | None = None
    last: DoneFrame | None = None
    complete: DoneFrame | None = None
    hidden: tuple[int, ...] = ()
    confidence: dict[int, dict[int, float]] = field(default_factory=dict)
    interrupted: bool = False

    def add(self, frame: Frame, result: FrameMasks) -> None:
        """Count a frame in."""
        done = DoneFrame(frame.index, frame.stem)
        if not result.confidence.keys() <= self.confidence.keys():
            self.complete = None  # an object begins, which no frame before this one holds
        for ident, value in result.confidence.items():
            self.confidence.setdefault(ident, {})[frame.index] = value
        self.hidden = tuple(sorted(self.confidence.keys() - ids_in(result.ids)))
        self.complete = self.complete if self.hidden else done
        self.first, self.last = self.first or done, done
        self.frames += 1


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

    def decode(source: Iterator[Frame]) -> Frame | None:
        with clock.measure("decode"):
            return next(source, None)

    def write_png(done: Written) -> None:
        frame, mask = done
        with clock.measure("write"):
            write_mask(masks / f"{frame.stem}.png", mask.ids, mask.palette)
            if mattes is not None:
                write_mattes(mattes, frame.stem, mask.ids, objects)

    def write_overlay(done: Written) -> None:
        frame, mask = done
        assert overlay is not None
        with clock.measure("write"):
            overlay.write(frame, mask.ids, mask.palette)

    def close_overlay() -> None:
        assert overlay is not None
        with clock.measure("write"):
            overlay.close()

    sinks = [WriteBehind(write_png)] + ([WriteBehind(write_overlay)] if overlay else [])
    ahead = ReadAhead(frames, decode)
    try:
        for group in in_groups(ahead, segmenter.batch):
            names = [f.stem for f in group]
            for frame, prepared in zip(
                group, segmenter.prepare([f.image for f in group], names), strict=True
            ):
                result = segmenter.step(prepared, first.ids if progress.first is None else None)
                for sink in sinks:
                    sink.submit((frame, IndexedMask(result.ids, first.palette)))
                progress.add(frame, result)
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
