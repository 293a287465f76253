"""Average recall of proposals: how well the best of them cover annotated objects."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

THRESHOLDS = np.arange(0.5, 0.96, 0.05)
"""COCO's: 0.50, 0.55, … 0.95."""
TOPS = (10, 30, 100)

Masks = NDArray[np.bool_]


def overlaps(proposals: Masks, objects: Masks) -> NDArray[np.float64]:
    """IoU of (O, H, W) objects with (N, H, W) proposals: (O, N) in [0, 1]."""
    pixels = objects[0].size
    p = proposals.reshape(len(proposals), pixels).astype(np.float32)
    o = objects.reshape(len(objects), pixels).astype(np.float32)
    shared = (o @ p.T).astype(np.float64)
    union = o.sum(1)[:, None] + p.sum(1)[None] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def best_of(ious: NDArray[np.float64], top: int) -> NDArray[np.float64]:
    """The best IoU of each of O objects with the first `top` of (O, N) proposals; 0 of none."""
    return ious[:, :top].max(axis=1, initial=0.0)


@dataclass(frozen=True, slots=True)
class Recall:
    """at: 0.5, 0.75 and the mean over 0.5:0.95, each in [0, 1]. mean: best IoU on average."""

    half: float
    three_quarters: float
    average: float
    mean: float

    @classmethod
    def of(cls, best: NDArray[np.float64]) -> "Recall":
        """From the best IoU of each of M objects (M > 0)."""
        # In binary 0.5 + 5 * 0.05 is a little more than 0.75.
        at = [(best >= threshold - 1e-9).mean() for threshold in THRESHOLDS]
        return cls(float(at[0]), float(at[5]), float(np.mean(at)), float(best.mean()))


@dataclass
class Tally:
    """Best IoUs gathered over frames: for each sequence and each number of proposals."""

    best: dict[str, dict[int, list[float]]] = field(default_factory=dict)

    def add(self, sequence: str, ious: NDArray[np.float64]) -> None:
        """Count the (O, N) IoUs of one frame."""
        tops = self.best.setdefault(sequence, {top: [] for top in TOPS})
        for top in TOPS:
            tops[top].extend(best_of(ious, top).tolist())

    def recall(self, top: int, sequence: str | None = None) -> Recall:
        """Recall over all objects of a sequence, or of all sequences."""
        chosen = [self.best[sequence]] if sequence else list(self.best.values())
        return Recall.of(np.array([iou for tops in chosen for iou in tops[top]]))

    @property
    def objects(self) -> int:
        """How many annotated objects were counted, each in each frame."""
        return sum(len(tops[TOPS[0]]) for tops in self.best.values())

    def to_dict(self) -> dict[str, Any]:
        """Recall for each number of proposals, over all and by sequence, as JSON values."""
        return {
            f"top {top}": {
                "objects": self.objects,
                **asdict(self.recall(top)),
                "sequences": {name: asdict(self.recall(top, name)) for name in self.best},
            }
            for top in TOPS
        }
