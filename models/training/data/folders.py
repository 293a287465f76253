"""Folders of images and masks."""

from pathlib import Path

from models.errors import InputError
from models.training.data.pairs import Pair
from models.utils.clutter import without_clutter


def folder_pairs(root: Path) -> list[Pair]:
    """Pairs of `root/images` and `root/masks` with equal stems.

    Raises:
        InputError: the folders are missing or hold no pair, or two files of one name.
    """
    images, masks = root / "images", root / "masks"
    if not (images.is_dir() and masks.is_dir()):
        found = (
            ", ".join(sorted(p.name for p in root.iterdir())[:8]) if root.is_dir() else "nothing"
        )
        raise InputError(f"{root} should hold the folders images/ and masks/; it holds {found}")
    by_stem, mask_of = (_by_stem(_files(folder)) for folder in (images, masks))
    pairs = [Pair(by_stem[stem], mask) for stem, mask in mask_of.items() if stem in by_stem]
    if not pairs:
        raise InputError(f"{root} holds no image with a mask of the same name")
    return pairs


def unpaired(root: Path) -> tuple[int, int]:
    """How many of `root/images` have no mask, and how many of `root/masks` no image."""
    images, masks = ({path.stem for path in _files(root / name)} for name in ("images", "masks"))
    return len(images - masks), len(masks - images)


def _by_stem(files: list[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in files:
        if (other := found.setdefault(path.stem, path)) is not path:
            raise InputError(
                f"{path.parent} holds {other.name} and {path.name}; which of them goes with the "
                "other folder's cannot be told, so remove one"
            )
    return found


def _files(folder: Path) -> list[Path]:
    """What lies in a folder, but for what file managers leave there."""
    return without_clutter(folder.iterdir())
