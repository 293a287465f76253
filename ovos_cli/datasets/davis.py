"""DAVIS 2016 and 2017."""

from pathlib import Path

from models.errors import InputError
from models.utils.split_lists import davis_lists, read_list
from ovos_cli.datasets.layout import (
    contents,
    known_names,
    pictures,
    require_folders,
    split_file,
    subfolders,
)
from ovos_cli.datasets.sequence import Dataset, Protocol, Sequence, Submission

_SCALE = "480p"


def davis(root: Path, year: str, split: str) -> Dataset:
    """Read a DAVIS root at 480p.

    Args:
        root: holds JPEGImages/480p, Annotations/480p and ImageSets.
        year: 2016 (all objects count as one) or 2017.
        split: a list in ImageSets/YEAR, a text file of names, or `all`.

    Raises:
        InputError: the root, the split or a sequence is not there.
    """
    require_folders(root, (f"Annotations/{_SCALE}",), f"a DAVIS {year} root")
    folder = root / "Annotations" / _SCALE
    known = subfolders(folder)
    listing = split_file(split)
    names, source = _names(root, year, split, known, listing)
    sequences = [_sequence(root, n, year) for n in known_names(names, known, source, folder)]
    hidden = not any(s.has_truth for s in sequences)
    return Dataset(
        f"davis{year[2:]}",
        split,
        root,
        tuple(sequences),
        Submission.DAVIS if hidden else None,
        # A server takes whole splits, and one's own list is none of them.
        whole=len(known) if hidden and listing and len(names) < len(known) else None,
        listed=listing is not None,
    )


def _names(
    root: Path, year: str, split: str, known: list[str], listing: Path | None
) -> tuple[list[str], str]:
    if split == "all":
        return known, "--split all"
    if listing:
        return read_list(listing), f"the split file {listing}"
    places = davis_lists(root, year)
    for place in places:
        if (place / f"{split}.txt").is_file():
            return read_list(place / f"{split}.txt"), f"{place / split}.txt"
    there = sorted(p.stem for place in places if place.is_dir() for p in place.glob("*.txt"))
    raise InputError(
        f"there is no split '{split}': {places[0] / split}.txt is missing; there are: "
        f"{', '.join(there) or 'none'}. Give --split one of them, all, or a text file of names. "
        f"{root} holds {contents(root)}"
    )


def _sequence(root: Path, name: str, year: str) -> Sequence:
    images = pictures(root / "JPEGImages" / _SCALE / name)
    annotations = pictures(root / "Annotations" / _SCALE / name)
    frames = tuple(images or annotations)
    first = frames[0] if frames else ""
    if first not in annotations:
        raise InputError(
            f"sequence {name}: the first annotation is missing, "
            f"{root / 'Annotations' / _SCALE / name / (first or '00000')}.png"
        )
    return Sequence(
        name,
        frames,
        images,
        annotations,
        {first: None},
        Protocol.DAVIS,
        merged=year == "2016",
        wanted=frames,
    )
