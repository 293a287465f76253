"""Ids in a method's masks that the ground truth has not."""

from pathlib import Path

import numpy as np

from models.errors import InputError
from ovos_cli.datasets.annotation import read_ids


def foreign_ids(masks: list[Path], known: frozenset[int]) -> list[str]:
    """What is wrong with masks of one sequence: an id that is none of `known`, or unreadable."""
    problems = []
    for mask in masks:
        try:
            ids = read_ids(mask)
        except InputError as error:
            problems.append(str(error))
            continue
        # To count the few known ids is faster than to find all that there are.
        if sum(int(np.count_nonzero(ids == i)) for i in (0, *known)) < ids.size:
            found = sorted(set(np.unique(ids).tolist()) - known - {0})
            problems.append(
                f"{mask} has the id {', '.join(map(str, found[:8]))}; "
                f"the sequence's objects are {', '.join(map(str, sorted(known)))}"
            )
    return problems
