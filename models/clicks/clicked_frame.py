"""Which answers a model gives to clicks in a frame."""

import numpy as np
from numpy.typing import NDArray

from models.clicks.answer import Answers
from models.clicks.by_head import ByHead
from models.clicks.by_proposals import ByProposals
from models.sources.stored import StoredProposals
from models.tracking.geometry import Geometry
from models.tracking.segmenter import PreparedFrame, Segmenter


def answers_in(frame: NDArray[np.uint8], prepared: PreparedFrame, segmenter: Segmenter) -> Answers:
    """Get ready for clicks in a frame: by the click head where the weights have one.

    Args:
        frame: (H, W, 3) RGB.
        prepared: the same frame, by `segmenter`.
    """
    proposals = proposals_in(frame, prepared, segmenter)
    if segmenter.network.clicks is None:
        return ByProposals(frame, proposals)
    return ByHead(frame, prepared.features, proposals, segmenter)


def proposals_in(
    frame: NDArray[np.uint8], prepared: PreparedFrame, segmenter: Segmenter
) -> StoredProposals:
    """A frame's proposals at its own size, by the numbers that a `Prompt` names them by.

    Args:
        frame, prepared, segmenter: see `answers_in`.
    """
    geometry = Geometry.fit((frame.shape[0], frame.shape[1]), segmenter.size)
    return StoredProposals.of(prepared.proposals, geometry)
