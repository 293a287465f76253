"""What of a chain is not known yet, and which frames are gone through for that: pure."""

import sys
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple, Protocol

from ovos_cli.shot.plan import Chain, Plan

END = sys.maxsize
"""Stands for the last frame of a source whose length is not known."""


class Part(NamedTuple):
    """Frames of a chain, in its direction. last: None is the end of the source."""

    first: int
    last: int | None


class Wanted(NamedTuple):
    """Frames that somebody wants, included. last: None is the end of the shot."""

    first: int
    last: int | None


class FoundKeys(Protocol):
    """See `Store.found_keys`."""

    def __call__(self, frames: range, *, backward: bool) -> Mapping[int, str]:
        """The key of each frame with a result."""


def missing_part(
    plan: Plan, chain: Chain, wanted: Wanted, last: int | None, found_keys: FoundKeys
) -> Part | None:
    """What of a chain is to be computed for frames that are wanted; None if nothing is.

    Args:
        last: the last frame of the shot, or one that it has at most; None is not known.
        found_keys: of the results that are there.
    """
    if chain.last is None and last is None and wanted.last is None:
        return Part(chain.first + 1, None)
    if _falls_short(chain, wanted):
        return None
    frames = _frames_to(plan, chain, wanted, last)
    found = found_keys(frames, backward=chain.backward)
    missing = [
        frame
        for frame in frames
        if (key := plan.key(frame, backward=chain.backward)) is not None and found.get(frame) != key
    ]
    return Part(missing[0], missing[-1]) if missing else None


def going_on(chain: Chain, after: int | None) -> int:
    """The first frame that is yielded, where the state is that of a frame or, None, of none."""
    if after is None:
        return chain.first
    return after - 1 if chain.backward else after + 1


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


def frames_through(chain: Chain, part: Part, after: int | None) -> int:
    """How many frames are gone through for a part whose end is known. after: see `going_on`."""
    through = stretches(chain, going_on(chain, after), part.last)
    return sum(high - low + 1 for low, high in through)


def _falls_short(chain: Chain, wanted: Wanted) -> bool:
    """Whether a chain ends before it comes to what is wanted."""
    if chain.last is None:
        return False
    if chain.backward:
        return wanted.last is not None and chain.last > wanted.last
    return chain.last < wanted.first


def _frames_to(plan: Plan, chain: Chain, wanted: Wanted, last: int | None) -> range:
    """The frames that a chain computes, in its direction, as far as they are needed."""
    if chain.backward:
        assert chain.last is not None
        return range(chain.first - 1, max(chain.last, wanted.first) - 1, -1)
    ends = [f for f in (chain.last, last, _forward_to(plan, wanted)) if f is not None]
    return range(chain.first + 1, min(ends) + 1)


def _forward_to(plan: Plan, wanted: Wanted) -> int | None:
    """How far forward the frames that are wanted need the way; None is to the end.

    One that comes back to them may follow along what the way forward found where it begins.
    """
    first, high = wanted
    if high is None:
        return None
    back = (c for c in plan.chains if c.backward and c.last is not None and c.last <= high)
    return max([high, *(c.first for c in back if c.first > first and c.joins())])
