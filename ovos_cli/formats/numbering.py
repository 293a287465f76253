"""Which id of ours each object of a file gets."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.errors import InputError
from models.pictures.mask_values import MOST_IDS
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region

Key = tuple[str, int]
"""What tells objects of a file apart: `number` and its number; else its label and how many regions
of that label come before it in the frame."""

_OURS = re.compile(r"object ([1-9][0-9]{0,2})")
"""What an object without a name is called."""
_NO_CLASS = re.compile(r"\s*|(?:object|class|category) -?[0-9]+|.*[\x00-\x1f].*", re.DOTALL)
"""Labels that say nothing, and those that we give where a file has none."""
_LISTED = 8


@dataclass(frozen=True)
class Numbering:
    """ids: of objects, by key. alone: the file holds one object, and gives it no number.

    classes: of objects, by id, as far as the file names them. doubts: how objects were numbered,
    where the file does not say it.
    """

    ids: Mapping[Key, int]
    alone: bool
    classes: Mapping[int, str]
    doubts: list[str]


def keys_of(frame: AnnotatedFrame) -> list[Key]:
    """For each region of a frame, its object."""
    seen: dict[str, int] = defaultdict(int)
    keys = []
    for region in frame.regions:
        if (number := number_of(region)) is not None:
            keys.append(("number", number))
        else:
            keys.append((f"label {region.label}", seen[region.label]))
            seen[region.label] += 1
    return keys


def number_of(region: Region) -> int | None:
    """As the file gives it; where it does not, what a label such as `object 3` says."""
    return number_in(region.label) if region.number is None else region.number


def number_in(text: str) -> int | None:
    """The number of an object without a name of its own: `object 3`."""
    ours = _OURS.fullmatch(text.strip())
    return int(ours[1]) if ours else None


def numbered(annotated: Annotated) -> Numbering:
    """Ids of all objects of a file: its own numbers where these go from 1 to 254.

    Raises:
        InputError: there are more objects than ids, or one number has two labels.
    """
    labels = _labels(annotated)
    given = sorted(key for key in labels if key[0] == "number")
    others = [key for key in labels if key[0] != "number"]
    if len(labels) > MOST_IDS:
        unnumbered = "; without numbers, it is not known which masks are of one object"
        raise InputError(
            f"{annotated.path} holds {len(labels)} objects, and {MOST_IDS} can be followed at once"
            f"{unnumbered if others else ''}. Keep those that matter"
        )
    doubts = []
    if all(1 <= number <= MOST_IDS for _, number in given):
        ids = {key: key[1] for key in given}
    else:
        ids = {key: place for place, key in enumerate(given, start=1)}
        shown = _listed(f"{key[1]} is {ids[key]}" for key in given)
        doubts.append(
            f"objects of {annotated.path} have numbers beyond 1 to {MOST_IDS}; they are numbered "
            f"anew: {shown}"
        )
    free = (i for i in range(1, MOST_IDS + 1) if i not in set(ids.values()))
    ids |= dict(zip(others, free, strict=False))
    if others:
        shown = _listed(f"{ids[key]} is {labels[key] or 'without a label'}" for key in others)
        several = " and the order within a frame" if any(place for _, place in others) else ""
        doubts.append(
            f"{annotated.path} gives objects no numbers; they are told apart by their labels"
            f"{several}: {shown}"
        )
    alone = len(labels) == 1 and not given
    classes = {ids[key]: label for key, label in labels.items() if not _NO_CLASS.fullmatch(label)}
    return Numbering(ids, alone, classes, [] if alone else doubts)


def _labels(annotated: Annotated) -> dict[Key, str]:
    """Objects in the order in which they come, with their labels."""
    found = dict[Key, str]()
    for frame in annotated.frames:
        for key, region in zip(keys_of(frame), frame.regions, strict=True):
            label = found.setdefault(key, region.label)
            if label != region.label:
                raise InputError(
                    f"{annotated.path}: object {key[1]} is '{label}' in one place and "
                    f"'{region.label}' in another{_at(frame)}; give each object a number of its own"
                )
    return found


def _at(frame: AnnotatedFrame) -> str:
    return f", frame '{frame.name}'" if frame.name else ""


def _listed(parts: Iterable[str]) -> str:
    known = list(parts)
    return ", ".join(known[:_LISTED]) + (", …" if len(known) > _LISTED else "")
