"""The clicks stage: what it draws, who clicks, and that the head alone learns from it."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from models.errors import InputError
from models.hub.presets import preset
from models.network import DMNAOA
from models.training.build import build_stage
from models.training.recipe import SamplesPart, read_recipe
from models.training.samples.one_object import ObjectViews, view_around
from models.training.stages.clicks import ClickStage, spoilt
from tests.conftest import ROOT

SIZE = 96


@dataclass(frozen=True)
class Discs:
    """A picture of a large disc, 1, and a small one, 2; a corner is ignored."""

    image_path: Path = Path("discs.png")

    def image(self) -> np.ndarray:
        image = np.full((80, 120, 3), 60, np.uint8)
        image[self.mask() == 1] = (200, 40, 40)
        image[self.mask() == 2] = (40, 200, 40)
        return image

    def mask(self) -> np.ndarray:
        mask = np.zeros((80, 120), np.uint8)
        cv2.circle(mask, (40, 40), 25, 1, -1)
        cv2.circle(mask, (95, 30), 9, 2, -1)
        mask[70:, 100:] = 255
        return mask


def test_views_hold_the_object_in_its_colour() -> None:
    part = SamplesPart(size=SIZE)
    rng, seen = np.random.default_rng(0), set()
    for _ in range(40):
        view = ObjectViews([Discs()], part)(rng)
        assert view.image.shape == (3, SIZE, SIZE) and view.truth.shape == (SIZE, SIZE)
        inside = view.truth == 1
        assert inside.float().mean() > 0.005
        red, green, _ = view.image.float()[:, inside].mean(1).tolist()
        assert abs(red - green) > 40
        seen.add(red > green)
    assert seen == {True, False}


@pytest.mark.parametrize("seed", range(20))
def test_all_of_an_object_is_in_the_view_around_it(seed: int) -> None:
    mask = np.zeros((90, 140), bool)
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 120), rng.integers(0, 70)
    mask[y : y + int(rng.integers(3, 60)), x : x + int(rng.integers(3, 60))] = True
    matrix = view_around(rng, mask, SIZE)
    rows, columns = np.nonzero(mask)
    corners = matrix @ np.stack([columns + 0.5, rows + 0.5, np.ones(len(rows))])
    assert corners[:2].min() >= -0.6 and corners[:2].max() <= SIZE + 0.6


def test_a_spoilt_mask_is_another_but_of_the_same_thing() -> None:
    mask = Discs().mask() == 1
    rng = np.random.default_rng(0)
    ious = []
    for _ in range(30):
        other = spoilt(rng, mask)
        ious.append((mask & other).sum() / (mask | other).sum())
    assert 0.4 < np.mean(ious) < 0.9


def test_the_head_alone_learns_and_does(untrained: Path) -> None:
    torch.manual_seed(0)
    stage = ClickStage(DMNAOA(preset("lite")), dtype=torch.float32).train()
    learning = {n for n, p in stage.named_parameters() if p.requires_grad}
    assert learning and all(name.startswith("network.clicks.") for name in learning)
    rng = np.random.default_rng(1)
    views = [ObjectViews([Discs()], SamplesPart(size=SIZE))(rng) for _ in range(4)]
    optimizer = torch.optim.AdamW([p for p in stage.parameters() if p.requires_grad], 2e-3)
    losses = []
    for _ in range(25):
        found = sum(stage(views).values())
        losses.append(float(found.detach()))
        found.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:3])


def test_the_recipe_begins_with_weights_that_have_no_head_or_have_one(untrained: Path) -> None:
    settings = [f"start.weights={untrained}"]
    stage = build_stage(
        read_recipe(ROOT / "recipes" / "lite-clicks.toml", settings),
        torch.device("cpu"),
        torch.float32,
    )
    assert isinstance(stage, ClickStage)


def test_clicks_need_the_lite_backbone() -> None:
    with pytest.raises(InputError, match="click head"):
        ClickStage(DMNAOA(preset("r50")))
