"""Clips simulated from still images by affine motion (paper, section 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from numpy.random import Generator

from models.errors import InputError
from models.training.data.pairs import AnnotatedImage
from models.training.recipe import SamplesPart
from models.training.samples.choice import one_of
from models.training.samples.clip import NOTHING_SEEN, TRIES, Clip, assemble
from models.training.samples.cuts import cut_away
from models.training.samples.drift import drifting
from models.training.samples.pasting import Drifting, paste_several


@dataclass(frozen=True)
class StillClips:
    """Clips of one still each; up to `most_pasted` others may be pasted, and move too."""

    pairs: Sequence[AnnotatedImage]
    part: SamplesPart

    def __call__(self, rng: Generator) -> Clip:
        """Draw a clip. Raises InputError: a picture cannot be read, or no object is found."""
        part = self.part
        for _ in range(TRIES):
            pair = one_of(rng, self.pairs)
            images, masks = drifting(
                rng,
                pair,
                part.size,
                part.length,
                (0.5, 1.5),
                parts=part.parts,
                strings=part.strings,
            )
            if rng.random() < part.paste:
                others = partial(self._other, pair)
                paste_several(rng, images, masks, others, part.most_pasted, part.beside)
            if part.cuts and rng.random() < part.cuts:
                scene = one_of(rng, self.pairs)
                if scene != pair:
                    views = drifting(rng, scene, part.size, part.length, (0.5, 1.5))
                    cut_away(rng, (images, masks), views)
            clip = assemble(rng, images, masks, part.most_objects, part.drawn, alone=part.alone)
            if clip is not None:
                return clip
        raise InputError(f"{TRIES} draws in a row gave no clip: {NOTHING_SEEN}")

    def _other(self, pair: AnnotatedImage, rng: Generator) -> Drifting:
        # The same still again is the hardest look-alike.
        other = pair if rng.random() < 0.25 else one_of(rng, self.pairs)
        return drifting(rng, other, self.part.size, self.part.length, (0.8, 4.0))
