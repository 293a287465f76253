"""Whether a mask of ids can be compared with a sequence's annotations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.errors import InputError
from models.pictures.mask_doubts import refuse_unclear
from ovos_cli.datasets.annotation import Colour, Ids, Picture

_WHITE = 255
_MOST_IDS = 32
"""Objects in one frame; with more shades than that, a mask has soft edges."""


@dataclass(frozen=True)
class MaskCheck:
    """What the masks of one sequence must be; small, so that it travels to other processes.

    known: ids that a mask may have beside 0; None is any. colours: of the objects, in the
    annotations' palette. shaded: whether shades between black and white are as good as ids.
    """

    known: frozenset[int] | None = None
    colours: Mapping[Colour, int] = field(default_factory=dict)
    shaded: bool = True

    def __call__(self, mask: Path, picture: Picture, ids: Ids) -> None:
        """Check a mask.

        Args:
            mask: its file.
            picture: what is in it.
            ids: (H, W), the picture's values as ids.

        Raises:
            InputError: it has 255 that is neither void nor the object, ids that the sequence has
                not, or another's colours for them, or is black and white where there are several
                objects, or has soft edges, of which each shade would be an object.
        """
        if self.known is not None:
            refuse_unclear(mask, picture.values, shown_white=picture.shown_white)
            if len(self.known) > 1:
                self._check_white(mask, picture)
            self._check_ids(mask, ids, self.known)
            self._check_colours(mask, picture.palette, self.known)
        elif not self.shaded and all(r == g == b for r, g, b in picture.palette):
            self._check_shades(mask, picture.values)

    def _check_ids(self, mask: Path, ids: Ids, known: frozenset[int]) -> None:
        largest = max(known)
        if len(known) == largest and int(ids.max()) <= largest:  # 1 to N: no need to look closer
            return
        foreign = sorted(set(np.unique(ids).tolist()) - known - {0})
        if foreign:
            raise InputError(
                f"{mask} has the id {', '.join(map(str, foreign[:8]))}; "
                f"the sequence's objects are {', '.join(map(str, sorted(known)))}"
            )

    def _check_colours(
        self, mask: Path, palette: tuple[Colour, ...], known: frozenset[int]
    ) -> None:
        """Whether an index has another object's colour: colours were kept, and ids were not."""
        for index, colour in enumerate(palette):
            ident = self.colours.get(colour, index)
            if ident != index and (index == 0 or index in known):
                raise InputError(
                    f"the palette of {mask} gives the index {index} the colour of object {ident} "
                    "in the annotations; save indices that are the object ids"
                )

    def _check_white(self, mask: Path, picture: Picture) -> None:
        """Whether all that there is, is white, which is the colour of no object."""
        values, palette = picture.values, picture.palette
        top = int(values.max())
        if palette:  # of two colours: in others, white may be the colour of an object
            white = len({*palette}) <= 2 and palette[top : top + 1] == ((_WHITE,) * 3,)
        else:
            white = top == _WHITE
        if not white or self.colours.get((_WHITE,) * 3) == top:
            return
        if np.count_nonzero(values == top) == np.count_nonzero(values) > 0:
            raise InputError(
                f"{mask} is black and white, and the sequence has {len(self.known or ())} "
                "objects; save indexed PNGs whose indices are the object ids"
            )

    def _check_shades(self, mask: Path, values: Ids) -> None:
        shades = np.count_nonzero(np.bincount(values.ravel(), minlength=_WHITE + 1)[1:])
        if shades > _MOST_IDS or (shades > 1 and (values == _WHITE).any()):
            raise InputError(
                f"{mask} is grey with {shades} shades (soft edges?), of which all "
                "but black would count as object; save black and white, or object ids"
            )
