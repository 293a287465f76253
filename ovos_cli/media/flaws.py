"""What is wrong with a video, and which of its frames that concerns."""

from collections.abc import Iterable
from itertools import pairwise

_SHOWN = 8
"""Most runs of frames that a sentence lists."""


class Flaws:
    """What a forward read found; frames are numbered as it gives them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lost: dict[int, int] = {}
        self._doubtful: set[int] = set()
        self._end: tuple[int, str] | None = None

    def add_lost(self, packet: int, frame: int) -> None:
        """A packet that cannot be decoded; `frame` is the first one to come out after it."""
        self._lost[packet] = frame

    def add_doubtful(self, frame: int) -> None:
        """A frame that is damaged, or leans on what is."""
        self._doubtful.add(frame)

    def set_end(self, frame: int, text: str) -> None:
        """The last frames are missing: those from `frame` on."""
        self._end = (frame, text)

    def harm(self, last: int | None) -> bool:
        """Whether anything up to the frame `last` is damaged or missing; None is the end."""
        return bool(self.texts("", last))

    def texts(self, name: str, last: int | None) -> list[str]:
        """What to tell of the frames up to `last`; None is the end."""
        reached = [f for f in self._doubtful if last is None or f <= last]
        gaps = [f for f in self._lost.values() if last is None or f <= last]
        texts = []
        if gaps:
            texts.append(f"{name} is damaged {_after(gaps)}")
        if reached:
            texts.append(
                f"{name} is damaged at {_listed(reached)}; what could be decoded of "
                f"{'it' if len(reached) == 1 else 'them'} was used"
            )
        if self._end and (last is None or self._end[0] <= last):
            texts.append(f"{name} {self._end[1]}; the frames before them were used")
        return texts


def _after(gaps: list[int]) -> str:
    places = sorted({gap - 1 for gap in gaps})
    where = "at its start" if places == [-1] else f"after {_listed(p for p in places if p >= 0)}"
    what = "a packet" if len(gaps) == 1 else f"{len(gaps)} packets"
    return (
        f"{where}: {what} could not be decoded and {'was' if len(gaps) == 1 else 'were'} passed "
        "over; frames are counted without"
    )


def _listed(frames: Iterable[int]) -> str:
    """Frames as people name them: frame 3; frames 3 to 8 and 12."""
    numbers = sorted(frames)
    cuts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(numbers)) if b > a + 1), len(numbers)]
    runs = [(numbers[a], numbers[b - 1]) for a, b in pairwise(cuts)]
    parts = [str(a) if a == b else f"{a} to {b}" for a, b in runs[:_SHOWN]]
    if len(runs) > _SHOWN:
        parts.append("others")
    last = parts.pop()
    text = f"{', '.join(parts)} and {last}" if parts else last
    return f"frame{'s' * (len(numbers) > 1)} {text}"
