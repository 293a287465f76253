"""What the names of a folder's frames tell: their order, and whether they are one sequence."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from models.utils.names import numbers_apart

_FEW = 10
"""One file in so many may be named unlike the others, without being one of them."""
_SEQUENCES = 4
"""So many ways to name files are sequences; more are names that follow no rule."""

Form = tuple[str, ...]
"""A name without its numbers."""


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key under which frame 9 comes before frame 10, and frame -1 before 0."""
    return [
        (0, part, "") if isinstance(part, int) else (1, 0, part.lower())
        for part in numbers_apart(name)
    ]


def form_of(name: str) -> Form:
    """The name without its numbers, in whose places there is an empty text."""
    return tuple("" if isinstance(part, int) else part for part in numbers_apart(name))


def siblings(file: Path) -> int:
    """How many other files have a name that differs from this one's in a number only."""
    form = form_of(file.name)
    if "" not in form_of(file.stem):
        return 0
    try:
        return sum(form_of(f.name) == form for f in file.parent.iterdir() if f.name != file.name)
    except OSError:  # the folder may not be listed
        return 0


def odd_names(files: Sequence[Path]) -> list[str]:
    """What looks as if not all files were meant, or some were missing; for people.

    A mask, a preview or a copy of the frames' kind is read as a frame; its name may tell it.

    Args:
        files: in natural order.
    """
    forms = defaultdict[Form, list[Path]](list)
    for file in files:
        forms[form_of(file.stem)].append(file)
    most = max(forms.values(), key=len, default=[])
    others = [file for group in forms.values() if group is not most for file in group]
    if not others:
        return _gaps(files)
    if "" not in form_of(most[0].stem):
        return []
    if len(others) * _FEW <= len(files):
        numbered = "" in form_of(others[0].stem)
        what = "is named" if numbered else "has no number,"
        return [
            f"{others[0].name} {what} unlike the other frames, and was read as one; if it is none, "
            "move it to another folder"
        ]
    if len(forms) > _SEQUENCES or len(most) * 2 <= len(forms):
        return []
    listed = ", ".join(f"{len(group)} like {group[0].name}" for group in forms.values())
    return [
        f"the folder {files[0].parent} holds frames of {len(forms)} kinds of names ({listed}); all "
        f"were read as one sequence, from {files[0].name} to {files[-1].name}. If only some are "
        "meant, move the others to another folder"
    ]


def _gaps(files: Sequence[Path]) -> list[str]:
    """Whether numbers are left out of a sequence that is regular else."""
    numbers = [[p for p in numbers_apart(f.stem) if isinstance(p, int)] for f in files]
    varying = [column for column in zip(*numbers, strict=True) if len({*column}) > 1]
    if len(varying) != 1:
        return []
    steps = [b - a for a, b in pairwise(varying[0])]
    usual = min(steps)
    gaps = [place for place, step in enumerate(steps) if step > usual]
    if usual < 1 or not gaps or len(gaps) * 2 > len(steps):
        return []
    first = gaps[0]
    more = "" if len(gaps) == 1 else f", as in {len(gaps) - 1} more places"
    return [
        f"frames are missing between {files[first].name} and {files[first + 1].name}{more}; those "
        "on both sides were read as neighbours, and frames are counted without"
    ]
