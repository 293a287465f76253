"""Videos of one's own: a folder of frames and a folder of masks for each."""

from pathlib import Path

import numpy as np

from models.errors import InputError
from models.pictures.mask_doubts import refuse_unclear
from models.pictures.mask_values import black_and_white
from models.utils.split_lists import read_list
from ovos_cli.datasets.annotation import as_ids, read_picture
from ovos_cli.datasets.layout import (
    contents,
    known_names,
    pictures,
    split_file,
    subfolders,
)
from ovos_cli.datasets.sequence import Dataset, Protocol, Sequence

_PAIRS = (("JPEGImages", "Annotations"), ("images", "masks"))


def folder(root: Path, split: str) -> Dataset:
    """Read `JPEGImages/NAME` with `Annotations/NAME`, or `images/NAME` with `masks/NAME`.

    Every object begins in the first frame whose mask holds it; any frames may be annotated, and
    those that are, after an object's first, are scored.

    Args:
        root: holds the two folders.
        split: `all`, or a text file of names.

    Raises:
        InputError: the folders, a sequence or its first annotation are not there.
    """
    pair = next((p for p in _PAIRS if (root / p[1]).is_dir()), None)
    if pair is None:
        found = contents(root) if root.is_dir() else "no folder of that name"
        raise InputError(
            f"--root {root} should hold JPEGImages/NAME and Annotations/NAME, or images/NAME and "
            f"masks/NAME; found: {found}"
        )
    images, masks = (root / p for p in pair)
    known = subfolders(masks)
    listing = split_file(split)
    if listing:
        names, source = read_list(listing), f"the split file {listing}"
    elif split in {"all", "val"}:
        names, source = known, f"--split {split}"
    else:
        raise InputError(
            f"a folder has no split '{split}'; leave --split out, or give a text file of names"
        )
    if not names:
        raise InputError(f"{masks} holds no folder; each video has one, with its masks")
    sequences = [
        folder_sequence(n, images / n, masks / n) for n in known_names(names, known, source, masks)
    ]
    return Dataset("folder", split, root, tuple(sequences), listed=listing is not None)


def folder_sequence(name: str, images: Path, masks: Path) -> Sequence:
    """One video: a folder of frames, and one of the masks of some of them.

    Raises:
        InputError: there is no mask with an object, or one cannot be read, or has 255 that
            is neither void nor the object.
    """
    annotations, frames = pictures(masks), pictures(images)
    starts: dict[str, tuple[int, ...] | None] = {}
    known: set[int] = set()
    white = False
    for frame, path in annotations.items():
        picture = read_picture(path)
        values = picture.values
        refuse_unclear(path, values, shown_white=picture.shown_white)
        white = white or (not known and black_and_white(values))
        fresh = {int(i) for i in np.unique(as_ids(values, white=white)) if i} - known
        if fresh:
            starts[frame] = tuple(sorted(fresh))
            known |= fresh
    if not starts:
        raise InputError(f"sequence {name}: the first annotation is missing: no mask in {masks}")
    order = list(frames or annotations)
    begin = order.index(next(iter(starts))) if next(iter(starts)) in order else 0
    return Sequence(
        name,
        tuple(order[begin:]),
        frames,
        annotations,
        starts,
        Protocol.LATER,
        wanted=tuple(order),
        complete=True,
    )
