"""Training clips: short sequences of frames with the same objects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from models.training.sources import IGNORE, Array, Pair, Video
from models.training.warp import (
    Colour,
    Jitter,
    Matrix,
    about,
    apply,
    random_affine,
    random_view,
    visible_objects,
)

_SMALLEST = 0.003
"""Least share of the view that an object covers in the first frame."""


@dataclass(frozen=True, slots=True)
class Clip:
    """T frames of one scene.

    frames: (T, 3, S, S) uint8 RGB. ids: (T, S, S) uint8, 0 background, 1..O objects,
    255 ignored; every object is seen in the first frame.
    """

    frames: Tensor
    ids: Tensor
    objects: int


def _assemble(rng: Generator, images: list[Array], masks: list[Array], most: int) -> Clip | None:
    """Choose objects, give them ids 1..O and adjust colours; None if the first frame has none."""
    seen = visible_objects(masks[0], _SMALLEST)
    if not seen:
        return None
    chosen = rng.permutation(seen)[:most]
    table = np.zeros(256, np.uint8)
    table[chosen] = np.arange(1, len(chosen) + 1)
    table[IGNORE] = IGNORE
    scene = Colour.draw(rng, 0.15, grey=0.05)
    frames = np.stack([Colour.draw(rng, 0.02)(scene(image)) for image in images])
    return Clip(
        torch.from_numpy(frames).permute(0, 3, 1, 2).contiguous(),
        torch.from_numpy(table[np.stack(masks)]),
        len(chosen),
    )


@dataclass(frozen=True)
class VideoClips:
    """Ordered frames of a video with random skips (paper, section 4.1), forward or backward.

    far: how often the annotated frame is up to `farthest` frames before the others, as it is
    late in a video; the paper's clips never are.
    """

    videos: Sequence[Video]
    size: int = 384
    length: int = 4
    longest_skip: int = 5
    most_objects: int = 2
    far: float = 0.4
    farthest: int = 25

    def __call__(self, rng: Generator) -> Clip:
        while True:
            video = self.videos[int(rng.integers(len(self.videos)))]
            skips = rng.integers(1, self.longest_skip + 1, self.length - 1)
            if rng.random() < self.far:
                skips[0] = rng.integers(1, self.farthest + 1)
            offsets = np.concatenate([[0], np.cumsum(skips)])
            if offsets[-1] >= video.length:
                continue
            indices = rng.integers(0, video.length - offsets[-1]) + offsets
            if rng.random() < 0.5:
                indices = 2 * indices[0] + offsets[-1] - indices  # time reversed
            pairs = [video.frames[i] for i in indices]
            view: Matrix | None = None
            images, masks = [], []
            for pair in pairs:
                mask = pair.mask()
                if view is None:
                    view = random_view(rng, mask.shape, self.size, area=(0.3, 1.3))
                jitter = random_affine(rng, Jitter(4, 3, 0.04, 0.02), self.size)
                image, mask = apply(jitter @ view, pair.image(), mask, (self.size, self.size))
                images.append(image)
                masks.append(mask)
            clip = _assemble(rng, images, masks, self.most_objects)
            if clip is not None:
                return clip


@dataclass(frozen=True)
class StillClips:
    """Clips simulated from stills by affine motion; a second object may be pasted and move too."""

    pairs: Sequence[Pair]
    size: int = 384
    length: int = 4
    paste: float = 0.6
    most_objects: int = 2

    def __call__(self, rng: Generator) -> Clip:
        while True:
            pair = self._draw(rng)
            images, masks = self._move(rng, pair, (0.5, 1.5))
            if rng.random() < self.paste:
                # The same still again is the hardest look-alike.
                other = pair if rng.random() < 0.25 else self._draw(rng)
                self._paste(rng, images, masks, *self._move(rng, other, (0.8, 4.0)))
            clip = _assemble(rng, images, masks, self.most_objects)
            if clip is not None:
                return clip

    def _draw(self, rng: Generator) -> Pair:
        return self.pairs[int(rng.integers(len(self.pairs)))]

    def _move(
        self, rng: Generator, pair: Pair, area: tuple[float, float]
    ) -> tuple[list[Array], list[Array]]:
        """Views of one still along a smooth affine drift with some jitter."""
        image, mask = pair.image(), pair.mask()
        view = random_view(rng, mask.shape, self.size, area)
        drift = random_affine(rng, Jitter(6, 3, 0.12, 0.06), self.size)
        images, masks = [], []
        for _ in range(self.length):
            shake = random_affine(rng, Jitter(10, 6, 0.08, 0.04), self.size)
            moved, ids = apply(shake @ view, image, mask, (self.size, self.size))
            images.append(moved)
            masks.append(ids)
            view = drift @ view
        return images, masks

    def _paste(
        self,
        rng: Generator,
        images: list[Array],
        masks: list[Array],
        theirs: list[Array],
        ids: list[Array],
    ) -> None:
        """Paste one object of another clip over this one, as an object or as an unknown thing."""
        candidates = visible_objects(ids[0], _SMALLEST)
        if not candidates:
            return
        chosen = int(rng.choice(candidates))
        label = 254 if rng.random() < 0.6 else 0
        dx, dy = rng.integers(-self.size // 2, self.size // 2, 2)
        shift = (float(dx), float(dy))
        for image, mask, source, source_ids in zip(images, masks, theirs, ids, strict=True):
            moved, moved_ids = apply(
                about((0, 0), np.eye(2), shift), source, source_ids, mask.shape
            )
            inside = moved_ids == chosen
            image[inside] = moved[inside]
            mask[inside] = label


@dataclass(frozen=True)
class Mixture:
    """Draws from several sources of clips by weight."""

    parts: Sequence[tuple[float, VideoClips | StillClips]]

    def __call__(self, rng: Generator) -> Clip:
        weights = np.array([weight for weight, _ in self.parts])
        index = int(rng.choice(len(weights), p=weights / weights.sum()))
        return self.parts[index][1](rng)
