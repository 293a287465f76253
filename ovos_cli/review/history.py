"""What became of each object, frame by frame, as plain data."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ovos_cli.shot import origins

GIVEN = frozenset({origins.GIVEN, origins.LOCKED})
"""Where masks come from that a person is sure of."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One object in one frame in which it is followed.

    confidence: expected IoU of its mask with the truth, in [0, 1]. origin: given, locked, forward,
    backward or merged. area: pixels of the source. centre: (y, x) in pixels; None without any
    area. at_edge: whether it touches the picture's edge. kept: IoU with its own mask in the frame
    before, None where there is none. beside: for each other object the share of this one's outline
    that borders on it. taken: for each other object the share of this one's area that was its in
    the frame before. agreement: IoU of what the forward and the backward way found; None where one
    of them alone was there.
    """

    confidence: float
    origin: str
    area: float
    centre: tuple[float, float] | None = None
    at_edge: bool = False
    kept: float | None = None
    beside: Mapping[int, float] = field(default_factory=dict)
    taken: Mapping[int, float] = field(default_factory=dict)
    agreement: float | None = None

    @property
    def given(self) -> bool:
        """Whether a person gave the mask."""
        return self.origin in GIVEN


Track = Mapping[int, Seen]
"""By frame, rising."""
History = Mapping[int, Track]
"""By object."""


def given_frames(history: History) -> dict[int, list[int]]:
    """For each object the frames in which a person gave its mask, rising."""
    return {
        ident: [frame for frame, seen in track.items() if seen.given]
        for ident, track in history.items()
    }


def confidence(history: History) -> dict[int, dict[int, float]]:
    """By object and frame, as the ranking takes it."""
    return {
        ident: {frame: seen.confidence for frame, seen in track.items()}
        for ident, track in history.items()
    }


def given_area(track: Track) -> dict[int, float]:
    """For each frame of a track the area of the given mask that is nearest to it.

    Without any, that of the first mask with an area.
    """
    known = [frame for frame, seen in track.items() if seen.given and seen.area]
    known = known or [frame for frame, seen in track.items() if seen.area][:1]
    if not known:
        return {}
    found = dict[int, float]()
    for frame in track:
        place = bisect_left(known, frame)
        nearest = min(known[max(0, place - 1) : place + 1], key=lambda one: abs(one - frame))
        found[frame] = track[nearest].area
    return found


def runs(frames: Iterable[int], bridged: int = 0) -> list[tuple[int, int]]:
    """(first, last) of each run of frames; gaps of up to `bridged` frames do not end one."""
    found = list[tuple[int, int]]()
    for frame in sorted(frames):
        if found and frame - found[-1][1] <= bridged + 1:
            found[-1] = found[-1][0], frame
        else:
            found.append((frame, frame))
    return found
