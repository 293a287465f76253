"""Whether masks of ids on disk can be compared with a sequence's annotations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.errors import InputError
from ovos_cli.datasets.annotation import MODES, Colour, Header, Ids, header, read_ids


@dataclass(frozen=True)
class MaskCheck:
    """What the masks of one sequence must be; small, so that it travels to other processes.

    sequence: its name. size: (H, W). known: ids that a mask may have beside 0; None is any.
    colours: of the objects, in the annotations' palette. truth: they are annotations themselves.
    """

    sequence: str
    size: tuple[int, int]
    known: frozenset[int] | None = None
    colours: Mapping[Colour, int] = field(default_factory=dict)
    truth: bool = False

    def __call__(self, masks: list[Path]) -> list[str]:
        """What is wrong with them, a sentence for each mask; empty where nothing is."""
        return [f"{self.sequence}: {text}" for text in map(self._problem, masks) if text]

    def _problem(self, mask: Path) -> str | None:
        name = f"the annotation {mask.name}" if self.truth else mask.name
        try:
            found = header(mask)
            if found.size != self.size:
                of = "first annotation" if self.truth else "annotation"
                return f"{name} is {_sized(found.size)}, the {of} {_sized(self.size)}"
            if found.mode not in MODES:
                return (
                    f"{name} is no mask of ids but a picture of mode {found.mode}; "
                    "save indexed PNGs whose indices are the object ids"
                )
            if self.known is None:
                return None
            return self._unknown(mask, read_ids(mask)) or self._recoloured(name, found)
        except InputError as error:
            return str(error)

    def _unknown(self, mask: Path, ids: Ids) -> str | None:
        known = self.known or frozenset()
        largest = max(known)
        if len(known) == largest and int(ids.max()) <= largest:  # 1 to N: no need to look closer
            return None
        foreign = sorted(set(np.unique(ids).tolist()) - known - {0})
        if not foreign:
            return None
        return (
            f"{mask} has the id {', '.join(map(str, foreign[:8]))}; "
            f"the sequence's objects are {', '.join(map(str, sorted(known)))}"
        )

    def _recoloured(self, name: str, found: Header) -> str | None:
        """Whether an index has another object's colour: colours were kept, and ids were not."""
        for index, colour in enumerate(found.palette):
            ident = self.colours.get(colour, index)
            if ident != index and (index == 0 or index in (self.known or ())):
                return (
                    f"the palette of {name} gives the index {index} the colour of object {ident} "
                    "in the annotations; save indices that are the object ids"
                )
        return None


def _sized(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"
