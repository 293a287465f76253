"""Which frame is computed from which given masks: pure, and the only place that decides it.

The video is gone through forward from the first given mask, and backward from the last of each
object to what lies before. Both ways begin anew at each *boundary*, a frame in which all objects
that are followed are given: what comes after follows from the masks given there, at a few
boundaries before and, forward, at the first one of each object; and from nothing else. So a
correction reaches from the boundary before it to the boundaries after it, and the rest of the shot
stays as it is, to the byte.

Every frame of a way has a key, which says all that its result follows from. A stored result whose
key is the wanted one need not be computed again.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from ovos_cli.shot.prompts import Prompts

SEEDS = 3
"""Boundaries that are remembered where a chain begins: its own, and the nearest before. Forward the
first one of each object is remembered besides: it seldom changes, and of the others each may hide
the same."""

_FORWARD, _BACKWARD = 1, -1


@dataclass(frozen=True, slots=True)
class Step:
    """What happens in one frame of a chain.

    given: ids of objects whose masks are given. joined: ids of objects that the forward way found
    in this frame, and that are followed along so that they keep others from their pixels. absent:
    ids that are out of sight. drop: ids that end before this frame. key: see the module; empty for
    what is only gone through to remember.
    """

    frame: int
    given: frozenset[int]
    joined: frozenset[int]
    absent: frozenset[int]
    drop: frozenset[int]
    key: str


@dataclass(frozen=True, eq=False)
class Chain:
    """Frames that are computed one after the other, in one direction.

    seeds: frames with given masks, gone through first; the last is where the chain begins. last:
    the last frame, in the direction; None is the end of the source.
    """

    prompts: Prompts
    backward: bool
    seeds: tuple[int, ...]
    last: int | None
    base: str

    @property
    def first(self) -> int:
        """The frame where it begins, whose masks are given."""
        return self.seeds[-1]

    def computes(self, frame: int) -> bool:
        """Whether a frame lies between its beginning, where all is given, and its end."""
        if self.backward:
            return self.last is not None and self.last <= frame < self.first
        return self.first < frame and (self.last is None or frame <= self.last)

    def joins(self) -> bool:
        """Whether it needs what the other way found in the frame where it begins."""
        return bool(self._joined(self.first))

    def keys(self) -> list[tuple[int, str]]:
        """(time, key) wherever the key changes, as far as anything was said."""
        (earliest, latest), changes = self.prompts.extent, list[tuple[int, str]]()
        for step in self.steps():
            if not changes or changes[-1][1] != step.key:
                changes.append((self.time(step.frame), step.key))
            if step.frame < earliest if self.backward else step.frame > latest:
                break
        return changes

    def time(self, frame: int) -> int:
        """Frames since the first of the seeds, in the direction of the chain."""
        return abs(frame - self.seeds[0])

    def steps(self) -> Iterator[Step]:
        """Every step, the seeds' among them; endless where `last` is None."""
        prompts, followed = self.prompts, frozenset[int]()
        key = hashed(self.base, "backward" if self.backward else "forward")
        for frame in self._frames():
            keyframe = prompts.keyframes.get(frame)
            given = keyframe.objects if keyframe is not None else frozenset()
            joined = self._joined(frame) if frame == self.first else frozenset()
            if keyframe is not None or (followed and prompts.absences):
                ended = frozenset(i for i in followed if self._ended(i, frame))
                followed = (followed - ended) | given | joined
                absent = frozenset(i for i in followed - given - joined if prompts.away(i, frame))
                if given or joined or ended or absent:
                    digest = keyframe.digest if keyframe is not None else ""
                    what = *map(sorted, (given, joined, absent, ended)), digest
                    key = hashed(key, frame, what, self._forward_key(frame) if joined else "")
                yield Step(frame, given, joined, absent, ended, key)
            else:
                yield Step(frame, given, joined, frozenset(), frozenset(), key)

    def _frames(self) -> Iterator[int]:
        yield from self.seeds
        frame, step = self.first, _BACKWARD if self.backward else _FORWARD
        while frame != self.last:
            frame += step
            if frame not in self.prompts.locked or frame in self.prompts.keyframes:
                yield frame

    def _ended(self, ident: int, frame: int) -> bool:
        if self.backward:  # it is not looked for before it begins
            begins = self.prompts.given[ident][0]
            return frame < begins and self.prompts.begins_with_mask(ident)
        return self.prompts.gone(ident, frame)

    def _joined(self, frame: int) -> frozenset[int]:
        if not self.backward:
            return frozenset()
        prompts = self.prompts
        return (
            frozenset(
                i
                for i in prompts.given
                if prompts.given[i][0] < frame and not prompts.away(i, frame)
            )
            - prompts.keyframes[frame].objects
        )

    def _forward_key(self, frame: int) -> str:
        return Plan(self.prompts, self.base).key(frame, backward=False) or ""


