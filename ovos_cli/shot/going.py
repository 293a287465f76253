"""Going through a chain of frames: reading, preparing, stepping."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain as chained

import numpy as np

from models.tracking.objects import Ids
from models.tracking.segmenter import FrameMasks, Segmenter
from models.tracking.soft import SoftMasks
from ovos_cli.background import ReadAhead
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.media.live_reader import LiveReader
from ovos_cli.preparing import Cache, prepared_groups
from ovos_cli.shot.cuts import CutSearch
from ovos_cli.shot.meeting import Found
from ovos_cli.shot.plan import Chain, Step
from ovos_cli.shot.remaining import going_on, stretches


@dataclass(frozen=True, slots=True)
class Passed:
    """A frame that a way has gone through.

    backward: whether that is the backward way. masks: what `Segmenter.step` made of it. cut:
    whether a cut lies between it and its neighbour that was gone through before it. least: for each
    object that is followed the lowest confidence since its given mask, this frame's included.
    """

    frame: Frame
    backward: bool
    step: Step
    masks: FrameMasks
    cut: bool
    least: dict[int, float]

    @property
    def found(self) -> Found:
        """What is kept of it."""
        soft = self.masks.soft or SoftMasks((), np.zeros((0, 1, 1), np.int8))
        return Found(soft, self.masks.confidence, self.least)


def go_through(
    chain: Chain,
    reader: FrameReader,
    segmenter: Segmenter,
    given: Mapping[int, Ids],
    joined: Callable[[int], Ids],
    *,
    cache: Cache | None = None,
    after: int | None = None,
    least: Mapping[int, float] | None = None,
    last: int | None = None,
    cuts: bool = True,
) -> Generator[Passed]:
    """Go through a chain, its seeds first; those but the last are not yielded.

    Args:
        given: by frame, masks that a person gave.
        joined: the masks of a frame that the other way found.
        cache: of features and proposals, of this segmenter.
        after: the frame after which the segmenter's state is; None begins anew.
        least: see `Passed`, of that frame.
        last: where to end before the chain does; None is its own end.
        cuts: look for cuts, across which nothing is followed.

    Raises:
        InputError: a frame cannot be read, or is of another size than the masks.
    """
    if after is None:
        segmenter.restart()
    last = chain.last if last is None else last
    begun = -1 if after is None else chain.time(after)
    least = least or {}
    steps = (step for step in chain.steps() if chain.time(step.frame) > begun)
    clock = segmenter.clock
    search = CutSearch(_before(chain, reader, after), chain.backward) if cuts else None

    def decode(source: Iterator[Frame]) -> Frame | None:
        with clock.measure("decode"):
            return next(source, None)

    ahead = ReadAhead(_frames(chain, reader, after, last), decode)
    try:
        with prepared_groups(ahead, segmenter, cache) as groups:
            for (frame, prepared), step in zip(chained.from_iterable(groups), steps, strict=False):
                assert frame.index == step.frame
                masks = given.get(step.frame) if step.given else None
                if step.joined:
                    masks = _with(masks, joined(step.frame), step.joined)
                # One that the other way found nowhere is not followed along.
                here = {*segmenter.objects}
                drop, absent = step.drop & here, step.absent & here
                at = chain.time(step.frame)
                cut = search is not None and search.cut_before(frame)
                result = segmenter.step(prepared, masks, drop, absent=absent, at=at, cut=cut)
                least = least_confidence(least, result.confidence, step)
                if chain.time(step.frame) >= chain.time(chain.first):
                    yield Passed(frame, chain.backward, step, result, cut, least)
    except (KeyboardInterrupt, GeneratorExit):
        if isinstance(reader, LiveReader):
            reader.close()  # else the thread that reads ahead waits for the next frame
        raise
    finally:
        ahead.stop()


def _before(chain: Chain, reader: FrameReader, after: int | None) -> Frame | None:
    """The neighbour of the first frame of which is to be told whether a cut lies before it.

    Where a way begins, nothing is followed, but nobody else would find a cut there.
    """
    if after is None and not chain.backward and chain.first > reader.start:
        after = chain.first - 1
    return None if after is None or not reader.seekable else reader.frame(after)


def _frames(
    chain: Chain, reader: FrameReader, after: int | None, last: int | None
) -> Iterator[Frame]:
    """The frames of its steps, each stretch between locked ones read in one go."""
    if after is None:
        for seed in chain.seeds[:-1]:
            yield reader.frame(seed)
    for low, high in stretches(chain, going_on(chain, after), last):
        yield from reader.between(low, high, backward=chain.backward)


def least_confidence(
    before: Mapping[int, float], confidence: Mapping[int, float], step: Step
) -> dict[int, float]:
    """For each object that a way follows, the lowest confidence since its given mask.

    Args:
        before: the same of the frame before, in the direction of the way.
        confidence: in this frame.
        step: of this frame. Where a person said that an object is out of sight, it was not lost.
    """
    known = step.given | step.joined
    return {
        ident: 1.0 if ident in known else min(before.get(ident, 1.0), sure)
        for ident, sure in confidence.items()
        if ident not in step.absent
    } | {ident: before[ident] for ident in step.absent if ident in before}


def _with(masks: Ids | None, others: Ids, ids: frozenset[int]) -> Ids | None:
    """Given masks, and beside them those of some other objects; None where there is nothing."""
    found = np.where(np.isin(others, list(ids)), others, 0).astype(np.uint8)
    both = found if masks is None else np.where(masks > 0, masks, found).astype(np.uint8)
    return both if both.any() else None
