"""Figures that the paper publishes (tables 1, 2 and 4), to set beside measured ones.

They are of the paper's own models on the whole split; the paper gives none for single sequences.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """J, F and overall in [0, 1]; overall is J&F on DAVIS and G on YouTube-VOS.

    sequences: how many the split has.
    """

    name: str
    overall: float
    j: float
    f: float
    sequences: int


_R50, _R101 = "DMN-AOA R50", "DMN-AOA R101"

_SPLITS = {
    ("davis17", "val"): (
        Published(_R50, 0.840, 0.810, 0.870, 30),
        Published(_R101, 0.845, 0.814, 0.875, 30),
    ),
    ("davis17", "test-dev"): (
        Published(_R50, 0.772, 0.741, 0.803, 30),
        Published(_R101, 0.783, 0.748, 0.817, 30),
    ),
    # Table 2 has J and F for seen and unseen categories; these are their means.
    ("ytvos18", "val"): (
        Published(_R50, 0.825, (0.825 + 0.762) / 2, (0.869 + 0.842) / 2, 474),
        Published(_R101, 0.827, (0.826 + 0.767) / 2, (0.870 + 0.848) / 2, 474),
    ),
}

PAPER_TIMING = {"BFE": 0.009, "OPG": 0.020, "OTG": 0.015, "AM": 0.044, "MRN": 0.066}
"""Table 4: seconds for each frame of DAVIS-2017 val, ResNet-50, on a GPU."""


def published(dataset: str, split: str) -> tuple[Published, ...]:
    """What the paper gives for a split; empty where it gives nothing."""
    return _SPLITS.get((dataset, split), ())
