"""Masks to compare with, for readers' environments: needs numpy and pillow alone."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image


def shots() -> list[Path]:
    """The shots in the folder that the command line names."""
    return sorted(f.parent for f in Path(sys.argv[1]).glob("*/truth"))


def truth(shot: Path) -> dict[str, np.ndarray]:
    """(H, W) ids of each frame, by name."""
    return {file.stem: np.array(Image.open(file)) for file in sorted(shot.glob("truth/*.png"))}


def objects(ids: np.ndarray) -> list[int]:
    """Ids of a frame."""
    return [int(i) for i in np.unique(ids) if i]


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union."""
    return float((one & other).sum() / max((one | other).sum(), 1))


def equal(found: dict[tuple[str, int], np.ndarray], shot: Path) -> int:
    """See that masks by frame and object are the true ones, all of them; returns how many."""
    expected = {(n, i): ids == i for n, ids in truth(shot).items() for i in objects(ids)}
    assert found.keys() == expected.keys(), (found.keys(), expected.keys())
    for key, mask in found.items():
        assert np.array_equal(mask, expected[key]), key
    return len(found)
