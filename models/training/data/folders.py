"""Folders of images and masks."""

from pathlib import Path

from models.errors import InputError
from models.training.data.pairs import Pair


def folder_pairs(root: Path) -> list[Pair]:
    """Pairs of `root/images` and `root/masks` with equal stems.

    Raises:
        InputError: the folders are missing or hold no pair.
    """
    images, masks = root / "images", root / "masks"
    if not (images.is_dir() and masks.is_dir()):
        found = (
            ", ".join(sorted(p.name for p in root.iterdir())[:8]) if root.is_dir() else "nothing"
        )
        raise InputError(f"{root} should hold the folders images/ and masks/; it holds {found}")
    by_stem = {path.stem: path for path in _files(images)}
    pairs = [Pair(by_stem[mask.stem], mask) for mask in _files(masks) if mask.stem in by_stem]
    if not pairs:
        raise InputError(f"{root} holds no image with a mask of the same name")
    return pairs


def unpaired(root: Path) -> tuple[int, int]:
    """How many of `root/images` have no mask, and how many of `root/masks` no image."""
    images, masks = ({path.stem for path in _files(root / name)} for name in ("images", "masks"))
    return len(images - masks), len(masks - images)


def _files(folder: Path) -> list[Path]:
    """What lies in a folder, but for what file managers leave there."""
    return [
        path
        for path in sorted(folder.iterdir())
        if not path.name.startswith(".") and path.name not in ("Thumbs.db", "desktop.ini")
    ]
