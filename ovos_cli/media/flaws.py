"""What is wrong with a video, and which of its frames that concerns."""

from collections.abc import Iterable
from itertools import pairwise

from ovos_cli.media.oddities import Oddity

_SHOWN = 8
"""Most runs of frames that a sentence lists."""


class Flaws:
    """What a forward read found; frames are numbered as it gives them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lost: dict[int, int] = {}
        self._holes: set[int] = set()
        self._doubtful: set[int] = set()
        self._resized: dict[int, tuple[int, int]] = {}
        self._odd: dict[Oddity, int] = {}
        self._end: tuple[int, str] | None = None

    def add_lost(self, packet: int, frame: int) -> None:
        """A packet that cannot be decoded; `frame` is the first one to come out after it."""
        self._lost[packet] = frame

    def add_hole(self, frame: int) -> None:
        """Some frames before this one are missing."""
        self._holes.add(frame)

    def add_doubtful(self, frame: int) -> None:
        """A frame that is damaged, or leans on what is."""
        self._doubtful.add(frame)

    def add_resized(self, frame: int, size: tuple[int, int]) -> None:
        """From this frame on, frames are stored in another width and height than the first."""
        self._resized[frame] = size

    def add_odd(self, frame: int, oddity: Oddity) -> None:
        """A frame that is sound, and yet; the first one of a kind is told."""
        self._odd[oddity] = min(frame, self._odd.get(oddity, frame))

    def set_end(self, frame: int, text: str) -> None:
        """Those from `frame` on, the last ones, are missing: what to say of it."""
        self._end = (frame, text)

    def harm(self, last: int | None) -> bool:
        """Whether anything up to the frame `last` is damaged or missing; None is the end."""
        return bool(self._harm("", last))

    def texts(self, name: str, last: int | None) -> list[str]:
        """What to tell of the frames up to `last`; None is the end."""
        odd = [
            f"frame {frame} of {name} {oddity.value}"
            for oddity, frame in self._odd.items()
            if _until(last, [frame])
        ]
        return [*self._harm(name, last), *self._change(name, last), *odd]

    def _harm(self, name: str, last: int | None) -> list[str]:
        doubtful, gaps = _until(last, self._doubtful), _until(last, self._lost.values())
        texts = []
        if gaps:
            texts.append(f"{name} is damaged {_after(gaps)}")
        if holes := _until(last, self._holes):
            texts.append(
                f"{name} is damaged {_place(holes)}: frames are missing there, and are not counted"
            )
        if doubtful:
            texts.append(
                f"{name} is damaged at {_listed(doubtful)}; what could be decoded of "
                f"{'it' if len(doubtful) == 1 else 'them'} was used"
            )
        if self._end and _until(last, [self._end[0]]):
            texts.append(f"{name} {self._end[1]}; the frames before them were used")
        return texts

    def _change(self, name: str, last: int | None) -> list[str]:
        frames = _until(last, self._resized)
        if not frames:
            return []
        width, height = self._resized[min(frames)]
        return [
            f"{name} changes its size at {_listed(frames)}, first to {width}x{height}; what has "
            "another size than its first frame was scaled to that"
        ]


def _until(last: int | None, frames: Iterable[int]) -> list[int]:
    # All of them at once: a thread that reads may be adding to them.
    return [frame for frame in tuple(frames) if last is None or frame <= last]


def _after(gaps: list[int]) -> str:
    what = "a packet" if len(gaps) == 1 else f"{len(gaps)} packets"
    return (
        f"{_place(gaps)}: {what} could not be decoded and {'was' if len(gaps) == 1 else 'were'} "
        "passed over; frames are counted without"
    )


def _place(gaps: list[int]) -> str:
    """Where something is missing that comes before these frames."""
    before = {gap - 1 for gap in gaps}
    return "at its start" if before == {-1} else f"after {_listed(before - {-1})}"


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
