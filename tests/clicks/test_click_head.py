"""What the click head sees, against definitions taken by the letter; and what becomes of it."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from models.clicks.answer import mask_from_prompt
from models.clicks.by_proposals import ByProposals
from models.clicks.clicked_frame import answers_in
from models.clicks.maps import prompt_maps
from models.clicks.prompt import Click, Prompt
from models.clicks.view import View
from models.errors import InputError
from models.hub.load import load_model
from models.hub.presets import preset
from models.hub.weights_file import read_weights, save_weights
from models.modules.click_head import ClickHead, PromptBatch
from models.network import DMNAOA
from models.tracking.segmenter import Segmenter

CLICKS = (Click(10, 5), Click(21, 17, False), Click(3, 14))
CHANNELS = (8, 12, 16, 24)


def test_maps_are_what_was_said() -> None:
    earlier = np.random.default_rng(0).random((6, 8), np.float32)
    maps = prompt_maps((24, 32), (3, 4, 18, 30), CLICKS, earlier).maps[0].numpy()
    for row in range(6):
        for column in range(8):
            x, y = 4 * column + 2, 4 * row + 2
            for first, inside in ((0, True), (2, False)):
                for place, reach in enumerate((6, 32), first):
                    wanted = max(
                        math.exp(-((x - c.x - 0.5) ** 2 + (y - c.y - 0.5) ** 2) / (2 * reach**2))
                        for c in CLICKS
                        if c.inside == inside
                    )
                    assert maps[place, row, column] == pytest.approx(wanted, abs=1e-6)
            covered = [
                3 <= 4 * column + i < 18 and 4 <= 4 * row + j < 30
                for i in range(4)
                for j in range(4)
            ]
            assert maps[4, row, column] == pytest.approx(sum(covered) / 16)
    assert np.array_equal(maps[5], earlier)


def test_nothing_that_was_said_is_nothing() -> None:
    nothing = prompt_maps((32, 64))
    assert not nothing.maps.any() and nothing.places.shape == (1, 0, 2)
    assert nothing.signs.shape == (1, 0)


def test_clicks_are_where_features_are_sampled() -> None:
    places = prompt_maps((24, 32), None, CLICKS).places
    grid = torch.arange(32.0).expand(24, 32)[None, None]
    found = torch.nn.functional.grid_sample(grid, places[:, None], align_corners=False)
    assert found.flatten().tolist() == pytest.approx([click.x for click in CLICKS], abs=1e-4)


@pytest.mark.parametrize("box", [(40, 30, 90, 80), (0, 0, 160, 120), (150, 110, 160, 120)])
def test_what_is_seen_of_a_frame_comes_back_to_its_place(box: tuple[int, int, int, int]) -> None:
    frame = (120, 160)
    mask = np.zeros(frame, bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    view = View.around(frame, box)
    x0, y0, x1, y1 = view.window
    assert 0 <= x0 <= box[0] and box[2] <= x1 <= 160 and 0 <= y0 <= box[1] and box[3] <= y1 <= 120
    assert all(side % 32 == 0 for side in view.size) and view.size == view.padded
    back = view.inside(view.cells(mask) - 0.5, frame)
    # A cell of the view is a few pixels at most.
    assert (back ^ mask).sum() <= 0.2 * mask.sum()
    assert view.picture(np.zeros((*frame, 3), np.uint8)).shape == (*view.size, 3)


def test_a_click_is_on_the_same_thing_in_a_view() -> None:
    frame = np.zeros((120, 160, 3), np.uint8)
    frame[71, 93] = 255
    view = View.around((120, 160), (90, 68, 100, 76))
    click = view.click(Click(93, 71))
    shown = view.picture(frame)[..., 0]
    y, x = np.unravel_index(int(shown.argmax()), shown.shape)
    assert abs(click.x - int(x)) <= 3 and abs(click.y - int(y)) <= 3
    assert view.box((93, 71, 94, 72)) == pytest.approx(
        (click.x, click.y, *(click.x, click.y)), abs=5
    )


def _raw(batch: int) -> list[torch.Tensor]:
    torch.manual_seed(1)
    return [
        torch.randn(batch, width, 64 // stride, 96 // stride)
        for width, stride in zip(CHANNELS, (4, 8, 16, 32), strict=True)
    ]


def test_prompts_of_one_batch_do_not_see_each_other() -> None:
    torch.manual_seed(0)
    head, raw = ClickHead(CHANNELS).eval(), _raw(1)
    prompts = [prompt_maps((64, 96), None, CLICKS), prompt_maps((64, 96), (8, 8, 40, 40))]
    with torch.no_grad():
        together = head(raw, PromptBatch.join(prompts))
        alone = [head(raw, prompt)[0] for prompt in prompts]
    assert together.shape == (2, 16, 24)
    assert torch.allclose(together, torch.stack(alone), atol=1e-5)
    assert not torch.allclose(alone[0], alone[1], atol=1e-3)


def test_a_file_with_a_head_has_one_and_others_do_not(untrained: Path, tmp_path: Path) -> None:
    assert load_model("lite", untrained).network.clicks is None
    network = DMNAOA(preset("lite"))
    network.add_click_head()
    path = tmp_path / "with.safetensors"
    save_weights(network, path, {"training": "none"})
    head = load_model("lite", path).network.clicks
    assert head is not None
    for name, value in head.state_dict().items():
        assert torch.allclose(value, network.clicks.state_dict()[name], atol=1e-3), name
    assert any(name.startswith("clicks.") for name in read_weights(path)[1])


def test_a_model_without_the_maps_of_stride_32_has_none() -> None:
    with pytest.raises(InputError, match="--model lite"):
        DMNAOA(preset("r50")).add_click_head()


def test_a_frame_is_answered_by_the_head_where_there_is_one() -> None:
    torch.manual_seed(0)
    network = DMNAOA(preset("lite"))
    image = np.random.default_rng(0).integers(0, 255, (80, 120, 3)).astype(np.uint8)

    def answered(prompt: Prompt) -> np.ndarray:
        segmenter = Segmenter(network, size=64, device="cpu", precision="fp32")
        answers = answers_in(image, segmenter.prepare([image])[0], segmenter)
        assert isinstance(answers, ByProposals) == (network.clicks is None)
        return mask_from_prompt(answers, prompt)

    boxed, clicked = Prompt(box=(20, 10, 70, 60)), Prompt(clicks=CLICKS)
    by_proposals = answered(boxed)
    network.add_click_head()
    found = answered(boxed)
    assert found.shape == (80, 120) and not np.array_equal(found, by_proposals)
    outside = np.ones((80, 120), bool)
    outside[10:60, 20:70] = False
    assert not found[outside].any()
    assert np.array_equal(answered(clicked), answered(clicked))
