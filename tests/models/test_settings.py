"""Settings of a wrong type or outside of their range are refused, not run with."""

import re

import pytest

from models.errors import InputError
from models.hub.presets import preset
from models.training.recipe import LossPart


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("nonsense=1", "no setting 'nonsense'"),
        ("use_aoa=5", "use_aoa cannot be '5'; it must be true or false"),
        ("use_aoa", "use_aoa cannot be ''"),
        ("memory_stride=0", "memory stride is 0"),
        ("memory_max=many", "memory_max cannot be 'many'; it must be a whole number"),
        ("memory_policy=x", "must be one of: first, previous"),
        ("proposals=[]", "must be one of: lite"),
        ("max_proposals=abc", "max_proposals cannot be 'abc'; it must be a whole number"),
        ("max_proposals=-1", "max proposals is -1; it must be 0 or more"),
        ("roi_size=1.5", "roi_size cannot be '1.5'"),
        ("guard=strong", "guard cannot be 'strong'; it must be a number"),
        ("guard=nan", "guard cannot be 'nan'"),
        ("guard=true", "guard cannot be 'True'"),
        ("first_floor=1", "first floor is 1; it must be below 1"),
        ("guard=-1", "guard is -1; it must be 0 or more"),
        ("base_channels=[1,2]", "must be a list of 3 whole numbers"),
        ("object_levels=f4", "must be a list of texts"),
        ("proposal_nms=7", "proposal nms is 7; it must be 0 to 1"),
        ("null_overlap=9", "null overlap is 9; it must be 0 to 1"),
        ("matching_iou_weight=3", "matching iou weight is 3; it must be 0 to 1"),
        ("template_agreement=-0.1", "template agreement is -0.1; it must be 0 to 1"),
        ("roi_context=0", "roi context is 0; it must be 0.1 or more"),
        ("base_channels=[24,32,95]", "give objects 127 channels (of f8, f16); it must be an even"),
        ("refine_depth=[1,0,1]", "refine depth is (1, 0, 1); it must be 1 or more"),
    ],
)
def test_settings_that_make_no_sense_are_refused(setting: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        preset("lite").override([setting])


def test_both_ends_of_a_range_are_allowed() -> None:
    for value in (0, 1):
        assert preset("lite").override([f"matching_iou_weight={value}"])


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_losses_weigh_nothing_or_more(weight: float) -> None:
    with pytest.raises(ValueError, match="dice"):
        LossPart(dice=weight)
