"""A source in memory, for tests of what is done with frames."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from models.errors import InputError
from ovos_cli.media.frame import Frame


class StillFrames:
    """Frames of a textured square that moves to the right; counts what is read."""

    def __init__(self, count: int, height: int = 48, width: int = 64) -> None:
        noise = np.random.default_rng(0)
        ground = noise.integers(0, 90, (height, width, 3)).astype(np.uint8)
        square = noise.integers(120, 255, (20, 20, 3)).astype(np.uint8)
        self.images, self.truth = [], []
        for index in range(count):
            image, ids = ground.copy(), np.zeros((height, width), np.uint8)
            image[14:34, 4 + index : 24 + index] = square
            ids[14:34, 4 + index : 24 + index] = 1
            self.images.append(image)
            self.truth.append(ids)
        self.start, self.end = 0, None
        self.estimate: int | None = count
        self.names: list[str] | None = [f"{i:05d}" for i in range(count)]
        self.counted, self.seekable, self.whole = True, True, True
        self.rate, self.aspect = Fraction(24), None
        self.warnings: list[str] = []
        self.read: list[int] = []

    def covers(self, stem: str) -> bool:
        return stem in (self.names or ())

    def frame(self, index: int) -> Frame:
        if index >= len(self.images):
            raise InputError("past the end")
        self.read.append(index)
        return Frame(index, f"{index:05d}", self.images[index], Fraction(index, 24))

    def between(self, first: int, last: int, *, backward: bool = False) -> Iterator[Frame]:
        frames = range(first, min(last, len(self.images) - 1) + 1)
        yield from map(self.frame, reversed(frames) if backward else frames)

    def __iter__(self) -> Iterator[Frame]:
        return self.between(self.start, len(self.images))

    def count(self) -> int:
        return len(self.images)

    def last(self) -> int:
        return len(self.images) - 1
