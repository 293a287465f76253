"""CVAT's "segmentation mask 1.1" (Pascal VOC): pictures in colours that labelmap.txt explains."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError
from models.pictures.opened import decoded
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, decoded_already
from ovos_cli.formats.tree import Tree
from ovos_cli.formats.values import stem_of

LABELS, OBJECTS, CLASSES = "labelmap.txt", "SegmentationObject", "SegmentationClass"
_BACKGROUND = "background"
_CODE = (1 << 16, 1 << 8, 1)
"""A colour as one number."""


def is_voc(tree: Tree) -> bool:
    """Whether a folder or zip is of this kind."""
    return bool(tree.ending(OBJECTS, "*.png") or tree.ending(CLASSES, "*.png"))


def read(tree: Tree) -> Annotated:
    """Take a folder or zip for one of these.

    Objects are the colours of a frame, in the order of CVAT's palette; without pictures of objects,
    each class is one.

    Raises:
        InputError: labelmap.txt is missing, or a colour is not in it.
    """
    found = tree.ending(LABELS)
    if not found:
        raise InputError(
            f"{tree.path} has {OBJECTS} or {CLASSES}, but no {LABELS}, which says what colours "
            "mean; put it beside them"
        )
    labels = _labels(tree.text(found[0]), tree.place(found[0]))
    objects = {stem_of(name): name for name in tree.ending(OBJECTS, "*.png")}
    classes = {stem_of(name): name for name in tree.ending(CLASSES, "*.png")}
    frames = []
    for stem in objects or classes:
        kinds = _codes(tree, classes[stem]) if stem in classes else None
        things = _codes(tree, objects[stem]) if objects else kinds
        assert things is not None
        place = tree.place(objects.get(stem) or classes[stem])
        if kinds is not None and kinds.shape != things.shape:
            raise InputError(f"{place} is of another size than the picture of its classes")
        regions = [*_regions(things, kinds, labels, place)]
        frames.append(AnnotatedFrame(stem, None, (things.shape[0], things.shape[1]), regions))
    doubts = (
        []
        if objects
        else [
            f"{tree.path} has no {OBJECTS}: all that is of one class in a frame is taken for one "
            "object"
        ]
    )
    return Annotated(tree.path, frames, doubts=doubts)


def _regions(
    things: NDArray[np.uint32],
    kinds: NDArray[np.uint32] | None,
    labels: dict[int, str],
    place: Path,
) -> Iterator[Region]:
    for code in sorted({int(c) for c in np.unique(things)} - {0}, key=_palette_index):
        mask = things == code
        label = ""
        if kinds is not None:
            present, counts = np.unique(kinds[mask], return_counts=True)
            kind = int(present[counts.argmax()])
            if kind not in labels:
                shown = ", ".join(f"#{c:06x} {name}" for c, name in labels.items())
                raise InputError(
                    f"{place} has the colour #{kind:06x} of a class, which is not in {LABELS} "
                    f"({shown}); do the two belong together?"
                )
            label = labels[kind]
        if label != _BACKGROUND:
            yield Region(label, None, decoded_already(mask))


def _codes(tree: Tree, name: str) -> NDArray[np.uint32]:
    picture = decoded(tree.place(name), tree.read(name)).convert("RGB")
    codes: NDArray[np.uint32] = (np.asarray(picture, np.uint32) * np.array(_CODE, np.uint32)).sum(
        axis=2, dtype=np.uint32
    )
    return codes


def _labels(text: str, path: Path) -> dict[int, str]:
    """Names of classes by colour, of lines `label:r,g,b:parts:actions`."""
    labels = {0: _BACKGROUND}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        *name, colour, _, _ = line.rsplit(":", 3) if line.count(":") >= 3 else ("", "", "", "")
        try:
            red, green, blue = bytes(map(int, colour.split(",")))
        except ValueError:
            raise InputError(
                f"{path} has the line '{line}'; lines are LABEL:RED,GREEN,BLUE::"
            ) from None
        code, label = (red << 16) + (green << 8) + blue, ":".join(name)
        if labels.setdefault(code, label) != label:
            raise InputError(
                f"{path} gives the colour {red},{green},{blue} to {labels[code]} and to {label}; "
                "give each label its own"
            )
    return labels


def _palette_index(code: int) -> int:
    """The place of a colour in the palette of Pascal VOC, which spreads an index over channels."""
    channels = [code >> 16 & 255, code >> 8 & 255, code & 255]
    return sum((channels[bit % 3] >> (7 - bit // 3) & 1) << bit for bit in range(24))
