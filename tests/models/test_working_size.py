"""How large frames are inside the network, where nobody says it."""

import numpy as np
import pytest

from models.tracking.working_size import FINE, USUAL, working_size


@pytest.mark.parametrize(
    ("areas", "size"),
    [
        ({}, USUAL),
        ({1: 5}, USUAL),
        ({1: 3000, 2: 300}, USUAL),
        ({1: 3000, 2: 299}, FINE),
        ({7: 100, 254: 100}, FINE),
        ({1: 3000, 255: 10}, USUAL),
    ],
)
def test_several_objects_of_which_one_is_small_are_looked_at_closely(
    areas: dict[int, int], size: int
) -> None:
    ids = np.repeat(list(areas), list(areas.values())).astype(np.uint8)
    ids = np.pad(ids, (0, 10_000 - ids.size)).reshape(100, 100)
    assert working_size(ids) == size


def test_what_is_asked_for_counts_and_without_masks_it_is_the_usual_size() -> None:
    crowd = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert working_size(crowd, asked=360) == 360
    assert working_size(crowd, asked=0) == 0
    assert working_size() == USUAL