class Plan:
    """All that is to be gone through for what a person said.

    chains: in the order in which they are gone through: forward, then backward.
    """

    def __init__(self, prompts: Prompts, base: str = "") -> None:
        """Plan.

        Args:
            base: what all results follow from besides: the source, the weights, the settings.
        """
        self.prompts, self.base = prompts, base
        ways = (
            (_forward(prompts, base), _backward(prompts, base)) if prompts.keyframes else ([], [])
        )
        self.chains: list[Chain] = [*ways[0], *ways[1]]
        # Backward they begin in falling order.
        self._ways = {False: ways[0], True: ways[1][::-1]}
        self._begins = {way: [c.first for c in chains] for way, chains in self._ways.items()}
        self._keys: dict[Chain, list[tuple[int, str]]] = {}
        self._final_keys: dict[tuple[str | None, ...], str] = {}

    def chain(self, frame: int, *, backward: bool) -> Chain | None:
        """The chain that computes a frame in one direction."""
        if frame in self.prompts.locked:
            return None
        begins = self._begins[backward]
        place = bisect_right(begins, frame) if backward else bisect_left(begins, frame) - 1
        chain = self._ways[backward][place] if 0 <= place < len(begins) else None
        return chain if chain is not None and chain.computes(frame) else None

    def key(self, frame: int, *, backward: bool) -> str | None:
        """The key of a frame's result in one direction; None where none is computed."""
        chain = self.chain(frame, backward=backward)
        if chain is None:
            return None
        if chain not in self._keys:
            self._keys[chain] = chain.keys()
        changes = self._keys[chain]
        return changes[bisect_right(changes, chain.time(frame), key=itemgetter(0)) - 1][1]

    def final_key(self, frame: int) -> str:
        """Says all that the masks of a frame follow from, whichever way they were found."""
        keyframe = self.prompts.keyframes.get(frame)
        ways = tuple(self.key(frame, backward=backward) for backward in (False, True))
        if keyframe is not None:
            return hashed(*ways, keyframe, self.base)
        if ways not in self._final_keys:  # of many frames the same
            self._final_keys[ways] = hashed(*ways, None, self.base)
        return self._final_keys[ways]


def _forward(prompts: Prompts, base: str) -> list[Chain]:
    begins = {i: frames[0] for i, frames in prompts.given.items()}

    def whole(frame: int) -> bool:
        alive = {i for i in begins if begins[i] <= frame and not prompts.gone(i, frame)}
        given = prompts.keyframes[frame].objects
        return bool(given) and alive <= given

    starts = [f for f in sorted(prompts.keyframes) if whole(f)]
    ends = [*(f - 1 for f in starts[1:]), prompts.last]
    return _chained(prompts, base, starts, ends, backward=False)


def _backward(prompts: Prompts, base: str) -> list[Chain]:
    if prompts.forward:
        return []
    begins = {i: frames[0] for i, frames in prompts.given.items()}
    latest = {i: frames[-1] for i, frames in prompts.given.items()}
    lowest = {i: begins[i] if prompts.begins_with_mask(i) else prompts.first for i in begins}
    sought = {i for i in begins if lowest[i] < latest[i]}
    if not sought:
        return []

    def whole(frame: int) -> bool:
        alive = {
            i
            for i in begins
            if (frame >= begins[i] or not prompts.begins_with_mask(i))
            and not prompts.gone(i, frame)
        }
        given = prompts.keyframes[frame].objects
        return bool(given) and alive <= given

    start = max(latest[i] for i in sought)
    starts = [start] + [
        f for f in sorted(prompts.keyframes, reverse=True) if f < start and whole(f)
    ]
    ends = [*(f + 1 for f in starts[1:]), prompts.first]
    found = []
    for chain in _chained(prompts, base, starts, ends, backward=True):
        assert chain.last is not None
        last = min((lowest[i] for i in sought if latest[i] > chain.last), default=chain.first)
        last = max(last, chain.last)
        if last < chain.first:
            found.append(replace(chain, last=last))
    return found


def _chained(
    prompts: Prompts,
    base: str,
    starts: Sequence[int],
    ends: Sequence[int | None],
    *,
    backward: bool,
) -> list[Chain]:
    kept = set[int]() if backward else _firsts(prompts, starts)
    return [
        Chain(prompts, backward, _seeds(starts, i, kept), end, base) for i, end in enumerate(ends)
    ]


def _firsts(prompts: Prompts, boundaries: Sequence[int]) -> set[int]:
    """For each object the first of rising boundaries in which it is given."""
    given = {f: prompts.keyframes[f].objects for f in boundaries}
    firsts = (next((f for f in boundaries if i in given[f]), None) for i in prompts.given)
    return {first for first in firsts if first is not None}


def _seeds(boundaries: Sequence[int], own: int, kept: Collection[int]) -> tuple[int, ...]:
    """Of the boundaries up to `own`, an index, those that are kept and the last `SEEDS`."""
    nearest = max(0, own - SEEDS + 1)
    return (*(f for f in boundaries[:nearest] if f in kept), *boundaries[nearest : own + 1])


def hashed(*parts: object) -> str:
    """A digest of values that print what they are."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
