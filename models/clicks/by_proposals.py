"""Masks by the model's proposals, and the picture's colours: what needs no click head."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.clicks.choice import GUESS, Belief, believed
from models.clicks.edges import cut_out
from models.clicks.nearby import corrected
from models.clicks.prompt import Click, Mask, Prompt
from models.clicks.spread import spread
from models.functional.masks import INSIDE
from models.sources.stored import StoredProposals

_LARGE, _NOT_TINY = 0.5, 0.05
"""Parts that stay beside the largest, of its area: without clicks; and, where the proposal has
them too, with clicks."""
_COLLAPSED = 0.25
"""Colours that leave less than this part of what was believed do not tell the object apart."""


@dataclass(frozen=True, slots=True)
class ByProposals:
    """The box, the first click inside, or its number choose a proposal; the colours its edges.

    Each further click changes what is connected with it.

    frame: (H, W, 3) RGB. proposals: of the frame, at its size.
    """

    frame: NDArray[np.uint8]
    proposals: StoredProposals

    def check(self, prompt: Prompt) -> None:
        """See `Answers`."""
        prompt.check((self.frame.shape[0], self.frame.shape[1]), len(self.proposals.scores))

    def whole(self, prompt: Prompt) -> Mask:
        """See `Answers`."""
        return self._found(believed(self.proposals, prompt), prompt)

    def again(self, prompt: Prompt, before: Mask) -> Mask:
        """See `Answers`."""
        seen = prompt.box is not None or prompt.proposal is not None
        if seen or any(click.inside for click in prompt.clicks):
            belief = believed(self.proposals, prompt)
        else:
            belief = np.where(before, GUESS, np.float32(0))
        return corrected(before, self._found(belief, prompt), prompt.clicks[-1])

    def _found(self, belief: Belief, prompt: Prompt) -> Mask:
        belief = spread(self.frame, belief, prompt.clicks)
        cut = cut_out(self.frame, belief, prompt.box, prompt.clicks)
        found = _parts(cut, belief, prompt.clicks)
        likely = belief > INSIDE
        if np.count_nonzero(found) < _COLLAPSED * np.count_nonzero(likely):
            return likely
        return found


def _parts(mask: Mask, belief: Belief, clicks: tuple[Click, ...]) -> Mask:
    """The connected parts that are meant."""
    count, labels, table, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    if count <= 2:
        return mask
    areas = table[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    kept = {int(labels[c.y, c.x]) for c in clicks if c.inside}
    if not kept:
        kept = {*np.flatnonzero(areas >= _LARGE * areas.max()).tolist()}
    else:
        sums = np.bincount(labels.ravel(), belief.ravel(), count)
        own = (sums > INSIDE * areas) & (areas > _NOT_TINY * areas.max())
        kept |= {*np.flatnonzero(own).tolist()}
    return np.isin(labels, [*kept - {0}])
