"""MOTS: run lengths in text, a line for each object and frame, or pictures of 16 bits."""

import configparser
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.pictures.mask_values import MOST_IDS
from models.pictures.opened import decoded
from models.pictures.run_lengths import decode
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, decoded_already, refusing
from ovos_cli.formats.row_runs import Mask, Size
from ovos_cli.formats.tree import Tree
from ovos_cli.formats.values import frame_size, stem_of

PER_CLASS = 1000
"""An object's number is so many times its class, and its own number within it."""
MOST_CLASSES = 64
"""Of a picture of 16 bits."""
_BENCHMARK = {"car": 1, "pedestrian": 2, "person": 2}
LABELS, TEXT, SEQUENCE = "labels.txt", "gt.txt", "seqinfo.ini"
_IGNORED = 10
"""The class of what is neither object nor background."""
_COLUMNS = 6
_MOST_CLASSES = 21 * PER_CLASS
"""Where a lone picture is taken for one of MOTS: 65535 is white, and no object of class 65."""


def class_numbers(classes: Iterable[str]) -> dict[str, int]:
    """Numbers of classes for the text: those of the benchmark, and others from 1 on."""
    named = [*classes]
    numbers = {name: _BENCHMARK[name.lower()] for name in named if name.lower() in _BENCHMARK}
    taken = {_IGNORED, *numbers.values()}
    free = (i for i in count(1) if i not in taken)
    return {name: numbers[name] if name in numbers else next(free) for name in named}


def number(class_number: int, ident: int) -> int:
    """Of an object, in either form; classes count from 1."""
    return class_number * PER_CLASS + ident


def line(index: int, class_number: int, ident: int, rle: dict[str, Any]) -> str:
    """A line of text; frames count from 1 in it, and from 0 in `index`."""
    height, width = rle["size"]
    counts = rle["counts"]
    return f"{index + 1} {number(class_number, ident)} {class_number} {height} {width} {counts}"


def is_pictures(tree: Tree) -> bool:
    """Whether a folder or zip is of the pictures."""
    return bool(tree.ending("instances", LABELS))


def is_text(content: str) -> bool:
    """Whether a text's first line is one of MOTS."""
    words = content.lstrip().split("\n", 1)[0].split()
    return len(words) == _COLUMNS and all(word.isdecimal() for word in words[:-1])


def read_text(content: str, path: Path, sequence: str | None = None) -> Annotated:
    """Take a text for MOTS.

    Args:
        content: of the file. path: of it.
        sequence: what `seqinfo.ini` says, if there is one: how many frames there are.

    Raises:
        InputError: a line is none, or one has another size than another.
    """
    rows = list[tuple[int, int, int, Size, str]]()
    for place, text in enumerate(content.splitlines(), start=1):
        if not text.strip():
            continue
        with refusing(path, f"MOTS text, line {place},"):
            words = text.split()
            if len(words) != _COLUMNS:
                raise ValueError(
                    f"it has {len(words)} columns, not {_COLUMNS}: frame, id, class, height, width "
                    "and run lengths"
                )
            frame, ident, kind, height, width = map(int, words[:-1])
            if frame < 0:
                raise ValueError(f"its frame is {frame}")
            rows.append((frame, ident, kind, frame_size(height, width), words[-1]))
    if not rows:
        raise InputError(f"{path} is empty: there is no mask in it")
    if len(sizes := {row[3] for row in rows}) > 1:
        raise InputError(
            f"{path} has masks of several sizes: "
            + ", ".join(f"{width}x{height}" for height, width in sorted(sizes))
        )
    first = min(1, *(row[0] for row in rows))
    ignored = sum(row[2] == _IGNORED for row in rows)
    rows = [row for row in rows if row[2] != _IGNORED]
    short = shortened({row[1] for row in rows})
    regions = defaultdict[int, list[Region]](list)
    for frame, ident, kind, _, counts in rows:
        regions[frame - first].append(Region(f"class {kind}", short(ident), _drawing(counts)))
    (size,) = sizes
    frames = [AnnotatedFrame("", index, size, regions[index]) for index in sorted(regions)]
    doubts = _left_out(path, ignored)
    if first == 0:
        doubts.append(f"{path} has a frame 0, so that its frames are counted from 0, not from 1")
    return Annotated(path, frames, _length(sequence, path), doubts=doubts)


