"""What is known of a shot's frames: the masks that follow from what is stored."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.tracking.geometry import Geometry
from models.tracking.objects import Ids
from ovos_cli.shot.going import Passed
from ovos_cli.shot.meeting import FinalMasks, Found, final_masks, probabilities
from ovos_cli.shot.plan import Plan
from ovos_cli.shot.store import Store


@dataclass(frozen=True, slots=True)
class Known:
    """Masks of frames, by what a person has said at one moment, whatever is said after it.

    plan: what follows from that. given: masks by frame, (H, W) ids. size: short side of the frames
    inside the model. cuts: gives the frames before which there is a cut, as far as they are known.
    """

    plan: Plan
    given: Mapping[int, Ids]
    store: Store
    size: int
    cuts: Callable[[], Collection[int]]

    def masks(self, frame: int, passed: Passed | None = None) -> FinalMasks | None:
        """Of a frame, once all ways that pass it have been there; None before, or if it is locked.

        Args:
            passed: what one of them just found there.
        """
        plan = self.plan
        if frame in plan.prompts.locked or not self.given:
            return None
        ways = list[Found | None]()
        for backward in (False, True):
            key, found = plan.key(frame, backward=backward), None
            if key is not None:
                fresh = passed.found if passed and passed.backward == backward else None
                found = fresh or self.store.found(frame, key, backward=backward)
                if found is None:
                    return None
            ways.append(found)
        forward, back = ways
        # What one way forward found is the answer already.
        ready = passed.masks.ids if passed is not None and back is None else None
        given, cuts = self.given.get(frame), self.cuts()
        return final_masks(plan.prompts, frame, forward, back, given, self._geometry, ready, cuts)

    def forward_ids(self, frame: int) -> Ids:
        """Masks that the forward way found in a frame, (H, W) ids."""
        prompts, key = self.plan.prompts, self.plan.key(frame, backward=False)
        found = self.store.found(frame, key, backward=False)
        return final_masks(prompts, frame, found, None, None, self._geometry).ids

    def soft(self, masks: FinalMasks) -> dict[int, NDArray[np.float32]]:
        """Soft masks of a frame whose masks are known: (H, W) in [0, 1] by id."""
        return probabilities(masks, self._geometry)

    @property
    def _geometry(self) -> Geometry:
        height, width = next(iter(self.given.values())).shape
        return Geometry.fit((height, width), self.size)
