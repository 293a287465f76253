"""YOLO's segments: a text for each frame, a polygon a line, in parts of the frame's sides."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from models.errors import InputError
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, refusing
from ovos_cli.formats.polygons import EXACT, joined, rings, traced
from ovos_cli.formats.row_runs import Mask, Size
from ovos_cli.formats.tree import Tree
from ovos_cli.formats.values import sequence, stem_of

DATA = "data.yaml"
LABELS, NUMBERS = "labels", "ids"
"""Folders of texts: polygons, and beside them the number of each line's object."""
_BOX = 5
"""Words of a line with a box."""
_LEAST = 3
"""Points of a polygon."""
_DIGITS = 6
_INSIDE = 0.25
"""Of a pixel: programs take the pixels that a line runs through, and cut off or round numbers."""


# Writing


def line(class_index: int, mask: Mask) -> str:
    """The polygon of an (H, W) mask that is not empty: one line around all its parts and holes."""
    height, width = mask.shape
    points = (joined(rings(mask, EXACT, steps=1)) - 0.5 + _INSIDE) / (width, height)
    missing = max(_LEAST - len(points), 0)  # of a pixel or a straight line
    points = np.concatenate([points, np.repeat(points[-1:], missing, axis=0)])
    return " ".join([str(class_index), *(f"{v:.{_DIGITS}f}" for v in points.ravel())])


def data(classes: Sequence[str]) -> str:
    """What `data.yaml` says of the classes."""
    values = {"path": ".", "train": "images", "val": "images", "names": dict(enumerate(classes))}
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)


# Reading


def is_yolo(content: str) -> bool:
    """Whether a text's first line is one of these."""
    words = content.lstrip().split("\n", 1)[0].split()
    if len(words) < _BOX:
        return False
    try:
        [*map(float, words)]
    except ValueError:
        return False
    return words[0].isdecimal()


def lies_right(tree: Tree, name: str) -> bool:
    """Whether a text lies where those of YOLO do, and numbers in it are no others."""
    known = LABELS in PurePosixPath(name).parts or bool(tree.ending("*.yaml"))
    return known or all(PurePosixPath(n).suffix == ".txt" for n in tree.names)


def read(tree: Tree, names: Sequence[str], path: Path) -> Annotated:
    """Take texts for YOLO's segments.

    The number of an object is in `ids/`, or stands last in its line, as Ultralytics writes it.

    Args:
        tree: where they are. names: of these texts. path: what was given, for messages.

    Raises:
        InputError: a line is none, a class is not named, or there are no polygons.
    """
    labels = _classes(tree)
    frames, boxes = [], 0
    for name in names:
        numbers = _numbers(tree, name)
        regions, left_out = _regions(tree.text(name), tree.place(name), labels, numbers)
        boxes += left_out
        frames.append(AnnotatedFrame(stem_of(name), None, None, regions))
    if not any(frame.regions for frame in frames):
        what = (
            f"it has {boxes} boxes and no polygon: boxes are no masks" if boxes else "it is empty"
        )
        raise InputError(f"{path} holds no YOLO segments: {what}")
    doubts = [f"{path}: {boxes} lines are boxes and left out"] if boxes else []
    return Annotated(path, frames, doubts=doubts)


def _regions(
    content: str, path: Path, labels: dict[int, str] | None, numbers: list[int] | None
) -> tuple[list[Region], int]:
    """Regions, and how many lines are boxes."""
    regions, boxes = [], 0
    lines = [text.split() for text in content.splitlines() if text.strip()]
    if numbers is not None and len(numbers) != len(lines):
        raise InputError(
            f"{path} has {len(lines)} lines, and its text in {NUMBERS} {len(numbers)}; a line "
            "there is the number of the object of a line here"
        )
    for place, words in enumerate(lines):
        with refusing(path, f"YOLO's segments, line {place + 1},"):
            kind = int(words[0])
            if labels is not None and kind not in labels:
                raise ValueError(
                    f"its class is {kind}, and {DATA} names {', '.join(map(str, labels)) or 'none'}"
                )
            if len(words) in (_BOX, _BOX + 1):
                boxes += 1
                continue
            if len(words) <= 2 * _LEAST:
                raise ValueError("a polygon has three points or more")
            numbered = len(words) % 2 == 0
            points = np.array(words[1 : len(words) - numbered], np.float64).reshape(-1, 2)
            if not np.isfinite(points).all() or np.abs(points).max() > 2:
                raise ValueError("its coordinates are not parts of the frame's sides, 0 to 1")
            number = numbers[place] if numbers is not None else int(words[-1]) if numbered else None
            label = f"class {kind}" if labels is None else labels[kind]
            regions.append(Region(label, number, _drawing(points)))
    return regions, boxes


def _drawing(points: NDArray[np.float64]) -> Any:
    def draw(size: Size) -> Mask:
        return traced(points * (size[1], size[0]) + _INSIDE, size)

    return draw


def _classes(tree: Tree) -> dict[int, str] | None:
    """Names of classes by number; None where no file says them."""
    found = tree.ending("*.yaml")
    if not found:
        return None
    path = tree.place(found[0])
    with refusing(path, "YOLO's list of classes"):
        try:
            names = yaml.safe_load(tree.text(found[0]))["names"]
        except yaml.YAMLError as error:
            raise ValueError(f"it is no YAML: {error}") from error
        if isinstance(names, dict):
            return {int(key): str(name) for key, name in names.items()}
        return {i: str(name) for i, name in enumerate(sequence(names, "names"))}


def _numbers(tree: Tree, name: str) -> list[int] | None:
    """Numbers of a text's objects; None where there is no such file."""
    parts = PurePosixPath(name).parts
    beside = [*parts[:-2], NUMBERS, parts[-1]]
    found = "/".join(beside)
    if LABELS not in parts or found not in tree.names:
        return None
    with refusing(tree.place(found), "a list of objects' numbers"):
        return [int(word) for word in tree.text(found).split()]
