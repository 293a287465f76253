"""Mattes, hard or soft: a folder for each object, and in it a grey picture for each frame."""

import re
from collections import defaultdict
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.pictures.mask_pixels import matte_values
from models.pictures.opened import decoded
from ovos_cli.datasets.layout import PICTURES
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, decoded_already
from ovos_cli.formats.tree import Tree

_IDENT = re.compile(r"[1-9][0-9]{0,2}")
_HALF = 128


def is_mattes(tree: Tree) -> bool:
    """Whether a folder's pictures lie in folders that are called by objects' ids."""
    pictures = _pictures(tree)
    return bool(pictures) and all(_ident(name) is not None for name in pictures)


def read(tree: Tree) -> Annotated:
    """Take a folder for mattes.

    An object is where its matte is half white or more, and whiter than others.

    Raises:
        InputError: one cannot be read, is in colour, or of another size than another.
    """
    files = defaultdict[str, dict[int, str]](dict)
    for name in _pictures(tree):
        ident = _ident(name)
        assert ident is not None
        files[PurePosixPath(name).stem][ident] = name
    return Annotated(tree.path, [_frame(tree, stem, found) for stem, found in files.items()])


def _frame(tree: Tree, stem: str, files: dict[int, str]) -> AnnotatedFrame:
    mattes = {ident: _matte(tree.place(name), tree.read(name)) for ident, name in files.items()}
    if len({matte.shape for matte in mattes.values()}) > 1:
        raise InputError(f"{tree.path}: the mattes of frame '{stem}' are of several sizes")
    layers = np.stack([*mattes.values()])
    first = layers.argmax(axis=0)
    sure = layers.max(axis=0) >= _HALF
    regions = [
        Region("", ident, decoded_already((first == place) & sure))
        for place, ident in enumerate(mattes)
        if ((first == place) & sure).any()
    ]
    return AnnotatedFrame(stem, None, (layers.shape[1], layers.shape[2]), regions)


def _matte(path: Path, content: bytes) -> NDArray[np.uint8]:
    values = matte_values(path, decoded(path, content))
    if values is None:
        raise InputError(f"{path} is in colour; a matte is grey")
    return values


def _pictures(tree: Tree) -> list[str]:
    return [name for name in tree.names if PurePosixPath(name).suffix.lower() in PICTURES]


def _ident(name: str) -> int | None:
    parts = PurePosixPath(name).parts
    known = len(parts) == 2 and _IDENT.fullmatch(parts[0])
    return int(parts[0]) if known else None
