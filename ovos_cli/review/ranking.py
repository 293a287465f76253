"""Which frames to look at, in the order of what a correction there is expected to mend.

Pure: from confidence by object and frame, and what else is known, to frames.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping
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
    loss = _losses(confidence, given, events)
    edges = {ident: sorted(given.get(ident, ())) for ident in loss}
    reach = {
        ident: {frame: _reached(each, frame, edges[ident], sorted(cuts)) for frame in each}
        for ident, each in loss.items()
    }
    mended = {ident: dict.fromkeys(each, 0.0) for ident, each in loss.items()}
    chosen = list[Look]()
    while len(chosen) < count:
        gains = _gains(loss, reach, mended)
        if not gains:
            break
        frame = max(gains, key=lambda f: (round(sum(gains[f].values()), 9), -f))
        gain = sum(gains[frame].values())
        if gain < _LEAST:
            break
        worth = [i for i, own in gains[frame].items() if own >= _WORTH * gain]
        objects = sorted(worth, key=lambda i: -gains[frame][i])
        chosen.append(Look(frame, gain, tuple(objects), *_span(loss[objects[0]], frame)))
        for ident in objects:
            for other, share in reach[ident][frame].items():
                mended[ident][other] = max(share, mended[ident][other])
    return chosen


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

    Frames in which all is given are not among them.
    """
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


def _gains(
    loss: Mapping[int, Mapping[int, float]],
    reach: Mapping[int, Mapping[int, Mapping[int, float]]],
    mended: Mapping[int, Mapping[int, float]],
) -> dict[int, dict[int, float]]:
    """For each frame with anything to mend, what a correction of each such object brings."""
    gains: dict[int, dict[int, float]] = {}
    for ident, each in loss.items():
        for frame in each:
            gain = sum(
                each[other] * (share - mended[ident][other])
                for other, share in reach[ident][frame].items()
                if share > mended[ident][other]
            )
            if gain > 0:
                gains.setdefault(frame, {})[ident] = gain
    return gains


def _reached(
    frames: Collection[int], frame: int, edges: list[int], walls: list[int]
) -> dict[int, float]:
    """Frames that a correction reaches, and how much of what they lack it mends there."""
    far = math.ceil(3 * _REACH)
    place, cut = bisect_left(edges, frame), bisect_right(walls, frame)
    low = max(frame - far, edges[place - 1] + 1 if place else frame - far)
    high = min(frame + far, edges[place] - 1 if place < len(edges) else frame + far)
    low = max(low, walls[cut - 1]) if cut else low
    high = min(high, walls[cut] - 1) if cut < len(walls) else high
    return {
        other: math.exp(-abs(other - frame) / _REACH)
        for other in range(low, high + 1)
        if other in frames
    }


def _span(frames: Collection[int], frame: int) -> tuple[int, int]:
    return next(run for run in runs(frames, _BRIDGED) if run[0] <= frame <= run[1])
