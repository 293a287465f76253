"""Numbers outside of a setting's range are refused, not run with."""

import re

import pytest

from models.errors import InputError
from models.presets import preset
from models.training.recipe import LossPart


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("proposal_nms=7", "proposal nms is 7; it must be 0 to 1"),
        ("null_overlap=9", "null overlap is 9; it must be 0 to 1"),
        ("matching_iou_weight=3", "matching iou weight is 3; it must be 0 to 1"),
        ("template_agreement=-0.1", "template agreement is -0.1; it must be 0 to 1"),
        ("roi_context=0", "roi context is 0; it must be 0.1 or more"),
        ("base_channels=[24,32,95]", "give objects 127 channels (of f8, f16); it must be an even"),
        ("refine_depth=[1,-1,1]", "refine depth is (1, -1, 1); it must be 0 or more"),
    ],
)
def test_settings_out_of_range_are_refused(setting: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        preset("lite").override([setting])


def test_both_ends_of_a_range_are_allowed() -> None:
    for value in (0, 1):
        assert preset("lite").override([f"matching_iou_weight={value}"])


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_losses_weigh_nothing_or_more(weight: float) -> None:
    with pytest.raises(ValueError, match="dice"):
        LossPart(dice=weight)