def read_pictures(tree: Tree) -> Annotated:
    """Take `instances/` of a folder or zip for MOTS's pictures.

    Raises:
        InputError: one cannot be read.
    """
    names = tree.ending("instances", "*.png")
    listed = next(iter(tree.ending("instances", LABELS)), None)
    labels = (
        [] if listed is None else [*filter(None, map(str.strip, tree.text(listed).split("\n")))]
    )
    pictures = {name: values_of(tree.place(name), tree.read(name)) for name in names}
    found = {int(v) for values in pictures.values() for v in np.unique(values) if v}
    odd = sorted(v for v in found if v < PER_CLASS)
    if odd:
        raise InputError(
            f"{tree.path} has the value {odd[0]} in its pictures; in MOTS's, objects are "
            f"{PER_CLASS} times their class, and their number"
        )
    ignored = {v for v in found if v // PER_CLASS == _IGNORED and len(labels) < _IGNORED}
    short = shortened(found - ignored)
    frames = [
        _frame(stem_of(name), values, ignored, labels, short) for name, values in pictures.items()
    ]
    return Annotated(tree.path, frames, doubts=_left_out(tree.path, len(ignored)))


def is_picture(values: NDArray[Any]) -> bool:
    """Whether (H, W) values are those of MOTS, rather than plain ids."""
    if np.issubdtype(values.dtype, np.floating):
        return False
    found = np.unique(values[values > 0])
    known = 0 < len(found) <= MOST_IDS and found[0] >= PER_CLASS and found[-1] < _MOST_CLASSES
    return known and bool((found % PER_CLASS > 0).all())


def of_values(path: Path, values: NDArray[np.integer]) -> Annotated:
    """One picture's values as regions."""
    found = {int(v) for v in np.unique(values) if v}
    ignored = {v for v in found if v // PER_CLASS == _IGNORED}
    frame = _frame(path.stem, values, ignored, [], shortened(found - ignored))
    return Annotated(path, [frame], doubts=_left_out(path, len(ignored)))


def values_of(path: Path, content: bytes) -> NDArray[np.integer]:
    """(H, W) values of a grey picture. Raises InputError: it is none."""
    picture = decoded(path, content)
    values = np.asarray(picture)
    if values.ndim != 2 or not np.issubdtype(values.dtype, np.integer) or picture.mode == "P":
        raise InputError(f"{path} is no grey picture of 16 bits, as MOTS's are")
    return values


def shortened(numbers: Iterable[int]) -> Callable[[int], int]:
    """Numbers within their class, where these tell objects apart; else whole ones."""
    known = set(numbers)
    short = {number % PER_CLASS for number in known}
    if len(short) == len(known) and 0 not in short:
        return lambda number: number % PER_CLASS
    return lambda number: number


def _frame(
    name: str,
    values: NDArray[np.integer],
    ignored: set[int],
    labels: list[str],
    short: Callable[[int], int],
) -> AnnotatedFrame:
    def region(value: int) -> Region:
        kind = value // PER_CLASS
        label = labels[kind - 1] if 0 < kind <= len(labels) else f"class {kind}"
        return Region(label, short(value), decoded_already(values == value))

    regions = [region(int(v)) for v in np.unique(values) if v and int(v) not in ignored]
    return AnnotatedFrame(name, None, (values.shape[0], values.shape[1]), regions)


def _drawing(counts: str) -> Callable[[Size], Mask]:
    return lambda size: decode({"size": list(size), "counts": counts}, size).view(bool)


def _left_out(path: Path, ignored: int) -> list[str]:
    return [f"{path}: {ignored} masks of class {_IGNORED}, to be ignored, are left out"] * (
        ignored > 0
    )


def _length(sequence: str | None, path: Path) -> int | None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(sequence or "")
        return parser.getint("Sequence", "seqLength", fallback=None)
    except (ValueError, configparser.Error) as error:
        raise InputError(f"{SEQUENCE} of {path} cannot be read: {error}") from error
