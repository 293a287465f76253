"""What every output has in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

from models.tracking.objects import Ids
from models.tracking.soft import SoftMasks
from ovos_cli.masks.palette import Palette
from ovos_cli.media.frame import Frame


@dataclass(frozen=True, slots=True)
class ShotInfo:
    """What outputs are told before the first frame.

    objects: ids of all that are followed. rate: frames per second. aspect: width over height of a
    pixel, None is square; known once a frame is read.
    """

    objects: tuple[int, ...]
    palette: Palette
    rate: Fraction
    aspect: Fraction | None


@dataclass(frozen=True, slots=True)
class Written:
    """One frame of an output.

    ids: (H, W) uint8. frame: with its pixels, for outputs that are `in_order`; else it may be None.
    soft: for outputs that want them; None where all masks were given.
    """

    stem: str
    ids: Ids
    frame: Frame | None = None
    soft: SoftMasks | None = None


class Sink(ABC):
    """One kind of output, written frame by frame.

    in_order: frames must come rising, each once, with their pixels; else in any order, and again
    where their masks change. by_frame: its place is a folder with files for each frame. soft: it
    wants soft masks, which are made only then.
    """

    place_name: ClassVar[str]
    in_order: ClassVar[bool] = False
    by_frame: ClassVar[bool] = True
    soft: ClassVar[bool] = False

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """Get ready to write to `place`, a file or a folder that need not exist."""
        self.place, self.info = place, info

    @abstractmethod
    def write(self, written: Written) -> None:
        """Write a frame. Raises OvosError: it cannot be written."""

    def close(self) -> None:  # noqa: B027 (most have nothing to finish)
        """Finish, with what was written so far. Raises OvosError."""

    def holds(self, place: Path, stem: str) -> bool:
        """Whether all files of a frame are there, of an output that is `by_frame`."""
        return (place / f"{stem}.png").exists()

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """Files of frames that are there, of an output that is `by_frame`."""
        return place.glob("*.png")
