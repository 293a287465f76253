"""Which frames to look at, in the order of what a correction there is expected to mend.

Pure: from confidence by object and frame, and what else is known, to frames.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ovos_cli.review.events import Event, Kind
from ovos_cli.review.history import runs

DOUBTFUL = 0.6
"""Confidence below which a mask is one to correct; and, as the mean of its objects, below which a
frame is listed."""
_GOOD = 0.85
"""What a correction makes of a mask, and what nobody need look at."""
_REACH = 20.0
"""Frames from a correction at which its effect has fallen to a third."""
_FAR = 60
_SHARES = [math.exp(-away / _REACH) for away in range(_FAR + 1)]
"""What a correction mends of a mask so many frames away; beyond, nothing."""
_LEAST = 0.5
"""Gain below which a frame is not worth a look, in masks that are mended from wrong to right."""
_WORTH = 0.1
"""Share of a frame's gain from which on an object is one to correct there."""
_SUSPECT = {Kind.SWAP: 0.4, Kind.DISAGREE: 0.5, Kind.JUMP: 0.5, Kind.SHRUNK: 0.55}
"""What confidence is held to be at most where this happened: it does not see it all."""
_BRIDGED = 2
"""Good frames between doubtful ones that do not end their span."""


@dataclass(frozen=True, slots=True)
class Look:
    """A frame to look at.

    gain: how many masks a correction is expected to mend, each counted by how much. objects: to
    correct there, the one with most to gain first. first, last: of the doubtful frames around it,
    of that one.
    """

    frame: int
    gain: float
    objects: tuple[int, ...]
    first: int
    last: int


def frames_to_look_at(
    confidence: Mapping[int, Mapping[int, float]],
    given: Mapping[int, Collection[int]],
    events: Collection[Event] = (),
    cuts: Collection[int] = (),
    *,
    count: int = 12,
) -> list[Look]:
    """Choose frames one after the other, each the one that mends most of what is left.

    A correction of an object in a frame is held to mend its masks near by, the less the further
    away, up to the given masks on either side and up to a cut; of several corrections the one that
    mends a mask most counts. So a neighbour of a chosen frame has nothing left to mend, and is not
    chosen.

    Args:
        confidence: expected IoU in [0, 1], by object and frame.
        given: for each object the frames in which a person gave its mask.
        events: see `events_of`.
        cuts: frames before which there is a cut.
        count: at most.

    Returns:
        The best first.
    """
    loss = _losses(_in_picture(confidence, events), given, events)
    walls = sorted(cuts)
    repairs = {
        ident: _Repair(each, sorted(given.get(ident, ())), walls) for ident, each in loss.items()
    }
    gains = dict[int, dict[int, float]]()
    for ident, repair in repairs.items():
        for frame in repair.loss:
            gains.setdefault(frame, {})[ident] = repair.gain(frame)
    chosen = list[Look]()
    while gains and len(chosen) < count:
        frame = max(gains, key=lambda f: (round(sum(gains[f].values()), 9), -f))
        gain = sum(gains[frame].values())
        if gain < _LEAST:
            break
        worth = [i for i, own in gains[frame].items() if own >= _WORTH * gain]
        objects = sorted(worth, key=lambda i: -gains[frame][i])
        chosen.append(Look(frame, gain, tuple(objects), *_span(loss[objects[0]], frame)))
        for ident in objects:
            for other in repairs[ident].correct(frame):
                gains[other][ident] = repairs[ident].gain(other)
    return chosen


