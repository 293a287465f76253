"""Masks of a file of annotations, put to the frames that they are of."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.errors import InputError
from models.utils.names import number_at_end
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame
from ovos_cli.formats.drawing import drawn
from ovos_cli.formats.numbering import numbered
from ovos_cli.formats.row_runs import Size
from ovos_cli.masks.keyframes import KeyframeMask
from ovos_cli.masks.palette import davis_palette
from ovos_cli.media.frame import FrameReader

_OF_A_FRAME = re.compile(r"(?:frame[ _-]?)?[0-9]{4,}", re.IGNORECASE)
"""How pictures of a video's frames are called, by CVAT and here."""
_SAID = 3
"""Doubts of frames that are said; more of them tell nothing new."""


@dataclass(frozen=True)
class FoundMasks:
    """masks: by frame. classes: of objects, by id. doubts: for people."""

    masks: Mapping[int, KeyframeMask]
    classes: Mapping[int, str]
    doubts: list[str]


def masks_of(annotated: Annotated, reader: FrameReader, frame: int | None = None) -> FoundMasks:
    """Masks by frame, and what a file says of their objects.

    Args:
        annotated: the file.
        reader: of the source, whose frames the masks are of.
        frame: the one that the file was given for; None is all that the file has masks of.

    Raises:
        InputError: it holds no object, is of another video, or a mask cannot be decoded.
    """
    numbering, places = numbered(annotated), _Places(annotated, reader)
    frames = places.all() if frame is None else places.one(frame)
    masks, doubts = dict[int, KeyframeMask](), list[str]()
    for index, found in sorted(frames.items()):
        size = found.size or places.size
        ids, said = drawn(annotated, found, numbering.ids, size)
        doubts += said
        if ids.any():
            void = np.zeros(size, bool)
            masks[index] = KeyframeMask(ids, void, davis_palette(), numbering.alone)
    if not masks:
        raise InputError(f"{annotated.path} holds no object: {doubts[0]}")
    more = len(doubts) - _SAID
    doubts = doubts[:_SAID] + [f"{annotated.path}: {more} doubts more of this kind"] * (more > 0)
    doubts = [*annotated.doubts, *numbering.doubts, *places.doubts, *doubts]
    return FoundMasks(masks, numbering.classes, doubts)


