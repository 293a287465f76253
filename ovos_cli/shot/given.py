"""Masks that options name, read and put to their frames."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.errors import InputError
from models.tracking.objects import Ids
from models.utils.names import number_at_end
from ovos_cli.formats.opening import open_annotations
from ovos_cli.masks.annotated_masks import masks_of
from ovos_cli.masks.colours import Colours, parse_colours
from ovos_cli.masks.ids import ids_in, laid_over
from ovos_cli.masks.keyframes import (
    KeyframeMask,
    is_annotations,
    mask_arguments,
    read_keyframe_mask,
)
from ovos_cli.masks.misplaced import misplaced, numbered_alike
from ovos_cli.masks.palette import Palette, davis_palette
from ovos_cli.media.frame import FrameReader
from ovos_cli.media.ranges import index_by_name
from ovos_cli.shot.folder import ShotFolder


@dataclass
class GivenMasks:
    """A person's masks by frame.

    palette: of the first of them. classes: of objects, where annotations say them. doubts: for
    people.
    """

    masks: dict[int, Ids] = field(default_factory=dict)
    files: dict[int, Path] = field(default_factory=dict)
    palette: Palette = field(default_factory=davis_palette)
    classes: dict[int, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


def read_given_masks(
    texts: Iterable[str],
    reader: FrameReader,
    colours: str | None = None,
    threshold: int | None = None,
    kept: ShotFolder | None = None,
) -> GivenMasks:
    """Read every mask that `--mask` names.

    Args:
        texts: as given, see `mask_arguments`.
        reader: of the source, whose frames' names those of a folder of masks are.
        colours, threshold: see `--mask-colors` and `--mask-threshold`; of pictures.
        kept: a folder with masks that were given before, and still count.

    Raises:
        InputError: one is missing, cannot be read, holds no object, or is of no frame.
    """
    meaning = parse_colours(colours) if colours else None
    given, read = kept_masks(kept), dict[int, KeyframeMask]()
    files = dict[int, Path]()
    for name, path in mask_arguments([*texts], reader.start):
        for frame, mask in _masks(name, path, reader, meaning, threshold, given).items():
            if frame in files:
                raise InputError(f"frame {frame} has two masks, {files[frame]} and {path}")
            read[frame], files[frame] = mask, path
    given.files |= files
    if not read and given.masks:
        return given
    if not read and kept is not None:
        raise InputError(f"no mask is kept in {kept.root}; give those of the run with --mask")
    empty = [frame for frame, mask in read.items() if not mask.ids.any()]
    if len(empty) == len(read) or (empty and not _folders(texts)):
        raise InputError(
            f"the mask {given.files[empty[0]]} holds no object: every pixel is background"
        )
    for frame in sorted(read):
        if frame not in empty:  # of a folder: nothing is said of that frame
            before = given.masks.get(frame)
            given.masks[frame] = laid_over(before, read[frame].ids)
            given.doubts += [read[frame].doubt] if read[frame].doubt else []
    _number_white_ones({f: m for f, m in read.items() if f in given.masks}, given)
    if kept is None:
        given.palette = read[min(given.masks)].palette
    return given


def kept_masks(kept: ShotFolder | None) -> GivenMasks:
    """Masks that were given before; none without a folder.

    Raises:
        InputError: one cannot be read.
    """
    if kept is None:
        return GivenMasks()
    masks, palette = kept.read_given()
    return GivenMasks(masks, kept.files_given(), palette)


def _masks(
    name: int | str | None,
    path: Path,
    reader: FrameReader,
    colours: Colours | None,
    threshold: int | None,
    given: GivenMasks,
) -> Mapping[int, KeyframeMask]:
    """Masks of a file, of one frame or of those that it says; notes what else there is to say."""
    doubts = given.doubts
    if name is None or (isinstance(name, int) and is_annotations(path)):
        found = masks_of(open_annotations(path), reader, name)
        doubts += found.doubts
        if colours is not None or threshold is not None:
            doubts.append(f"--mask-colors and --mask-threshold are of pictures, and {path} is none")
        given.classes = {**found.classes, **given.classes}
        return found.masks
    frame = name if isinstance(name, int) else frame_named(name, path, reader)
    told = misplaced if isinstance(name, int) else numbered_alike
    if not doubts and (doubt := told(frame, path, reader)):
        doubts.append(doubt)
    return {frame: read_keyframe_mask(path, colours, threshold)}


def frame_named(name: str, path: Path, reader: FrameReader) -> int:
    """The frame that a mask in a folder is of, by its name; else by the number at its end."""
    names = reader.names if reader.counted else None
    if names is not None and name in names:
        return names.index(name)
    if names is not None and (composed := [*map(_composed, names)]).count(_composed(name)) == 1:
        return composed.index(_composed(name))
    if names is not None and (alike := index_by_name(number_at_end(name), names)) is not None:
        return alike
    if names is None and name.isascii() and name.isdigit():
        return int(name)
    raise InputError(
        f"the mask {path} is named like no frame; name masks like the frames that they are of, "
        f"such as {names[0] if names else '00057'}.png, or give FRAME=FILE"
    )


def _composed(name: str) -> str:
    """The same text however its accents are stored; macOS stores them apart from their letters."""
    return unicodedata.normalize("NFC", name)


def _folders(texts: Iterable[str]) -> bool:
    return any(Path(text).is_dir() for text in texts)


def _number_white_ones(read: dict[int, KeyframeMask], given: GivenMasks) -> None:
    """A black and white mask has no number for its object: it is the only one that there is."""
    ours = {f for f, mask in read.items() if mask.white}
    numbered = {i for f, ids in given.masks.items() if f not in ours for i in ids_in(ids)}
    for frame, mask in read.items():
        if mask.white and numbered:
            if len(numbered) > 1:
                raise InputError(
                    f"the mask {given.files[frame]} {_unnumbered(given.files[frame])}, and there "
                    f"are objects {', '.join(map(str, sorted(numbered)))}: it does not say which "
                    "of them it is. Save it as an indexed PNG whose index is the object's id"
                )
            given.masks[frame] = np.where(mask.ids > 0, min(numbered), 0).astype(np.uint8)


def _unnumbered(path: Path) -> str:
    return "gives its object no number" if is_annotations(path) else "is black and white"
