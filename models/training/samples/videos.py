"""Clips of annotated videos (paper, section 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.random import Generator

from models.errors import InputError
from models.training.data.pairs import AnnotatedImage, Array, Video
from models.training.recipe import SamplesPart
from models.training.samples.choice import one_of
from models.training.samples.clip import NOTHING_SEEN, TRIES, Clip, assemble
from models.training.samples.cuts import cut_away
from models.training.samples.drift import drifting
from models.training.samples.pasting import Drifting, paste_several
from models.training.samples.warp import Jitter, Matrix, apply, random_affine, random_view


@dataclass(frozen=True)
class VideoClips:
    """Ordered frames of a video with random skips; some clips run backward.

    Now and then the annotated frame is far before the others, as it is late in a video; the
    paper's clips never are. Then the frame before those to segment may be given too: late in a
    video, what the first frame says is old, and what the previous one says is mostly right.
    What is pasted is one time in four a look-alike from another frame of the same video, else
    something of `others`, which are images; without any, of any video.
    """

    videos: Sequence[Video]
    """Each with as many frames as a clip, or more."""
    part: SamplesPart
    others: Sequence[AnnotatedImage] = ()

    def __call__(self, rng: Generator) -> Clip:
        """Draw a clip. Raises InputError: a picture cannot be read, or no object is found."""
        part = self.part
        for _ in range(TRIES):
            video = one_of(rng, self.videos)
            indices, given = self._indices(rng, video.length)
            images, masks = self._frames(rng, [video.frames[i] for i in indices])
            if (self.others or part.paste_videos) and rng.random() < part.paste_videos:
                others = partial(self._other, video)
                paste_several(rng, images, masks, others, part.most_pasted, part.beside)
            if part.cuts and rng.random() < part.cuts and (self.others or len(self.videos) > 1):
                cut_away(rng, (images, masks), self._scene(video, rng))
            clip = assemble(
                rng,
                images,
                masks,
                part.most_objects,
                part.drawn,
                given=given,
                alone=part.alone,
            )
            if clip is not None:
                return clip
        raise InputError(f"{TRIES} draws in a row gave no clip: {NOTHING_SEEN}")

    def _scene(self, video: Video, rng: Generator) -> Drifting:
        """Views of a still, or of a frame of another video."""
        apart = [one for one in self.videos if one is not video]
        pictures: Sequence[AnnotatedImage] = self.others
        if apart and (not pictures or rng.random() < 0.5):
            pictures = one_of(rng, apart).frames
        part = self.part
        return drifting(rng, one_of(rng, pictures), part.size, part.length, (0.5, 1.5))

    def _other(self, video: Video, rng: Generator) -> Drifting:
        if rng.random() < 0.25:
            other = one_of(rng, video.frames)
        elif self.others:
            other = one_of(rng, self.others)
        else:
            other = one_of(rng, one_of(rng, self.videos).frames)
        return drifting(rng, other, self.part.size, self.part.length, (0.8, 4.0))

    def _indices(self, rng: Generator, length: int) -> tuple[list[int], int]:
        """Frames of a clip and how many of them are given."""
        part = self.part
        skips = rng.integers(1, part.longest_skip + 1, part.length - 1)
        given = 1
        if rng.random() < part.far:
            room = length - 1 - int(skips[1:].sum())
            skips[0] = rng.integers(1, max(1, min(part.farthest, room)) + 1)
            if part.resumed and part.length > 2 and rng.random() < part.resumed:
                given = 2
        if skips.sum() >= length:  # a short video has short skips
            skips = rng.integers(1, (length - 1) // (part.length - 1) + 1, part.length - 1)
        offsets = np.concatenate([[0], np.cumsum(skips)])
        indices = rng.integers(0, length - offsets[-1]) + offsets
        if rng.random() < part.backward:
            indices = 2 * indices[0] + offsets[-1] - indices  # time reversed
        return [int(i) for i in indices], given

    def _frames(
        self, rng: Generator, pairs: Sequence[AnnotatedImage]
    ) -> tuple[list[Array], list[Array]]:
        """The same view of every frame, but for a little jitter."""
        view: Matrix | None = None
        size = self.part.size
        images, masks = [], []
        for pair in pairs:
            mask = pair.mask()
            if view is None:
                view = random_view(rng, mask.shape, size, area=(0.3, 1.3))
            jitter = random_affine(rng, Jitter(4, 3, 0.04, 0.02), size)
            image, mask = apply(jitter @ view, pair.image(), mask, (size, size))
            images.append(image)
            masks.append(mask)
        return images, masks
