"""Figures that the paper (DMN-AOA, ICCV 2021) and others published, to stand beside ours."""

from collections.abc import Collection

TABLE_4 = {"BFE": 0.009, "OPG": 0.020, "OTG": 0.015, "AM": 0.044, "MRN": 0.066, "total": 0.154}
"""Seconds per frame by module with ResNet-50 on DAVIS-2017 val; the total is their sum (the
paper's Table 3 says 0.15)."""

TABLE_3 = {
    "F0": (0.786, 0.840, 0.813, 0.15),
    "A1": (0.752, 0.803, 0.778, 0.13),
    "A2": (0.779, 0.831, 0.805, 0.14),
    "A3": (0.764, 0.814, 0.789, 0.14),
    "A4": (0.768, 0.820, 0.794, 0.15),
    "A5": (0.675, 0.725, 0.700, 0.11),
    "A6": (0.671, 0.712, 0.692, 0.11),
    "B1": (0.773, 0.825, 0.799, 0.14),
    "B2": (0.778, 0.826, 0.802, 0.15),
    "B3": (0.777, 0.830, 0.804, 0.15),
    "B4": (0.792, 0.843, 0.818, 0.19),
    "C1": (0.703, 0.747, 0.725, 0.15),
    "C2": (0.658, 0.700, 0.679, 0.15),
    "D1": (0.763, 0.817, 0.790, 0.15),
    "D2": (0.775, 0.827, 0.801, 0.15),
}
"""J, F, J&F and seconds per frame of each row on DAVIS-2017 val: ResNet-50, trained without
YouTube-VOS."""

SCORES: dict[str, dict[str, tuple[float | None, float | None, float]]] = {
    "davis16": {
        "OSVOS": (0.798, 0.806, 0.802),
        "RGMP": (0.815, 0.820, 0.818),
        "SiamMask": (0.717, 0.678, 0.698),
        "STM": (0.887, 0.899, 0.893),
        "STCN": (None, None, 0.917),
        "XMem": (None, None, 0.915),
    },
    "davis17": {
        "OSVOS": (0.566, 0.639, 0.603),
        "RGMP": (0.648, 0.686, 0.667),
        "SiamMask": (0.543, 0.585, 0.564),
        "DMM-Net": (0.681, 0.733, 0.707),
        "STM": (0.792, 0.843, 0.818),
        "DMN-AOA R50 (paper)": (0.810, 0.870, 0.840),
        "DMN-AOA R101 (paper)": (0.814, 0.875, 0.845),
        "STCN": (None, None, 0.853),
        "XMem": (None, None, 0.862),
    },
    "ytvos18": {
        "OSVOS": (None, None, 0.588),
        "RGMP": (None, None, 0.538),
        "SiamMask": (None, None, 0.528),
        "DMM-Net": (None, None, 0.580),
        "STM": (None, None, 0.794),
        "DMN-AOA R50 (paper)": (None, None, 0.825),
        "DMN-AOA R101 (paper)": (None, None, 0.827),
        "STCN": (None, None, 0.843),
        "XMem": (None, None, 0.857),
    },
}
"""J, F and J&F on the whole validation split, as published; on YouTube-VOS the third is G."""

CATEGORIES = {
    "DMM-Net": (0.603, 0.506, 0.635, 0.574),
    "STM": (0.797, 0.728, 0.842, 0.809),
    "DMN-AOA R50 (paper)": (0.825, 0.762, 0.869, 0.842),
    "DMN-AOA R101 (paper)": (0.826, 0.767, 0.870, 0.848),
}
"""J of seen and unseen categories, then F of both: YouTube-VOS 2018 val, the paper's Table 2."""

BY_CATEGORY = ("J-Seen", "J-Unseen", "F-Seen", "F-Unseen")
"""Names of these measures, in that order."""

SECONDS = {"DMN-AOA R50 (paper)": 0.15, "DMN-AOA R101 (paper)": 0.16}
"""Seconds per frame on DAVIS-2017 val (the paper's Table 1)."""


def published_scores(
    dataset: str, split: str, measured: Collection[str]
) -> dict[str, dict[str, float | None]]:
    """What is published of other methods on a split, by the names of measures.

    Args:
        dataset, split: as `results.json` names them.
        measured: names of the measures of a run; without any of a row's there is nothing to
            compare, and the row is left out. So G never stands for J&F.
    """
    overall = "G" if dataset.startswith("ytvos") else "J&F-Mean"
    rows = SCORES.get(dataset, {}) if split == "val" else {}
    named = {n: dict(zip(("J-Mean", "F-Mean", overall), v, strict=True)) for n, v in rows.items()}
    if dataset == "ytvos18":
        for name, values in CATEGORIES.items():
            named.get(name, {}).update(zip(BY_CATEGORY, values, strict=True))
    return {n: v for n, v in named.items() if any(v[m] is not None for m in {*v} & {*measured})}
