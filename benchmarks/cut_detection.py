"""Whether cuts are found, and nothing else is taken for one.

    python benchmarks/cut_detection.py DAVIS

DAVIS is a root of DAVIS 2016, in whose sequences there is no cut. Prints how many pairs of
neighbouring frames are taken for a cut, as they are and changed as light and cameras do, and of
how many pairs of different shots it is found; and beside it what the mean difference of colours
does, PySceneDetect's `ContentDetector` at its threshold, 27.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from models.functional.cuts import is_cut, shrunk

Image = NDArray[np.uint8]
Pairs = dict[str, list[tuple[Image, Image]]]

_WIDTH, _HEIGHT = 256, 144
"""Frames are measured at this size: enough, for what is looked at is smaller."""
_OTHERS, _GAP, _EVERY = 25, 40, 5
_CONTENT = 27.0


def _read(folder: Path) -> list[Image]:
    """The frames of a sequence, small."""
    frames = []
    for file in sorted(folder.glob("*.jpg")):
        frame = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
        frames.append(cv2.resize(frame, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA))
    return frames


def _lit(frame: Image, gain: float, offset: float = 0) -> Image:
    return np.clip(frame * gain + offset, 0, 255).astype(np.uint8)


def _view(frame: Image, share: float, right: float = 0, down: float = 0) -> Image:
    """A part of a frame, so many pixels from its middle, as large as the whole."""
    x, y = _WIDTH * (1 - share) / 2 + right, _HEIGHT * (1 - share) / 2 + down
    width, height = int(_WIDTH * share), int(_HEIGHT * share)
    left, top = int(np.clip(x, 0, _WIDTH - width)), int(np.clip(y, 0, _HEIGHT - height))
    return cv2.resize(frame[top : top + height, left : left + width], (_WIDTH, _HEIGHT))


def _within(videos: list[list[Image]], chance: np.random.Generator) -> Pairs:
    """Pairs of one shot."""
    pairs: Pairs = {"as they are": [], "every second frame": []}
    changes: dict[str, Callable[[Image, Image], tuple[Image, Image]]] = {
        "a quarter darker": lambda a, b: (a, _lit(b, 0.75)),
        "a flash": lambda a, b: (a, _lit(b, 1.5, 50)),
        "dark": lambda a, b: (_lit(a, 0.12), _lit(b, 0.12)),
        "a shaking camera": lambda a, b: (
            _view(a, 0.88),
            _view(b, 0.88, *chance.uniform(-12, 12, 2)),
        ),
    }
    for video in videos:
        pairs["as they are"] += pairwise(video)
        pairs["every second frame"] += zip(video, video[2:], strict=False)
        for name, change in changes.items():
            some = zip(video[::_EVERY], video[1::_EVERY], strict=False)
            pairs.setdefault(name, []).extend(change(a, b) for a, b in some)
    return pairs


def _across(videos: list[list[Image]], chance: np.random.Generator) -> Pairs:
    """Pairs of two shots."""

    def others() -> Iterator[tuple[Image, Image]]:
        for index, video in enumerate(videos):
            for _ in range(_OTHERS):
                other = videos[(index + chance.integers(1, len(videos))) % len(videos)]
                yield video[chance.integers(len(video))], other[chance.integers(len(other))]

    some = [
        pair for video in videos for pair in zip(video[::_EVERY], video[1::_EVERY], strict=False)
    ]
    return {
        "another sequence": [*others()],
        "another, both dark": [(_lit(a, 0.12), _lit(b, 0.12)) for a, b in others()],
        "40 frames later": [
            pair for v in videos for pair in zip(v[::_EVERY], v[_GAP::_EVERY], strict=False)
        ],
        "mirrored": [(a, np.ascontiguousarray(b[:, ::-1])) for a, b in some],
        "half as wide a view": [
            (a, _view(b, 0.5, chance.uniform(-48, 48), chance.uniform(-28, 28))) for a, b in some
        ],
    }


def _content_is_cut(before: Image, after: Image) -> bool:
    a, b = (cv2.cvtColor(x, cv2.COLOR_RGB2HSV).astype(np.float32) for x in (before, after))
    return bool(np.abs(a - b).mean() >= _CONTENT)


def main(root: Annotated[Path, typer.Argument(help="A root of DAVIS 2016.")]) -> None:
    """Compare and print."""
    console, chance = Console(stderr=True), np.random.default_rng(0)
    folders = sorted((root / "JPEGImages/480p").iterdir())
    videos = [_read(folder) for folder in track(folders, "reading", console=console)]
    for title, pairs in (("within a shot", _within), ("across a cut", _across)):
        table = Table(title, "pairs", "taken for a cut", "mean difference of colours")
        for name, found in track([*pairs(videos, chance).items()], title, console=console):
            ours = sum(is_cut(shrunk(a), shrunk(b)) for a, b in found)
            plain = sum(_content_is_cut(a, b) for a, b in found)
            shares = (f"{count} ({count / len(found):.1%})" for count in (ours, plain))
            table.add_row(name, str(len(found)), *shares)
        Console().print(table)


if __name__ == "__main__":
    typer.run(main)
