"""Masks of the frames that a person annotated: which files they are, and what is in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.pictures.deep_pixels import is_deep
from models.pictures.mask_pixels import index_values
from models.pictures.mask_values import VOID
from models.pictures.opened import decoded
from ovos_cli.formats import mots
from ovos_cli.formats.drawing import drawn
from ovos_cli.formats.numbering import numbered
from ovos_cli.formats.opening import SUFFIXES, holds_annotations
from ovos_cli.masks.colours import Colours, from_colours
from ovos_cli.masks.meaning import Meaning, from_grey, from_indices, from_matte
from ovos_cli.masks.palette import Palette, full_palette, tells_apart
from ovos_cli.media.frame_files import picture_suffixes
from ovos_cli.media.frame_names import natural_key

Ids = NDArray[np.uint8]
_OF_A_FRAME = re.compile(r"(-?[0-9]{1,9})=(.*)", re.DOTALL)


def mask_arguments(given: Sequence[str], first: int) -> list[tuple[int | str | None, Path]]:
    """Say which files hold masks, and of which frames.

    Args:
        given: each `FRAME=FILE`, a `FILE` of the first frame, a folder of masks that are named
            like their frames, or annotations, which say themselves of which frames they are. What
            exists under its whole name is that file or folder.
        first: index of the first frame.

    Returns:
        The frame, an index or, of what lies in a folder, its file's stem, or None of annotations;
        and the file. In the order given, those of a folder in natural order, nothing twice.

    Raises:
        InputError: a file is missing, a folder is empty, an index negative, or one frame has
            several masks.
    """
    found: dict[int | str | Path, tuple[int | str | None, Path]] = {}
    for text in given:
        for frame, path in _files(text, first):
            _, other = found.setdefault(path if frame is None else frame, (frame, path))
            if other.resolve() != path.resolve():
                raise InputError(f"frame {frame} has two masks, {other} and {path}; give one")
    return list(found.values())


def is_annotations(path: Path) -> bool:
    """Whether a file or folder holds annotations of another program, rather than plain masks."""
    return holds_annotations(path) if path.is_dir() else path.suffix.lower() in SUFFIXES


def _files(text: str, first: int) -> Iterator[tuple[int | str | None, Path]]:
    path, named = Path(text), _OF_A_FRAME.fullmatch(text)
    if named and not path.exists():
        frame, path = int(named[1]), Path(named[2])
        if frame < 0:
            raise InputError(f"--mask {text} is of frame {frame}; frames are counted from 0")
        if not named[2] or (path.is_dir() and not is_annotations(path)):
            raise InputError(f"--mask {text} should name one picture, FRAME=FILE: 57=car.png")
        yield frame, path if path.is_dir() else _there(path)
    elif path.exists() and is_annotations(path):
        yield None, path
    elif path.is_dir():
        yield from _in_folder(path)
    else:
        yield first, _there(path)


def _in_folder(folder: Path) -> Iterator[tuple[str, Path]]:
    known = picture_suffixes()
    files = [
        f for f in folder.iterdir() if f.suffix.lower() in known and not f.name.startswith(".")
    ]
    if not files:
        raise InputError(f"the folder of masks {folder} holds no picture")
    for file in sorted(files, key=lambda f: natural_key(f.name)):
        yield file.stem, file


def _there(path: Path) -> Path:
    if path.is_file():
        return path
    if path.is_dir():
        what = "is a folder; give one picture"
    elif path.exists():
        what = "is a pipe or a device, and a mask is read more than once; save it as a file"
    else:
        what = "does not exist"
    raise InputError(f"the mask {path} {what}")


@dataclass(frozen=True, slots=True)
class KeyframeMask:
    """What a person says of one frame.

    ids: (H, W) uint8, 1 to 254 objects, 0 says nothing. void: (H, W) bool, pixels that are known
    to be nobody's to judge. palette: for the output masks. white: it is black and white, so that
    nobody numbered its one object. doubt: what looks as if something else was meant, for people;
    empty mostly.
    """

    ids: Ids
    void: NDArray[np.bool_]
    palette: Palette
    white: bool = False
    doubt: str = ""


def read_keyframe_mask(
    path: Path, colours: Colours | None = None, threshold: int | None = None
) -> KeyframeMask:
    """Read an annotation; it may hold no object.

    Args:
        path: an indexed, grey or binary picture, one with its matte in alpha; or one in colour
            together with `colours`.
        colours: RGB to object id, 0 for background; black is background unless named.
        threshold: for a matte with soft edges: one object, where the grey value, of 255, is this
            or more.

    Raises:
        InputError: missing, unreadable, in colour without `colours`, antialiased, or with too
            many objects; a threshold that is not from 1 to 255.
    """
    picture = decoded(_there(path))
    if colours is None and threshold is None and is_deep(picture.mode):
        values = np.asarray(picture)
        if mots.is_picture(values):
            return _of_mots(path, values)
    if colours and threshold is not None:
        raise InputError("--mask-colors and --mask-threshold exclude each other")
    if threshold is not None and not 1 <= threshold <= VOID:
        raise InputError(f"--mask-threshold is {threshold}; it must be from 1 to {VOID}")
    palette = full_palette(None)
    if threshold is not None:
        read = from_matte(path, picture, threshold)
    elif colours:
        read = Meaning(from_colours(path, picture, colours))
    elif picture.mode == "P":
        given = full_palette(picture.getpalette("RGB"))
        shown = np.array(given).reshape(-1, 3)
        read = from_indices(path, index_values(path, picture), shown)
        # White became the id 1, whose colour is another, and grey ids would not be seen.
        if not read.white and tells_apart(given, read.objects()):
            palette = given
        read = replace(read, doubt=read.doubt or _odd_palette(path, read, shown))
    else:
        read = from_grey(path, picture)
    void = read.values == VOID
    doubt = read.doubt or _odd_background(path, read.values)
    return KeyframeMask(np.where(void, np.uint8(0), read.values), void, palette, read.white, doubt)


def _of_mots(path: Path, values: NDArray[np.integer]) -> KeyframeMask:
    """A picture of 16 bits whose values are those of MOTS."""
    annotated = mots.of_values(path, values)
    numbering, (frame,) = numbered(annotated), annotated.frames
    ids, _ = drawn(annotated, frame, numbering.ids, values.shape)
    doubt = f"the mask {path} is read as MOTS has it: 2005 is object 5, of class 2"
    return KeyframeMask(ids, np.zeros(values.shape, bool), full_palette(None), doubt=doubt)


def _odd_background(path: Path, values: Ids) -> str:
    """Whether background seems to have an object's number."""
    if values.all() and (values < VOID).any():
        return f"every pixel of the mask {path} belongs to an object; background is 0"
    edges = (values[0], values[-1], values[:, 0], values[:, -1])
    first = int(values[0, 0])
    if 0 < first < VOID and all((edge == first).all() for edge in edges):
        return (
            f"object {first} of the mask {path} runs along the whole border of the frame, as "
            "background does, which is 0; is it inverted?"
        )
    return ""


def _odd_palette(path: Path, read: Meaning, colours: NDArray[np.int64]) -> str:
    """Programs that count colours give 0 to any of them, so that black becomes an object."""
    black = [i for i in read.objects() if not colours[i].any()]
    if not black or not colours[0].any():
        return ""
    return (
        f"the mask {path} has black as object {black[0]} and #{bytes(colours[0].tolist()).hex()} "
        "as background: its indices count, not its colours. If they were numbered by a program, "
        "save it in colour and say which is which with --mask-colors"
    )
