"""Masks by the click head, which sees a view of the object."""

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.clicks.by_proposals import ByProposals
from models.clicks.choice import believed, best_proposal
from models.clicks.maps import prompt_maps
from models.clicks.nearby import corrected
from models.clicks.prompt import Box, Click, Mask, Prompt
from models.clicks.view import View
from models.functional.masks import INSIDE
from models.modules.base_features import FrameFeatures
from models.sources.stored import StoredProposals
from models.tracking.geometry import Geometry
from models.tracking.segmenter import Segmenter

_WHOLE = 2.0
"""A proposal that is more times as large as what a click finds is another thing: the click is on a
part of it, such as a rider of a horse."""


class ByHead:
    """The object is found in the whole frame, or in a box, and looked at again from near by."""

    def __init__(
        self,
        frame: NDArray[np.uint8],
        features: FrameFeatures,
        proposals: StoredProposals,
        segmenter: Segmenter,
    ) -> None:
        """Take a frame.

        Args:
            frame: (H, W, 3) RGB.
            features, proposals: of it, by this segmenter, whose network has a click head.
        """
        self._frame, self._segmenter = frame, segmenter
        self._by_number = ByProposals(frame, proposals)
        self._size = (frame.shape[0], frame.shape[1])
        geometry = Geometry.fit(self._size, segmenter.size)
        whole = (0, 0, self._size[1], self._size[0])
        self._all = View(whole, geometry.scaled, geometry.padded)
        # Features that were kept on disk come without the backbone's maps.
        self._raw = features.raw or self._seen(geometry.frame(frame))

    def check(self, prompt: Prompt) -> None:
        """See `Answers`."""
        self._by_number.check(prompt)

    def whole(self, prompt: Prompt) -> Mask:
        """See `Answers`."""
        if prompt.proposal is not None:
            return self._by_number.whole(prompt)
        if prompt.box is None:
            return self._from_clicks(prompt)
        return self._in_box(prompt.box, prompt)

    def _from_clicks(self, prompt: Prompt) -> Mask:
        """The whole object that a click is on, as proposals know it, or a part that is meant."""
        found = self._answer(self._raw, self._all, prompt, None)
        box = self._proposed(prompt, int(np.count_nonzero(found)))
        if box is None:
            return self.again(prompt, found)
        return self._in_box(box, replace(prompt, box=box))

    def _proposed(self, prompt: Prompt, area: int) -> Box | None:
        """The box of the proposal that is clicked, unless it holds much more than was found."""
        proposals = self._by_number.proposals
        number = best_proposal(proposals, prompt)
        if number is None:
            return None
        of_number = replace(prompt, proposal=number)
        if np.count_nonzero(believed(proposals, of_number) > INSIDE) > _WHOLE * area:
            return None
        height, width = self._size
        x0, y0, x1, y1 = proposals.boxes[number]
        low = max(0, math.floor(x0)), max(0, math.floor(y0))
        return *low, min(width, math.ceil(x1)), min(height, math.ceil(y1))

    def _in_box(self, box: Box, prompt: Prompt) -> Mask:
        mask = self.again(prompt, self._near(View.around(self._size, box), prompt, None))
        x0, y0, x1, y1 = box
        mask[:y0] = mask[y1:] = mask[:, :x0] = mask[:, x1:] = False
        return mask

    def again(self, prompt: Prompt, before: Mask) -> Mask:
        """See `Answers`."""
        near: list[Box] = [(c.x, c.y, c.x + 1, c.y + 1) for c in prompt.clicks if c.inside]
        x, y, w, h = cv2.boundingRect(before.view(np.uint8))
        near += [(x, y, x + w, y + h)] if w else []
        view = View.around(self._size, *near) if near else self._all
        found = self._near(view, prompt, before)
        # What a person brought is right where nothing is clicked.
        kept = prompt.earlier is not None and bool(prompt.clicks)
        return corrected(before, found, prompt.clicks[-1]) if kept else found

    def _near(self, view: View, prompt: Prompt, before: Mask | None) -> Mask:
        picture = torch.from_numpy(view.picture(self._frame)).permute(2, 0, 1)[None]
        return self._answer(self._seen(picture), view, prompt, before)

    def _seen(self, picture: Tensor) -> tuple[Tensor, ...]:
        """The backbone's maps of a picture (1, 3, H, W), uint8."""
        with self._segmenter.computing():
            pixels = picture.to(self._segmenter.device).float() / 255
            features: FrameFeatures = self._segmenter.network.bfe(pixels)
            return features.raw

    def _answer(
        self, raw: Sequence[Tensor], view: View, prompt: Prompt, before: Mask | None
    ) -> Mask:
        head = self._segmenter.network.clicks
        assert head is not None
        said = prompt_maps(
            view.padded,
            None if prompt.box is None else view.box(prompt.box),
            [view.click(click) for click in prompt.clicks],
            None if before is None else view.cells(before),
        )
        with self._segmenter.computing():
            logits = head(raw, said.to(self._segmenter.device))[0]
        found = view.inside(logits.cpu().numpy(), self._size)
        return found if prompt.box is not None else _meant(found, prompt.clicks, before)


def _meant(mask: Mask, clicks: Sequence[Click], before: Mask | None) -> Mask:
    """The parts that are clicked as inside, or were there before; the largest where none is.

    Of clicks alone the head takes what is alike elsewhere in the picture, too.
    """
    count, labels, table, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    if count <= 2:
        return mask
    meant = {int(labels[c.y, c.x]) for c in clicks if c.inside} - {0}
    if before is not None:
        known = np.bincount(labels[before], minlength=count)
        meant |= {n for n in range(1, count) if 2 * known[n] > table[n, cv2.CC_STAT_AREA]}
    if not meant:
        meant = {1 + int(table[1:, cv2.CC_STAT_AREA].argmax())}
    return np.isin(labels, [*meant])
