"""Which frames went worst: the ones that a reader wants to see."""

from collections import Counter
from dataclasses import dataclass

from ovos_cli.html_report.runs import Run

_APART = 5
"""Scored frames between two choices of one object: neighbours show the same failure."""
_EACH, _EACH_SEQUENCE = 2, 3
"""Most choices of one object and of one sequence: one lost object must not fill the page."""


@dataclass(frozen=True, slots=True)
class WorstFrame:
    """An object in a frame. position: index in the sequence; j, f in [0, 1]."""

    sequence: str
    ident: int
    frame: str
    position: int
    j: float
    f: float

    @property
    def score(self) -> float:
        """J&F."""
        return (self.j + self.f) / 2


def worst_frames(run: Run, count: int) -> list[WorstFrame]:
    """Pick up to `count` frames with the lowest J&F, worst first, spread over objects and time."""
    candidates = [
        WorstFrame(sequence.name, ident, frame, sequence.frames.index(frame), j, f)
        for sequence in run.sequences.values()
        for ident, o in sequence.objects.items()
        for frame, j, f in zip(o.frames, o.j, o.f, strict=True)
    ]
    chosen: list[WorstFrame] = []
    taken: Counter[tuple[object, ...]] = Counter()
    for one in sorted(candidates, key=lambda c: c.score):
        key, whole = (one.sequence, one.ident), (one.sequence,)
        near = any(
            (c.sequence, c.ident) == key and abs(c.position - one.position) < _APART for c in chosen
        )
        if near or taken[key] >= _EACH or taken[whole] >= _EACH_SEQUENCE:
            continue
        chosen.append(one)
        taken.update((key, whole))
        if len(chosen) == count:
            break
    return chosen
