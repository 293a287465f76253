"""Whether masks of a method can be compared with a sequence's annotations."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.errors import InputError
from ovos_cli.datasets.annotation import MODES, Ids, header, read_ids


@dataclass(frozen=True)
class MaskCheck:
    """What the masks of one sequence must be; small, so that it travels to other processes.

    sequence: its name. size: (H, W). known: ids that a mask may have beside 0; None is any.
    """

    sequence: str
    size: tuple[int, int]
    known: frozenset[int] | None

    def __call__(self, masks: list[Path]) -> list[str]:
        """What is wrong with them, a sentence for each mask; empty where nothing is."""
        return [text for text in map(self._problem, masks) if text]

    def _problem(self, mask: Path) -> str | None:
        try:
            size, mode = header(mask)
            if size != self.size:
                return f"{self.sequence}: {mask.name} is {_sized(size)}, the annotation " + _sized(
                    self.size
                )
            if mode not in MODES:
                return (
                    f"{self.sequence}: {mask.name} is no mask of ids but a picture of mode {mode}; "
                    "save indexed PNGs whose indices are the object ids"
                )
            foreign = [] if self.known is None else _foreign(read_ids(mask), self.known)
        except InputError as error:
            return f"{self.sequence}: {error}"
        if not foreign:
            return None
        return (
            f"{mask} has the id {', '.join(map(str, foreign[:8]))}; "
            f"the sequence's objects are {', '.join(map(str, sorted(self.known or ())))}"
        )


def _foreign(ids: Ids, known: frozenset[int]) -> list[int]:
    """Ids that are none of `known`."""
    largest = max(known)
    if len(known) == largest and int(ids.max()) <= largest:  # 1 to N: no need to look closer
        return []
    return sorted(set(np.unique(ids).tolist()) - known - {0})


def _sized(size: tuple[int, int]) -> str:
    return f"{size[1]}x{size[0]}"