class _Repair:
    """What corrections of one object mend.

    loss: what each doubtful mask lacks, by frame.
    """

    def __init__(self, loss: Mapping[int, float], edges: list[int], walls: list[int]) -> None:
        """Begin without a correction.

        Args:
            edges: frames in which it was given, rising. walls: frames before which there is a cut.
        """
        self.loss, self._edges, self._walls = loss, edges, walls
        self._mended = dict.fromkeys(loss, 0.0)

    def gain(self, frame: int) -> float:
        """What one more correction, in this frame, brings."""
        return sum(
            self.loss[other] * (share - self._mended[other])
            for other, share in self._reached(frame)
            if share > self._mended[other]
        )

    def correct(self, frame: int) -> list[int]:
        """Correct a frame; the frames in which a further correction now brings less."""
        for other, share in self._reached(frame):
            self._mended[other] = max(share, self._mended[other])
        near = range(frame - 2 * _FAR, frame + 2 * _FAR + 1)
        return [other for other in near if other in self.loss]

    def _reached(self, frame: int) -> Iterator[tuple[int, float]]:
        """Doubtful frames that a correction reaches, and how much of their loss it mends."""
        place, cut = bisect_left(self._edges, frame), bisect_right(self._walls, frame)
        low, high = frame - _FAR, frame + _FAR
        if place:
            low = max(low, self._edges[place - 1] + 1)
        if place < len(self._edges):
            high = min(high, self._edges[place] - 1)
        if cut:
            low = max(low, self._walls[cut - 1])
        if cut < len(self._walls):
            high = min(high, self._walls[cut] - 1)
        for other in range(low, high + 1):
            if other in self.loss:
                yield other, _SHARES[abs(other - frame)]


def frame_confidence(confidence: Mapping[int, Mapping[int, float]]) -> dict[int, float]:
    """For each frame, rising, the mean over its objects."""
    by_frame: dict[int, list[float]] = {}
    for each in confidence.values():
        for frame, value in each.items():
            by_frame.setdefault(frame, []).append(value)
    return {frame: sum(v) / len(v) for frame, v in sorted(by_frame.items())}


def listed_frames(
    confidence: Mapping[int, Mapping[int, float]],
    given: Mapping[int, Collection[int]],
    events: Collection[Event] = (),
) -> list[int]:
    """All frames that may be bad, rising: those of low mean confidence, or with a shrunken object.

    Frames in which all is given are not among them, and an object that left the picture is not
    missed there.
    """
    confidence = _in_picture(confidence, events)
    found = {f for f, mean in frame_confidence(confidence).items() if mean < DOUBTFUL}
    for event in events:
        if event.kind is Kind.SHRUNK:
            found |= {*range(event.frame, event.last + 1)}
    unsure = {
        frame
        for ident, each in confidence.items()
        for frame in each
        if frame not in given.get(ident, ())
    }
    return sorted(found & unsure)


def _in_picture(
    confidence: Mapping[int, Mapping[int, float]], events: Collection[Event]
) -> dict[int, dict[int, float]]:
    """Confidence without the frames of objects that left the picture: nobody can mend them."""
    left = {
        (event.ident, frame)
        for event in events
        if event.kind is Kind.LEFT
        for frame in range(event.frame, event.last + 1)
    }
    return {
        ident: {frame: value for frame, value in each.items() if (ident, frame) not in left}
        for ident, each in confidence.items()
    }


def _losses(
    confidence: Mapping[int, Mapping[int, float]],
    given: Mapping[int, Collection[int]],
    events: Collection[Event],
) -> dict[int, dict[int, float]]:
    """What each mask lacks to a good one, where that is worth a correction."""
    at_most: dict[tuple[int, int], float] = {}
    for event in events:
        limit = _SUSPECT.get(event.kind)
        if limit is not None:
            for frame in range(event.frame, event.last + 1):
                place = event.ident, frame
                at_most[place] = min(limit, at_most.get(place, 1.0))
    lost = dict[int, dict[int, float]]()
    for ident, each in confidence.items():
        known = {*given.get(ident, ())}
        held = {f: min(value, at_most.get((ident, f), 1.0)) for f, value in each.items()}
        lost[ident] = {
            frame: _GOOD - value
            for frame, value in held.items()
            if value < DOUBTFUL and frame not in known
        }
    return lost


def _span(frames: Collection[int], frame: int) -> tuple[int, int]:
    return next(run for run in runs(frames, _BRIDGED) if run[0] <= frame <= run[1])
