"""Annotated images and videos on disk."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.errors import InputError

IGNORE = 255
"""Mask value of pixels that are neither object nor background."""

Array = NDArray[np.uint8]


@dataclass(frozen=True)
class Pair:
    """One image and its indexed mask: 0 background, 1..N instances, 255 ignore."""

    image_path: Path
    mask_path: Path

    def image(self) -> Array:
        """(H, W, 3) RGB."""
        pixels = cv2.imread(str(self.image_path), cv2.IMREAD_COLOR)
        if pixels is None:
            raise InputError(f"{self.image_path} is not a readable image; mend or remove it")
        return np.ascontiguousarray(pixels[:, :, ::-1])

    def mask(self) -> Array:
        """(H, W) instance ids. A two-valued 0/255 mask is read as one object."""
        with Image.open(self.mask_path) as picture:
            ids = np.array(picture if picture.mode == "P" else picture.convert("L"))
        if picture.mode != "P" and set(np.unique(ids)) <= {0, 255}:
            ids = (ids > 0).astype(np.uint8)
        return ids


@dataclass(frozen=True)
class Video:
    """Annotated frames of one video, in order."""

    name: str
    frames: tuple[Pair, ...]

    @cached_property
    def length(self) -> int:
        return len(self.frames)


def folder_pairs(root: Path) -> list[Pair]:
    """Pairs of `root/images` and `root/masks` with equal stems.

    Raises:
        InputError: the folders are missing or hold no pair.
    """
    images, masks = root / "images", root / "masks"
    if not (images.is_dir() and masks.is_dir()):
        raise InputError(f"{root} should hold the folders images/ and masks/")
    by_stem = {path.stem: path for path in sorted(images.iterdir())}
    pairs = [
        Pair(by_stem[mask.stem], mask) for mask in sorted(masks.iterdir()) if mask.stem in by_stem
    ]
    if not pairs:
        raise InputError(f"{root} holds no image with a mask of the same name")
    return pairs


def davis_videos(root: Path, split: str, year: str = "2016") -> list[Video]:
    """Sequences of a DAVIS root named in `ImageSets/<year>/<split>.txt`.

    Raises:
        InputError: the list or a sequence is missing.
    """
    listing = root / "ImageSets" / year / f"{split}.txt"
    if not listing.is_file():
        raise InputError(f"{root} is not a DAVIS root: {listing} is missing")
    videos = []
    for name in listing.read_text().split():
        masks = sorted((root / "Annotations" / "480p" / name).glob("*.png"))
        images = root / "JPEGImages" / "480p" / name
        if not masks or not images.is_dir():
            raise InputError(f"sequence {name} of {root} lacks frames or annotations")
        videos.append(Video(name, tuple(Pair(images / f"{m.stem}.jpg", m) for m in masks)))
    return videos


STILLS = (
    "FeralCats",
    "WildAnimals7",
    "CCP",
    "ECSSD",
    "VOC2010_coseg",
    "COCO_subset",
    "CaltechAnimals",
    "Animals63",
    "Cat81",
)


def still_pairs(root: Path) -> list[Pair]:
    """Every still image with object masks below `root`."""
    return [pair for name in STILLS for pair in folder_pairs(root / name)]
