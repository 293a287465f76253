"""Where a data set is, if nobody says: in OVOS_DATA or in the working folder, by layout."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.errors import InputError
from ovos_cli.datasets.publishers import Publisher

DATA_VARIABLE = "OVOS_DATA"
_USUAL = ("data", "datasets")
"""Folders in the working folder that data sets are looked for in, besides itself."""


@dataclass(frozen=True)
class Found:
    """A data set's folder, and for people, how it was found."""

    root: Path
    by: str


def data_folders() -> list[Found]:
    """Folders that may hold data sets, or be one: OVOS_DATA, the working folder, the usual ones.

    Raises:
        InputError: OVOS_DATA names no folder.
    """
    named = os.environ.get(DATA_VARIABLE)
    if named and not Path(named).is_dir():
        raise InputError(
            f"{DATA_VARIABLE} is '{named}', which is not a folder; set it to the folder that holds "
            "your data sets (DAVIS, YouTube-VOS …), or unset it"
        )
    places = [Found(Path(named), f"by {DATA_VARIABLE}")] if named else []
    usual = [Path(name) for name in _USUAL if Path(name).is_dir()]
    return [*places, *(Found(place, "in the working folder") for place in (Path(), *usual))]


def find_published(publisher: Publisher, split: str | None = None) -> Found:
    """Look for a data set in all data folders.

    Args:
        publisher: of the data set.
        split: a root that has it is preferred to one that has not.

    Raises:
        InputError: there is none; says where it was looked for and who offers it.
    """
    places = data_folders()
    found, passed = find_in(publisher, places, split)
    if found is None:
        raise InputError(not_found(publisher, places, passed))
    return found


def find_in(
    publisher: Publisher, places: list[Found], split: str | None = None
) -> tuple[Found | None, list[str]]:
    """The first root of a data set in some folders, or one of them itself.

    Returns:
        It, or None; and what was passed over: folders of such a name that are laid out otherwise.
    """
    passed: list[str] = []
    without_split = None
    for place in places:
        for root in _candidates(publisher, place.root):
            lacking = publisher.lacks(root, split)
            if not lacking:
                return Found(root, place.by), passed
            if without_split is None and not publisher.lacks(root, None):
                without_split = Found(root, place.by)
            elif root != place.root:
                passed.append(f"{root} (without {lacking})")
    return without_split, passed


def not_found(
    publisher: Publisher, places: list[Found], passed: list[str], option: str = "--root"
) -> str:
    """Where a data set was looked for, and how to come by it.

    Args:
        option: `--root` takes the data set's folder, `--data` the one that holds it.
    """
    looked = ", ".join(str(place.root.resolve()) for place in places)
    unset = "" if os.environ.get(DATA_VARIABLE) else f" ({DATA_VARIABLE} is not set)"
    but = f"; passed over: {', '.join(passed)}" if passed else ""
    what = "its folder" if option == "--root" else "the folder that holds it"
    return (
        f"{publisher.title} was not found in {looked}{unset}{but}.\n{publisher.offer()}\n"
        f"  Then give {what} with {option}, or set {DATA_VARIABLE} to the folder that holds it."
    )


def _candidates(publisher: Publisher, folder: Path) -> Iterator[Path]:
    """The folder itself, those in it by likelihood of their names, and one level below these."""
    yield folder
    for child in _named(publisher, folder):
        yield child
        yield from _named(publisher, child)  # archives that were unpacked into a folder


def _named(publisher: Publisher, folder: Path) -> list[Path]:
    try:
        children = sorted(p for p in folder.iterdir() if p.is_dir())
    except OSError:
        return []
    ranked = [(publisher.rank(child.name), child) for child in children]
    return [child for rank, child in sorted((r, c) for r, c in ranked if r is not None)]
