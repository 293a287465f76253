"""Small data sets made on the spot, in the folders of DAVIS and YouTube-VOS."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.conftest import write_indexed

HEIGHT, WIDTH = 48, 64
Ids = NDArray[np.uint8]


def scene(frame: int, objects: int = 2, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> Ids:
    """Squares on their way to the right, ids from 1."""
    ids = np.zeros(shape, np.uint8)
    for ident in range(1, objects + 1):
        top, left = 4 + 14 * (ident - 1), 4 + 2 * frame + 10 * (ident - 1)
        ids[top : top + 12, left : left + 14] = ident
    return ids


def image(ids: Ids, frame: int) -> NDArray[np.uint8]:
    """A picture of a scene, with some texture."""
    rng = np.random.default_rng(frame)
    colours = np.array([[60, 90, 60], [200, 60, 50], [50, 80, 210], [220, 200, 40]], np.uint8)
    return (colours[ids] + rng.integers(0, 12, (*ids.shape, 3))).astype(np.uint8)


def write_sequence(
    root: Path, name: str, frames: int, objects: int = 2, scale: str = "480p"
) -> None:
    """Write JPEGImages and Annotations of one DAVIS sequence."""
    for kind in ("JPEGImages", "Annotations"):
        (root / kind / scale / name).mkdir(parents=True, exist_ok=True)
    for index in range(frames):
        ids = scene(index, objects)
        Image.fromarray(image(ids, index)).save(
            root / "JPEGImages" / scale / name / f"{index:05d}.jpg", quality=95
        )
        write_indexed(root / "Annotations" / scale / name / f"{index:05d}.png", ids)


def davis_tree(root: Path, year: str = "2017", frames: int = 6) -> Path:
    """Two sequences, `bear` (one object) and `dogs` (two), in the split val."""
    write_sequence(root, "bear", frames, 1)
    write_sequence(root, "dogs", frames, 2)
    lists = root / "ImageSets" / year
    lists.mkdir(parents=True)
    (lists / "val.txt").write_text("bear\ndogs\n")
    return root


def youtube_tree(root: Path, *, truth: bool = False) -> Path:
    """One video of eleven frames, every fifth listed; object 2 begins in frame 5.

    The validation split is annotated in the objects' first frames only, unless with `truth`. The
    training split is there by its list of categories.
    """
    name = "0a1b2c3d4e"
    listed = ["00000", "00005", "00010"]
    objects = {
        "1": {"category": "dog", "frames": listed},
        "2": {"category": "kite", "frames": listed[1:]},
    }
    for folder in ("valid/JPEGImages", "valid/Annotations", "valid_all_frames/JPEGImages"):
        (root / folder / name).mkdir(parents=True)
    for index in range(11):
        ids, stem = scene(index, 2), f"{index:05d}"
        picture = Image.fromarray(image(ids, index))
        picture.save(root / "valid_all_frames" / "JPEGImages" / name / f"{stem}.jpg", quality=95)
        if stem in listed:
            picture.save(root / "valid" / "JPEGImages" / name / f"{stem}.jpg", quality=95)
        # As in the data set: where a later object begins, the others are left out.
        shown = {0: [1], 5: [1, 2] if truth else [2], 10: [1, 2] if truth else []}.get(index)
        if shown:
            kept = np.where(np.isin(ids, shown), ids, 0).astype(np.uint8)
            write_indexed(root / "valid" / "Annotations" / name / f"{stem}.png", kept)
    (root / "valid" / "meta.json").write_text(json.dumps({"videos": {name: {"objects": objects}}}))
    (root / "train").mkdir()
    known = {"1": {"category": "dog", "frames": ["00000"]}}
    (root / "train" / "meta.json").write_text(json.dumps({"videos": {"x": {"objects": known}}}))
    return root


def copy_truth(root: Path, target: Path, shift: int = 0) -> Path:
    """Masks of a method: a DAVIS root's annotations, moved to the right by some pixels."""
    for path in (root / "Annotations" / "480p").rglob("*.png"):
        place = target / path.parent.name
        place.mkdir(parents=True, exist_ok=True)
        with Image.open(path) as picture:
            write_indexed(place / path.name, np.roll(np.array(picture), shift, axis=1))
    return target
