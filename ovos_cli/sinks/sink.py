"""What every output has in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.tracking.objects import Ids
from ovos_cli.masks.palette import Palette
from ovos_cli.media.frame import Frame
from ovos_cli.shot.object_names import ObjectNames

SoftMask = NDArray[np.float32]
"""(H, W) in [0, 1]: how likely an object is where."""


ALPHA_OPTIONS = ("bits", "apart", "soft_edges", "feather")
"""Options that only some outputs have a use for; others change masks or names, which all have."""


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """How outputs write what they hold, where they leave a choice.

    bits: of a channel of PNGs, 8 or 16; None is what the output deems best. apart: each object in
    a picture of its own.
    """

    bits: int | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class ShotInfo:
    """What outputs are told before the first frame.

    objects: ids of all that are followed, rising. size: (height, width) of frames. rate: frames per
    second. aspect: width over height of a pixel, None is square. source: the name of the video file
    or of the folder, `bunny.mp4`. shot: the same without suffix. names: of objects. first: index of
    the shot's first frame in the source. frames: how many come; None is not known. files: names of
    the source's images, by index, where it is a folder of them.
    """

    objects: tuple[int, ...]
    palette: Palette
    rate: Fraction
    aspect: Fraction | None
    size: tuple[int, int]
    source: str
    shot: str
    names: ObjectNames = field(default_factory=ObjectNames.none)
    first: int = 0
    frames: int | None = None
    files: tuple[str, ...] | None = None
    settings: ExportSettings = ExportSettings()


def _unknown() -> Mapping[int, SoftMask]:
    return {}


@dataclass(frozen=True, slots=True)
class Written:
    """One frame of an output.

    stem: the frame's own name. ids: (H, W) uint8. index: in the source. time: seconds since its
    start, by the average rate where the frame is not read. name: of the frame's files, as the user
    wants them called. frame: with its pixels, for outputs that want `pixels`; else it may be None.
    soft: makes the soft masks of objects whose masks were not given, by id. edges: makes the alpha
    of objects that is not 0 or 1, by id.
    """

    stem: str
    ids: Ids
    index: int
    time: Fraction
    name: str
    frame: Frame | None = None
    soft: Callable[[], Mapping[int, SoftMask]] = _unknown
    edges: Callable[[], Mapping[int, SoftMask]] = _unknown

    def probability(self, ident: int) -> SoftMask:
        """How likely an object is where; 0 and 1 where nobody knows better, as of given masks."""
        found = self.soft().get(ident)
        return self._hard(ident) if found is None else found

    def alpha(self, ident: int) -> SoftMask:
        """How much of an object covers a pixel: 0 and 1, unless soft edges were asked for."""
        found = self.edges().get(ident)
        return self._hard(ident) if found is None else found

    def together(self, objects: Collection[int]) -> SoftMask:
        """How much of any of these objects covers a pixel."""
        soft = self.edges()
        table = np.zeros(256, np.float32)
        table[[i for i in objects if i not in soft]] = 1
        covered = table[self.ids]
        for ident in objects:
            if ident in soft:
                covered += soft[ident]
        return covered.clip(max=1)

    def _hard(self, ident: int) -> SoftMask:
        return (self.ids == ident).astype(np.float32)


class Sink(ABC):
    """One kind of output, written frame by frame.

    place_name: of its file or folder. in_order: frames must come rising, each once; else in any
    order, and again where their masks change. pixels: it wants those of frames. by_frame: its place
    is a folder with files for each frame, called `Written.name`, in a run. heeds: which of
    `ALPHA_OPTIONS` change what it writes.

    Outputs other than those of `OF_RUN` get frames in order, and a place that nobody sees before
    they are closed; they need no more than `place_name`, `write`, `close` and `files`.
    """

    place_name: ClassVar[str]
    in_order: ClassVar[bool] = True
    pixels: bool = False
    by_frame: ClassVar[bool] = False
    heeds: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """Get ready to write to `place`, a file or a folder that need not exist."""
        self.place, self.info = place, info

    @classmethod  # noqa: B027 (most can hold anything)
    def check(cls, info: ShotInfo) -> None:
        """See, before anything is computed, that it can hold a shot.

        Raises:
            InputError: more objects than it has room for, a library that is missing.
        """

    @abstractmethod
    def write(self, written: Written) -> None:
        """Write a frame. Raises OvosError: it cannot be written."""

    def close(self) -> None:  # noqa: B027 (most have nothing to finish)
        """Finish, with what was written so far. Raises OvosError."""

    def holds(self, place: Path, name: str) -> bool:
        """Whether all files of a frame are there, of an output that is `by_frame`."""
        return (place / f"{name}.png").exists()

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """Files that are there, of an output whose place is a folder: what may be replaced."""
        return place.rglob("*.png")
