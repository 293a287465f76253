"""What happened to objects, of which a person should know. Pure."""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from ovos_cli.review.history import History, Track, given_area, runs


class Kind(StrEnum):
    """What happened, as a person would say it."""

    LOST = "lost"
    BACK = "came back"
    LEFT = "left the picture"
    SHRUNK = "small beside its given mask"
    AREA = "area jumps"
    JUMP = "position jumps"
    OVERLAP = "touches another object"
    SWAP = "may have been swapped"
    DISAGREE = "forward and backward disagree"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the frames from `frame` to `last`, both included.

    ident: of the object; 0 is the whole frame's. other: of a second object, or 0. note: numbers,
    for people; may be empty.
    """

    frame: int
    ident: int
    kind: Kind
    last: int
    other: int = 0
    note: str = ""


_SHRUNK = 0.4
"""Share of its given mask's area below which an object is worth a look."""
_LEAVING = 0.5
"""Share of that area that is left of an object at the edge which leaves the picture."""
_AREA_JUMP, _USUAL_AREA = 1.5, 4.0
"""A jump of the area is by this factor, and so many times what is usual for the object."""
_JUMP, _USUAL_WAY = 0.5, 4.0
"""The same of the way of its centre, in square roots of its area."""
_OVERLAP_LEFT = 0.3
"""IoU of two masks in a row that leaves no doubt of a jump."""
_BESIDE = 0.15
"""Share of an outline that borders on another object."""
_TAKEN = 0.5
"""Share of a mask that was another object's a frame ago."""
_DISAGREE = 0.5
_BRIDGED = 3
"""Frames between two of a kind that make one event of them."""


def events_of(history: History, cuts: Collection[int] = ()) -> list[Event]:
    """All events, in the order of frames.

    Args:
        history: of every object.
        cuts: frames before which there is a cut: what jumps there is no event.
    """
    found = [Event(frame, 0, Kind.CUT, frame) for frame in cuts]
    for ident, track in history.items():
        found += _sight(ident, track)
        found += _shrunk(ident, track)
        found += _jumps(ident, track, cuts)
        found += _others(ident, track, cuts)
        apart = [f for f, s in track.items() if s.agreement is not None and s.agreement < _DISAGREE]
        for first, last in runs(apart, _BRIDGED):
            least = min(track[f].agreement or 0.0 for f in apart if first <= f <= last)
            found.append(
                Event(first, ident, Kind.DISAGREE, last, note=f"overlap down to {least:.0%}")
            )
    return sorted(found, key=lambda e: (e.frame, e.ident, e.kind, e.other))


def _sight(ident: int, track: Track) -> Iterator[Event]:
    """Where it went out of sight, and where it came back.

    What leaves the picture is less and less of it. What is large to the end is lost, at the edge
    too.
    """
    beside = given_area(track)
    unseen = [frame for frame, seen in track.items() if not seen.area]
    for first, last in runs(unseen):
        before, after = track.get(first - 1), track.get(last + 1)
        left = before is not None and before.at_edge and before.area < _LEAVING * beside[first]
        yield Event(first, ident, Kind.LEFT if left else Kind.LOST, last)
        if after is not None and not after.given:
            yield Event(last + 1, ident, Kind.BACK, last + 1)


def _shrunk(ident: int, track: Track) -> Iterator[Event]:
    beside = given_area(track)
    small = [f for f, s in track.items() if s.area and s.area < _SHRUNK * beside[f]]
    for first, last in runs(small, _BRIDGED):
        least = min(track[f].area / beside[f] for f in small if first <= f <= last)
        yield Event(first, ident, Kind.SHRUNK, last, note=f"{least:.0%} of the area")


def _jumps(ident: int, track: Track, cuts: Collection[int]) -> Iterator[Event]:
    """Jumps of area and position from one frame to the next, beyond what it does all the time."""
    areas, ways = dict[int, float](), dict[int, float]()
    for frame, seen in track.items():
        before = track.get(frame - 1)
        if before is None or frame in cuts or seen.given or before.given:
            continue  # what a person draws is of another size, and no fault
        if before.centre is None or seen.centre is None:
            continue
        areas[frame] = abs(math.log(seen.area / before.area))
        side = math.sqrt(max(seen.area, before.area))
        ways[frame] = math.dist(seen.centre, before.centre) / side
    if not areas:
        return
    usual_area, usual_way = median(areas.values()), median(ways.values())
    for frame, change in areas.items():
        if change > max(math.log(_AREA_JUMP), _USUAL_AREA * usual_area):
            ratio = track[frame].area / track[frame - 1].area
            yield Event(frame, ident, Kind.AREA, frame, note=f"to {ratio:.0%} in one frame")
    for frame, way in ways.items():
        kept = track[frame].kept
        far = way > max(_JUMP, _USUAL_WAY * usual_way)
        if far and (kept is None or kept < _OVERLAP_LEFT):
            yield Event(frame, ident, Kind.JUMP, frame, note=f"by {way:.1f} of its size")


def _others(ident: int, track: Track, cuts: Collection[int]) -> Iterator[Event]:
    """Where it touches others, and where it takes their place."""
    touched: dict[int, list[int]] = {}
    for frame, seen in track.items():
        for other, share in seen.beside.items():
            if share >= _BESIDE:
                touched.setdefault(other, []).append(frame)
        if seen.given or frame in cuts:
            continue
        for other, share in seen.taken.items():
            if share >= _TAKEN:
                note = f"{share:.0%} of it was object {other} a frame before"
                yield Event(frame, ident, Kind.SWAP, _while_seen(track, frame), other, note)
    for other, frames in touched.items():
        for first, last in runs(frames, _BRIDGED):
            yield Event(first, ident, Kind.OVERLAP, last, other)


def _while_seen(track: Track, frame: int) -> int:
    """The last frame before an object is out of sight or given again, or the last of all."""
    last = frame
    while (after := track.get(last + 1)) is not None and after.area and not after.given:
        last += 1
    return last
