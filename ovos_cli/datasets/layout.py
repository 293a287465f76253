"""Folders that data sets are made of."""

from collections.abc import Sequence as Names
from pathlib import Path

from models.errors import InputError
from ovos_cli.datasets.sequence import shortened
from ovos_cli.media.frame_names import natural_key

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}


def require_folders(root: Path, folders: Names[str], what: str) -> None:
    """Check that a root is the data set.

    Raises:
        InputError: folders are missing; says which were expected and what is there.
    """
    if not root.is_dir():
        raise InputError(f"--root {root} is not a folder")
    missing = [f for f in folders if not (root / f).is_dir()]
    if missing:
        raise InputError(
            f"--root {root} is not {what}: expected the folders {', '.join(folders)}; "
            f"missing: {', '.join(missing)}; found: {contents(root)}"
        )


def contents(folder: Path) -> str:
    """What a folder holds, for messages."""
    names = sorted(p.name + "/" * p.is_dir() for p in folder.iterdir())
    return shortened(names) if names else "nothing"


def subfolders(folder: Path) -> list[str]:
    """Names of the folders in a folder, sorted."""
    return sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def pictures(folder: Path) -> dict[str, Path]:
    """Pictures in a folder by stem, in natural order; empty if there is no such folder.

    Raises:
        InputError: two have one stem.
    """
    if not folder.is_dir():
        return {}
    files = [
        p for p in folder.iterdir() if p.suffix.lower() in PICTURES and not p.name.startswith(".")
    ]
    found = {p.stem: p for p in sorted(files, key=lambda p: natural_key(p.name))}
    if len(found) < len(files):
        twice = next(p for p in files if found[p.stem] != p)
        raise InputError(
            f"{folder} holds {twice.name} and {found[twice.stem].name}, which stand for one frame; "
            "move one of them away"
        )
    return found


def split_file(split: str) -> Path | None:
    """The text file that a split names; None where it is a name of the data set's.

    Raises:
        InputError: it looks like a file, and there is none.
    """
    path = Path(split)
    if not path.suffix and len(path.parts) == 1:
        return None
    if not path.is_file():
        raise InputError(f"the split file {path} does not exist")
    return path


def known_names(names: list[str], known: list[str], source: str, where: Path) -> list[str]:
    """The same names.

    Raises:
        InputError: some have no folder.
    """
    unknown = [n for n in names if n not in set(known)]
    if unknown:
        raise InputError(
            f"{source} names sequences that {where} does not hold: {shortened(unknown)}; "
            f"it holds: {shortened(known) or 'none'}"
        )
    return names
