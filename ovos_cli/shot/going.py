"""Going through a chain of frames: reading, preparing, stepping."""

import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain as chained
from itertools import pairwise

import numpy as np

from models.tracking.objects import Ids
from models.tracking.segmenter import FrameMasks, Segmenter
from ovos_cli.background import ReadAhead
from ovos_cli.media.frame import Frame, FrameReader
from ovos_cli.media.live_reader import LiveReader
from ovos_cli.preparing import Cache, prepared_groups
from ovos_cli.shot.plan import Chain, Step

END = sys.maxsize
"""Stands for the last frame of a source whose length is not known."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A frame that a way has gone through. masks: what `Segmenter.step` made of it."""

    frame: Frame
    step: Step
    masks: FrameMasks


def go_through(
    chain: Chain,
    reader: FrameReader,
    segmenter: Segmenter,
    given: Mapping[int, Ids],
    joined: Callable[[int], Ids],
    *,
    cache: Cache | None = None,
    after: int | None = None,
    last: int | None = None,
) -> Generator[Passed]:
    """Go through a chain, its seeds first; those but the last are not yielded.

    Args:
        given: by frame, masks that a person gave.
        joined: the masks of a frame that the other way found.
        cache: of features and proposals, of this segmenter.
        after: the frame after which the segmenter's state is; None begins anew.
        last: where to end before the chain does; None is its own end.

    Raises:
        InputError: a frame cannot be read, or is of another size than the masks.
    """
    if after is None:
        segmenter.restart()
    last = chain.last if last is None else last
    begun = -1 if after is None else chain.time(after)
    steps = (step for step in chain.steps() if chain.time(step.frame) > begun)
    clock = segmenter.clock

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
                result = segmenter.step(prepared, masks, drop, absent=absent, at=at)
                if chain.time(step.frame) >= chain.time(chain.first):
                    yield Passed(frame, step, result)
    except (KeyboardInterrupt, GeneratorExit):
        if isinstance(reader, LiveReader):
            reader.close()  # else the thread that reads ahead waits for the next frame
        raise
    finally:
        ahead.stop()


def _frames(
    chain: Chain, reader: FrameReader, after: int | None, last: int | None
) -> Iterator[Frame]:
    """The frames of its steps, each stretch between locked ones read in one go."""
    if after is None:
        for seed in chain.seeds[:-1]:
            yield reader.frame(seed)
        begin = chain.first
    else:
        begin = after - 1 if chain.backward else after + 1
    for low, high in stretches(chain, begin, last):
        yield from reader.between(low, high, backward=chain.backward)


def stretches(chain: Chain, begin: int, last: int | None) -> list[tuple[int, int]]:
    """(lowest, highest) frames of each stretch that is gone through, in the chain's direction."""
    prompts = chain.prompts
    end = END if last is None else last
    low, high = (end, begin) if chain.backward else (begin, end)
    if high < low:
        return []
    known = prompts.keyframes
    skipped = sorted(f for f in prompts.locked if low <= f <= high and f not in known)
    edges = [low - 1, *skipped, high + 1]
    found = [(a + 1, b - 1) for a, b in pairwise(edges) if a + 1 <= b - 1]
    return found[::-1] if chain.backward else found


def _with(masks: Ids | None, others: Ids, ids: frozenset[int]) -> Ids | None:
    """Given masks, and beside them those of some other objects; None where there is nothing."""
    found = np.where(np.isin(others, list(ids)), others, 0).astype(np.uint8)
    both = found if masks is None else np.where(masks > 0, masks, found).astype(np.uint8)
    return both if both.any() else None
