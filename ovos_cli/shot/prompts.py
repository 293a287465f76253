"""What a person said of a shot: which object is given where, and where it is out of sight."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

_APART = 64
"""Frames from one representative of locked frames to the next."""


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A frame of which a person gave masks.

    objects: ids of those given. digest: of the masks' pixels: another one is another correction.
    locked: the frame's masks are final: whatever is not among `objects` is not in the frame.
    """

    objects: frozenset[int]
    digest: str
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Frames from `first` to `last`, included; None is until its object is given again."""

    first: int
    last: int | None


@dataclass(frozen=True)
class Prompts:
    """All of it, without the pixels. Frames are numbered as in the source.

    keyframes: by frame. absences: for each object, when it is out of sight. locked: frames that are
    neither computed nor looked at; those of them that count are keyframes too. first, last: of the
    range of frames; None is the end of the source. forward: nothing is looked for before its first
    mask, nor backward from a later one.
    """

    keyframes: Mapping[int, Keyframe]
    first: int = 0
    last: int | None = None
    absences: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    locked: frozenset[int] = frozenset()
    forward: bool = False

    @cached_property
    def given(self) -> dict[int, list[int]]:
        """For each object, rising ids, the frames in which it is given, rising."""
        frames: dict[int, list[int]] = {}
        for frame, keyframe in sorted(self.keyframes.items()):
            for ident in keyframe.objects:
                frames.setdefault(ident, []).append(frame)
        return dict(sorted(frames.items()))

    @cached_property
    def extent(self) -> tuple[int, int]:
        """Nothing is said of frames before the first of these, nor after the second."""
        spans = [span for spans in self.absences.values() for span in spans]
        firsts = [*self.keyframes, *(span.first for span in spans)]
        lasts = [*self.keyframes, *(max(span.first, span.last or 0) + 1 for span in spans)]
        return min(firsts), max(lasts)

    def beside(self, ident: int, frame: int) -> tuple[int | None, int | None]:
        """The nearest frames before and after another one in which an object is given."""
        given = self.given[ident]
        before, after = bisect_left(given, frame), bisect_right(given, frame)
        return (given[before - 1] if before else None), (given[after] if given[after:] else None)

    def away(self, ident: int, frame: int) -> bool:
        """Whether an object is said to be out of sight in a frame."""
        keyframe = self.keyframes.get(frame)
        if keyframe is not None and ident in keyframe.objects:
            return False
        return (keyframe is not None and keyframe.locked) or any(
            span.first <= frame <= self._end(ident, span) for span in self.absences.get(ident, ())
        )

    def begins_with_mask(self, ident: int) -> bool:
        """Whether an object is not looked for before its first mask: it is out of sight there."""
        begin, spans = self.given[ident][0], self.absences.get(ident, ())
        return self.forward or any(
            s.first <= self.first and s.last is not None and s.last >= begin - 1 for s in spans
        )

    def gone(self, ident: int, frame: int) -> bool:
        """Whether it is away for good, as far as can be said going forward."""
        begun = [s for s in self.absences.get(ident, ()) if s.last is None and s.first <= frame]
        return bool(begun) and self.given[ident][-1] < max(s.first for s in begun)

    def _end(self, ident: int, span: Span) -> float:
        if span.last is not None:
            return span.last
        given = self.given[ident]
        later = bisect_left(given, span.first)
        return given[later] - 1 if later < len(given) else float("inf")


def representatives(present: Mapping[int, frozenset[int]]) -> list[int]:
    """Of locked frames, those that are remembered: few, and every object is in some of them.

    They are the ends of each run of frames, some between them, and the first and the last frame of
    a run that shows an object.

    Args:
        present: for each locked frame, the ids in its masks.
    """
    chosen = set[int]()
    for frame, ids in present.items():
        ends = frame - 1 not in present or frame + 1 not in present
        newly = ids - present.get(frame - 1, frozenset()) or ids - present.get(
            frame + 1, frozenset()
        )
        if ends or newly or frame % _APART == 0:
            chosen.add(frame)
    return sorted(chosen)
