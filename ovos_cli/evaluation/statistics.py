"""What becomes of values per frame: mean, recall and decay (DAVIS), and averages of objects."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

_BINS = 4
_RECALL_AT = 0.5


def mean(values: Sequence[float]) -> float:
    """Mean over frames; nan without frames."""
    return float(np.mean(values)) if len(values) else float("nan")


def recall(values: Sequence[float]) -> float:
    """Share of frames whose value is above 0.5; nan without frames."""
    return float(np.mean(np.asarray(values) > _RECALL_AT)) if len(values) else float("nan")


def decay(values: Sequence[float]) -> float:
    """Mean of the first quarter of the frames less that of the last; nan without frames.

    The quarters' ends are the official tool's, and neighbours share theirs. Its 8-bit indices
    wrap in videos of more than 256 frames; these do not.
    """
    if not len(values):
        return float("nan")
    ends = np.round(np.linspace(1, len(values), _BINS + 1) + 1e-10).astype(np.int64) - 1
    quarters = [values[a : b + 1] for a, b in pairwise(ends)]
    return mean(quarters[0]) - mean(quarters[-1])


def average(values: Sequence[float]) -> float | None:
    """Mean of the numbers among values; None if there is none."""
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else None