@dataclass
class _Places:
    """Which frame of a source each frame of a file is."""

    annotated: Annotated
    reader: FrameReader

    def __post_init__(self) -> None:
        self.doubts, self._said = list[str](), False
        self._frames = [f for f in self.annotated.frames if f.regions]
        if not self._frames:
            raise InputError(f"{self.annotated.path} holds no object: there is no mask in it")

    @cached_property
    def size(self) -> Size:
        """(H, W) of the source's frames, for formats that do not say it."""
        if not self.reader.seekable:
            raise InputError(
                f"{self.annotated.path} does not say how large its frames are, and this source is "
                "read only once; give the mask as PNG"
            )
        height, width = self.reader.frame(self.reader.start).image.shape[:2]
        return height, width

    def one(self, wanted: int) -> Mapping[int, AnnotatedFrame]:
        """The frame that the file was given for. Raises InputError: the file has no masks of it."""
        if len(self._frames) == 1:
            (only,) = self._frames
            if (place := self._place(only)) not in (None, wanted):
                self.doubts.append(
                    f"{self.annotated.path} is taken for frame {wanted}, and says that it is of "
                    f"frame {place}"
                )
            return {wanted: only}
        found = self._by_place(self._frames)
        if wanted not in found:
            shown = ", ".join(map(str, sorted(found)[:8])) + ", …" * (len(found) > 8)
            raise InputError(
                f"{self.annotated.path} has no mask of frame {wanted}, but of {shown}; without "
                "FRAME= all of them are used"
            )
        return {wanted: found[wanted]}

    def all(self) -> Mapping[int, AnnotatedFrame]:
        """All frames of the source that there are masks of. Raises InputError: of none."""
        if len(self._frames) == 1 and self._place(self._frames[0]) is None:
            (only,) = self._frames
            self.doubts.append(
                f"{self.annotated.path} does not say of which frame it is, and is taken for frame "
                f"{self.reader.start}; of another one, give FRAME={self.annotated.path}"
            )
            return {self.reader.start: only}
        found = self._by_place(self._frames)
        first, last = self.reader.start, self.reader.end
        inside = {i: f for i, f in found.items() if i >= first and (last is None or i <= last)}
        if not inside:
            raise InputError(
                f"{self.annotated.path} has masks of frames {min(found)} to {max(found)}, none of "
                f"which is among frames {first} to {'the last' if last is None else last}"
            )
        if len(inside) < len(found):
            self.doubts.append(
                f"{self.annotated.path} has masks of {len(found) - len(inside)} frames outside of "
                f"frames {first} to {'the last' if last is None else last}; they are left out"
            )
        return inside

    def _by_place(self, frames: list[AnnotatedFrame]) -> dict[int, AnnotatedFrame]:
        found = dict[int, AnnotatedFrame]()
        for frame in frames:
            place = self._place(frame)
            if place is None:
                raise InputError(self._of_no_frame(frame))
            if place in found:
                raise InputError(
                    f"{self.annotated.path}: '{found[place].name}' and '{frame.name}' are both "
                    f"frame {place}; keep one of them"
                )
            found[place] = frame
        self._check_count(max(found))
        return found

    def _place(self, frame: AnnotatedFrame) -> int | None:
        """By its name where the source has names of its own; else by its number."""
        own = self._names is not None and not self._numbered
        if own and frame.name and frame.name in (names := self._composed):
            return names[frame.name]
        if frame.index is not None:
            if own and frame.name:
                self._say_unlike(frame)
            return frame.index
        number = None if own or not frame.name else number_at_end(frame.name)
        if number is not None and not _OF_A_FRAME.fullmatch(frame.name):
            self._say_once(
                f"'{frame.name}' in {self.annotated.path} is taken for frame {number}, for the "
                f"number in its name; if it is of another one, give FRAME={self.annotated.path}"
            )
        return number

    @cached_property
    def _names(self) -> list[str] | None:
        return self.reader.names

    @cached_property
    def _numbered(self) -> bool:
        """Whether frames are called by their index, as those of videos are."""
        return all(name == f"{i:05d}" for i, name in enumerate(self._names or ()))

    @cached_property
    def _composed(self) -> dict[str, int]:
        """Frames by name; macOS stores accents apart from their letters."""
        names = self._names or []
        return {unicodedata.normalize("NFC", n): i for i, n in enumerate(names)} | {
            name: i for i, name in enumerate(names)
        }

    def _say_unlike(self, frame: AnnotatedFrame) -> None:
        names, index = self._names or [], frame.index or 0
        if index < len(names):
            self._say_once(
                f"{self.annotated.path} calls frame {index} '{frame.name}', and here it is "
                f"'{names[index]}'; are they of one video?"
            )

    def _say_once(self, doubt: str) -> None:
        """Of frames that are called oddly, one is enough."""
        if not self._said:
            self.doubts.append(doubt)
            self._said = True

    def _of_no_frame(self, frame: AnnotatedFrame) -> str:
        names = self._names
        shown = f"{names[0]} to {names[-1]}" if names else "00000, 00001 and so on"
        return (
            f"{self.annotated.path} has a mask of '{frame.name}', and no frame is called so; they "
            f"are called {shown}. Is it of another video? If not, give FRAME={self.annotated.path} "
            "with one frame's mask"
        )

    def _check_count(self, last: int) -> None:
        """Refuse what is of a longer video."""
        length = self.annotated.length
        count = self.reader.estimate if not self.reader.counted else len(self._names or ())
        if count is None or (last < count and length in (None, count)):
            return
        if not self.reader.counted and self.reader.seekable:
            count = self.reader.count()  # a container's header may be wrong
        if last >= count or (length is not None and length > count):
            raise InputError(
                f"{self.annotated.path} is of a video of {max(last + 1, length or 0)} frames or "
                f"more, and this one has {count}; is it of another video?"
            )
        if length is not None and length < count:
            self.doubts.append(
                f"{self.annotated.path} is of {length} frames, and this video has {count}; they "
                "are taken by their names and numbers, the first one for the video's first"
            )
