"""From what a run stored of a mask to the IoU that it is expected to have with the truth."""

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from ovos_cli.review.history import GIVEN
from ovos_cli.shot.origins import BACKWARD, FORWARD

if TYPE_CHECKING:
    from models.tracking.cues import Cues

CALIBRATION = "calibration.json"
"""Coefficients, and how they were made: `benchmarks/review.py fit` writes it."""

_MOST = 0.99
"""Shares are held between this and 1 less it, so that their logits stay finite."""
_CELLS = 4.0
"""Added to counts of cells, so that the smallest objects do not differ by more than they are."""


def estimated(confidence: float, cues: "Cues | None", calibration: Mapping[str, float]) -> float:
    """Expected IoU of a mask with the truth, in [0, 1].

    Args:
        confidence: see `models.FrameMasks`; 0 is no mask at all.
        cues: of the same mask; None where none were stored.
        calibration: of `read_calibration`.
    """
    if confidence == 0:
        return calibration["none"]
    known = inputs(confidence, cues)
    kind = "alone" if cues is None else "cues"
    total = calibration[f"{kind}.constant"]
    total += sum(calibration[f"{kind}.{name}"] * value for name, value in known.items())
    return 1 / (1 + math.exp(-total))


def inputs(confidence: float, cues: "Cues | None") -> dict[str, float]:
    """What the estimate is a logistic function of: see docs/review.md."""
    known = {"confidence": _logit(confidence)}
    if cues is not None:
        scale = math.log((cues.cells + _CELLS) / (cues.given + _CELLS)) / 2
        known["found"] = _logit(cues.found)
        known["thickness"] = math.log(max(cues.thickness, 1e-3)) + scale
        known["cells"] = math.log(cues.cells + _CELLS)
    return known


def of_final(
    origin: str, confidence: float, forward: "Cues | None", backward: "Cues | None"
) -> float:
    """Expected IoU of a mask as it was written, without a look at the masks that it was made of.

    Args:
        origin, confidence: see `FinalMasks`.
        forward, backward: cues of what either way found.
    """
    if origin in GIVEN:
        return 1.0
    ways = {FORWARD: [forward], BACKWARD: [backward]}.get(origin, [forward, backward])
    calibration = read_calibration()
    return sum(estimated(confidence, cues, calibration) for cues in ways) / len(ways)


def of_both(forward: float, backward: float, share: float, agreement: float) -> float:
    """Expected IoU of a mask that is made of what two ways found.

    The distances of two masks from the truth, 1 less the IoU, add up to that between them at least:
    on the average the two cannot be better than (1 + agreement) / 2.

    Args:
        forward, backward: expected IoU of each way's.
        share: of the backward way, in [0, 1].
        agreement: IoU of the two.
    """
    mean = (1 - share) * forward + share * backward
    return min(mean, (1 + agreement) / 2)


@cache
def read_calibration() -> dict[str, float]:
    """The coefficients that come with ovos."""
    text = resources.files(__package__).joinpath(CALIBRATION).read_text("utf-8")
    coefficients: dict[str, float] = json.loads(text)["coefficients"]
    return coefficients


def _logit(share: float) -> float:
    held = min(max(share, 1 - _MOST), _MOST)
    return math.log(held / (1 - held))
