"""Mattes, hard or soft: a folder for each object, and in it a grey picture for each frame."""

import re
from collections import defaultdict
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.pictures.deep_pixels import is_deep
from models.pictures.mask_pixels import deep_values, matte_values
from models.pictures.mask_values import VOID
from models.pictures.opened import decoded
from ovos_cli.datasets.layout import PICTURES
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, decoded_already
from ovos_cli.formats.tree import Tree
from ovos_cli.shot.object_names import read_object_names

_WHITE = 65535
_NUMBER = re.compile(r"[0-9]{1,9}")


def is_mattes(tree: Tree) -> bool:
    """Whether a folder's pictures lie in folders of it, one for each object."""
    depths = {len(PurePosixPath(name).parts) for name in _pictures(tree)}
    return depths == {2}


def read(tree: Tree) -> Annotated:
    """Take a folder for mattes: in each pixel the likeliest object wins, or background.

    An object's number is the name of its folder; or it is called so in the shot's list of names.

    Raises:
        InputError: one cannot be read, is in colour, or of another size than another.
    """
    files = defaultdict[str, dict[str, str]](dict)
    for name in _pictures(tree):
        path = PurePosixPath(name)
        files[path.stem][path.parts[0]] = name
    numbers = _named(tree)
    frames = [_frame(tree, stem, found, numbers) for stem, found in files.items()]
    return Annotated(tree.path, frames)


def _frame(tree: Tree, stem: str, files: dict[str, str], numbers: dict[str, int]) -> AnnotatedFrame:
    mattes = [_matte(tree.place(name), tree.read(name)) for name in files.values()]
    if len({matte.shape for matte in mattes}) > 1:
        raise InputError(f"{tree.path}: the mattes of frame '{stem}' are of several sizes")
    layers = np.stack(mattes)
    first, most = layers.argmax(axis=0), layers.max(axis=0)
    seen = most >= np.clip(1 - layers.sum(axis=0), 0.001, 1)
    regions = [
        Region(called, _number(called, numbers), decoded_already((first == place) & seen))
        for place, called in enumerate(files)
        if ((first == place) & seen).any()
    ]
    return AnnotatedFrame(stem, None, (layers.shape[1], layers.shape[2]), regions)


def _matte(path: Path, content: bytes) -> NDArray[np.float32]:
    """(H, W) in [0, 1]."""
    picture = decoded(path, content)
    if is_deep(picture.mode):
        values = deep_values(path, picture)
        return (values / (_WHITE if values.max() > VOID else VOID)).astype(np.float32)
    grey = matte_values(path, picture)
    if grey is None:
        raise InputError(f"{path} is in colour; a matte is grey")
    return (grey / VOID).astype(np.float32)


def _pictures(tree: Tree) -> list[str]:
    return [name for name in tree.names if PurePosixPath(name).suffix.lower() in PICTURES]


def _number(called: str, numbers: dict[str, int]) -> int | None:
    if called in numbers:
        return numbers[called]
    return int(called) if _NUMBER.fullmatch(called) else None


def _named(tree: Tree) -> dict[str, int]:
    """Ids of objects by name, of the shot that mattes were exported from."""
    folders = [tree.path.absolute().parent, *tree.path.absolute().parents[1:2]]
    found = dict[str, int]()
    for folder in folders:
        names = read_object_names(folder)
        found |= {names.name(ident): ident for ident in names.labels}
    return found
