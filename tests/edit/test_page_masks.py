"""The page in a real browser: what is clicked and drawn is what the server has."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.edit.browser import browser
from tests.edit.served import LEFT, RIGHT, Opened, Served, Window, opened, served

__all__ = ["browser", "opened", "served"]

ZOOMS = {
    "fits": [],
    "closer": [(-400, LEFT)],
    "as close as it goes": [(-3000, LEFT)],
    "farther": [(900, RIGHT)],
    "closer and farther": [(-700, RIGHT), (300, LEFT)],
}


def _zoom(window: Window, name: str) -> None:
    for delta, (x, _) in ZOOMS[name]:
        at = window.squares()[0 if x == LEFT[0] else -1]
        window.tab.mouse.move(*at)
        window.tab.mouse.wheel(0, delta)
        window.tab.mouse.move(2, 2)


def _capsule(start: tuple[int, int], stop: tuple[int, int], width: int) -> NDArray[np.bool_]:
    """The pixels that a brush, an odd number of pixels wide, covers along a row."""
    ys, xs = np.mgrid[:64, :96]
    nearest = np.clip(xs, start[0], stop[0])
    return (xs - nearest) ** 2 + (ys - start[1]) ** 2 <= width**2 / 4


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_click_is_of_the_pixel_under_the_pointer(opened: Opened, zoom: str, ratio: int) -> None:
    window = opened(device_scale_factor=ratio)
    _zoom(window, zoom)
    target = window.squares()[0]
    with window.tab.expect_request("**/api/click") as asked, window.kept():
        window.tab.mouse.click(*target)
    (click,) = asked.value.post_data_json["clicks"]
    nearest = LEFT if abs(click["x"] - LEFT[0]) < 10 else RIGHT
    assert (click["x"], click["y"], click["inside"]) == (*nearest, True)


def test_what_a_click_would_take_is_what_it_takes(opened: Opened, served: Served) -> None:
    window = opened()
    left, right = window.squares()
    with window.tab.expect_response("**/api/click") as shown:
        window.tab.mouse.move(*left)
    prompt = shown.value.request.post_data_json
    asked: list[Any] = []
    window.tab.on("request", lambda r: asked.append(r) if "click" in r.url else None)
    window.tab.wait_for_function  # the answer is drawn by then
    with window.kept():
        window.tab.mouse.click(*left)
    masks = served.masks(0)
    assert masks is not None
    again = np.frombuffer(served.ask("POST", "click", prompt), np.uint8).reshape(masks.shape)
    np.testing.assert_array_equal(masks == 1, again > 0)
    with window.tab.expect_request("**/api/click") as outside, window.kept():
        window.tab.mouse.click(*right, button="right")
    assert outside.value.post_data_json["clicks"] == [
        {"x": LEFT[0], "y": LEFT[1], "inside": True},
        {"x": RIGHT[0], "y": RIGHT[1], "inside": False},
    ]
