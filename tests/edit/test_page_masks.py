"""The page in a real browser: what is clicked and drawn is what the server has."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.browser import browser
from tests.edit.served import LEFT, RIGHT, Opened, Served, Window, opened, served

__all__ = ["browser", "opened", "served"]

ZOOMS: tuple[tuple[int, ...], ...] = ((), (-400,), (-3000,), (900,), (-700, 300))
"""Turns of the wheel, one after the other; the third goes as close as can be."""


def _zoomed(window: Window, turns: tuple[int, ...]) -> tuple[float, float]:
    """Where the left square is after turns of the wheel over it."""
    window.press("0")
    for turn in turns:
        window.tab.mouse.move(*window.squares()[0])
        window.tab.mouse.wheel(0, turn)
        window.tab.mouse.move(2, 2)
    return window.squares()[0]


def _stroke(start: tuple[int, int], stop: tuple[int, int], width: int) -> NDArray[np.bool_]:
    """The pixels that a brush, an odd number of pixels wide, covers along a row."""
    ys, xs = np.mgrid[:64, :96]
    return (xs - np.clip(xs, start[0], stop[0])) ** 2 + (ys - start[1]) ** 2 <= width**2 / 4


def _set_brush(window: Window, pixels: int) -> None:
    window.tab.locator("#brush-size").fill(str(pixels))


@pytest.mark.parametrize("ratio", [1, 2])
def test_a_click_is_of_the_pixel_under_the_pointer(opened: Opened, ratio: int) -> None:
    window = opened(device_scale_factor=ratio)
    for turns in ZOOMS:
        target = _zoomed(window, turns)
        with window.tab.expect_request("**/api/click") as asked, window.kept():
            window.tab.mouse.click(*target)
        said = asked.value.post_data_json
        assert said["clicks"] == [{"x": LEFT[0], "y": LEFT[1], "inside": True}], turns
        assert (said["frame"], said["object"], said["from"]) == (0, 1, "nothing")
        with window.kept("DELETE"):
            window.press("Control+z")


def test_what_a_click_would_take_is_what_it_takes(opened: Opened, served: Served) -> None:
    window = opened()
    left, right = window.squares()
    with window.tab.expect_response("**/api/click") as shown:
        window.tab.mouse.move(*left)
    prompt = shown.value.request.post_data_json
    with window.kept():
        window.tab.mouse.click(*left)
    again = np.frombuffer(served.ask("POST", "click", prompt), np.uint8)
    np.testing.assert_array_equal(served.mask(0, 1).ravel(), again > 0)
    with window.tab.expect_request("**/api/click") as outside, window.kept():
        window.tab.mouse.click(*right, button="right")
    assert outside.value.post_data_json["clicks"] == [
        {"x": LEFT[0], "y": LEFT[1], "inside": True},
        {"x": RIGHT[0], "y": RIGHT[1], "inside": False},
    ]
    # Of a mask that something else has made, a click changes what is there.
    window.press("b")
    window.paint(left, right)
    window.press("c")
    with window.tab.expect_request("**/api/click") as corrected, window.kept():
        window.tab.keyboard.down("Shift")
        window.tab.mouse.click(*right)
        window.tab.keyboard.up("Shift")
    said = corrected.value.post_data_json
    assert said["from"] == "known" and [c["inside"] for c in said["clicks"]] == [False]


def test_a_proposal_is_taken_by_a_click_on_it_or_by_its_number(
    opened: Opened, served: Served
) -> None:
    window = opened()
    left, right = window.squares()
    with window.tab.expect_response("**/api/proposals/0") as told:
        window.press("p")
    boxes = [one["box"] for one in told.value.json()]
    # Shown by its number, it is what is taken.
    with window.tab.expect_response("**/api/click") as shown:
        window.press(*str(len(boxes) - 1))
    prompt = shown.value.request.post_data_json
    assert (prompt["pick"], prompt["clicks"], prompt["from"]) == (len(boxes) - 1, [], "nothing")
    with window.kept():
        window.press("Enter")
    named = np.frombuffer(served.ask("POST", "click", prompt), np.uint8) > 0
    np.testing.assert_array_equal(served.mask(0, 1).ravel(), named)
    # The first by its tag.
    scale = (right[0] - left[0]) / (RIGHT[0] - LEFT[0])
    corner = [left[n] + (boxes[0][n] - LEFT[n]) * scale + 4 for n in (0, 1)]
    with window.tab.expect_request("**/api/click") as asked, window.kept():
        window.tab.mouse.click(*corner)
    assert asked.value.post_data_json["pick"] == 0
    with window.kept():
        window.press("Control+z")
    np.testing.assert_array_equal(served.mask(0, 1).ravel(), named)
    # A click corrects the one that is taken.
    window.press("v")
    with window.tab.expect_request("**/api/click") as corrected, window.kept():
        window.tab.mouse.click(*right)
    said = corrected.value.post_data_json
    assert (said["pick"], [c["inside"] for c in said["clicks"]]) == (prompt["pick"], [False])
    # Digits are objects again with any other tool.
    window.press("c", "1")
    window.has_chosen(1)


def test_a_box_goes_from_edge_to_edge(opened: Opened) -> None:
    window = opened()
    window.press("r")
    left, right = window.squares()
    scale = (right[0] - left[0]) / (RIGHT[0] - LEFT[0])
    with window.tab.expect_request("**/api/click") as asked, window.kept():
        window.drag((right[0], right[1] - 10 * scale), left)
    box = [LEFT[0], LEFT[1] - 10, RIGHT[0] + 1, LEFT[1] + 1]
    assert asked.value.post_data_json["box"] == box


@pytest.mark.parametrize("ratio", [1, 2])
def test_strokes_are_of_the_pixels_that_the_brush_went_over(
    opened: Opened, served: Served, ratio: int
) -> None:
    window = opened(device_scale_factor=ratio)
    window.press("b")
    for turns, width in (((), 5), ((-200,), 1), ((900,), 9)):
        _zoomed(window, turns)
        _set_brush(window, width)
        window.paint(*window.squares())
        expected = _stroke(LEFT, RIGHT, width)
        np.testing.assert_array_equal(served.mask(0, 1), expected, str(turns))
        with window.kept("DELETE"):
            window.press("Control+z")


def test_a_finger_draws_and_clicks_and_two_zoom_and_move(opened: Opened, served: Served) -> None:
    window = opened(has_touch=True)
    left, right = window.squares()
    middle = (left[0] + right[0]) / 2, left[1]
    zoom, apart = window.tab.locator("#zoom").inner_text(), right[0] - left[0]
    # The first finger does nothing if another one comes, whatever the tool.
    for tool in ("b", "c"):
        window.press("0", tool)
        near = [(x, left[1] + 60) for x in (middle[0] - apart / 5, middle[0] + apart / 5)]
        far = [(x, left[1] + 20) for x in (middle[0] - apart / 4, middle[0] + apart / 4)]
        window.touch(near[:1], near, far, far[:1])
        assert window.tab.locator("#zoom").inner_text() != zoom
        zoomed = window.squares()
        expected = [
            (middle[0] + side * apart * 1.25 / 2, left[1] + 20 - 60 * 1.25) for side in (-1, 1)
        ]
        np.testing.assert_allclose(zoomed, expected, atol=2)
    assert served.masks(0) is None
    # A click is where the finger is lifted.
    window.press("0")
    with window.tab.expect_request("**/api/click") as asked, window.kept():
        window.touch([middle], [left])
    assert asked.value.post_data_json["clicks"][-1] == {"x": LEFT[0], "y": LEFT[1], "inside": True}
    with window.kept("DELETE"):
        window.press("Control+z")
    window.press("b")
    _set_brush(window, 5)
    with window.kept():
        window.touch([left], [middle], [right])
    np.testing.assert_array_equal(served.mask(0, 1), _stroke(LEFT, RIGHT, 5))


def test_everything_is_undone_and_done_again(opened: Opened, served: Served) -> None:
    window = opened()
    left, right = window.squares()
    states = []
    window.press("b")
    _set_brush(window, 9)
    window.paint(left, right)
    states.append(served.mask(0, 1))
    window.press("e")
    _set_brush(window, 3)
    window.paint(left, left)
    states.append(served.mask(0, 1))
    np.testing.assert_array_equal(states[1], _stroke(LEFT, RIGHT, 9) & ~_stroke(LEFT, LEFT, 3))
    above = right[0], right[1] - 90
    window.paint(above, above, button="right")  # the eraser paints with the other button
    states.append(served.mask(0, 1))
    assert (states[2] & ~states[1]).any()
    window.press("ArrowRight")
    window.shows_frame(1)
    window.press("b")
    window.paint(left, left)
    assert served.mask(1, 1).any()

    with window.kept("DELETE"):
        window.press("Control+z")
    assert not served.mask(1, 1).any()
    assert window.tab.locator("#frame").input_value() == "1"
    for expected in reversed(states[:-1]):
        with window.kept():
            window.press("Control+z")
        np.testing.assert_array_equal(served.mask(0, 1), expected)
    assert window.tab.locator("#frame").input_value() == "0"
    with window.kept("DELETE"):
        window.press("Control+z")
    assert served.known("timeline")["objects"]["1"]["given"] == []
    for expected in states:
        with window.kept():
            window.press("Control+Shift+z")
        np.testing.assert_array_equal(served.mask(0, 1), expected)


def test_of_two_objects_the_newer_has_the_pixels_and_undo_gives_them_back(
    opened: Opened, served: Served
) -> None:
    window = opened()
    left, right = window.squares()
    middle = (left[0] + right[0]) / 2, left[1]
    window.press("b")
    _set_brush(window, 7)
    window.paint(left, right)
    first = served.mask(0, 1)
    with window.kept("POST", "/api/objects"):
        window.press("Shift+N")
    window.has_chosen(2)
    window.paint(middle, right)
    second = served.mask(0, 2)
    assert second.any() and not (second & served.mask(0, 1)).any()
    np.testing.assert_array_equal(second | served.mask(0, 1), first | second)
    with window.kept("PUT"):
        window.press("Control+z")
    np.testing.assert_array_equal(served.mask(0, 1), first)
    assert not served.mask(0, 2).any()
    # Removed, it is gone; undone, it is there with all that was given of it.
    window.press("Control+Shift+z", "2")
    with window.kept("DELETE", "/api/objects/2"):
        window.tab.get_by_label("Remove object 2").click()
    assert not served.mask(0, 2).any()
    with window.kept("PATCH", "/api/objects/2"):
        window.press("Control+z")
    np.testing.assert_array_equal(served.mask(0, 2), second)


def test_no_object_loses_pixels_to_another_without_a_word(opened: Opened, served: Served) -> None:
    window = opened()
    left, right = window.squares()
    window.press("b")
    _set_brush(window, 7)
    window.paint(left, right)
    first = served.mask(0, 1)
    with window.kept("POST", "/api/objects"):
        window.press("Shift+N")
    window.has_chosen(2)
    part = first.copy()
    part[:, : first.shape[1] // 2] = False
    window.tab.route("**/api/click", lambda route: route.fulfill(body=part.tobytes()))
    window.press("c")
    with window.kept():
        window.tab.mouse.click(*right)
    window.says(f"{part.sum()} pixels of object 1 went to object 2")
    window.press("b")
    _set_brush(window, 19)
    window.paint(left, right)
    window.says("All of object 1 went to object 2")
    with window.kept():
        window.press("Control+z")
    np.testing.assert_array_equal(served.mask(0, 1), first & ~part)


def test_a_click_is_asked_when_what_was_given_before_it_is_kept(
    opened: Opened, served: Served
) -> None:
    window = opened()
    left, right = window.squares()
    for ident in (1, 2):
        window.press("Shift+N")
        window.has_chosen(ident)
    window.tab.evaluate(
        """() => {
            const real = window.fetch;
            window.answered = [];
            window.fetch = async (address, options) => {
                const { method } = options;
                if (method === 'PUT') await new Promise((go) => setTimeout(go, 300));
                if (method === 'POST') window.answered.push(method);
                const answer = await real(address, options);
                if (method === 'PUT') window.answered.push(method);
                return answer;
            };
        }"""
    )
    window.press("1")
    with window.kept():
        window.tab.mouse.click(*left)
        window.press("2")
        window.tab.mouse.click(*right)
    window.tab.wait_for_function("() => window.answered.length >= 4")
    assert window.tab.evaluate("() => window.answered") == ["POST", "PUT", "POST", "PUT"]


def test_what_would_leave_nothing_is_not_taken(opened: Opened, served: Served) -> None:
    window = opened()
    left, _ = window.squares()
    window.press("b")
    window.paint(left, left)
    before = served.mask(0, 1)
    window.press("e")
    _set_brush(window, 60)
    window.drag(left, left)
    window.says("Nothing would be left of object 1")
    np.testing.assert_array_equal(served.mask(0, 1), before)


def test_a_mask_of_a_file_and_one_that_is_none(
    opened: Opened, served: Served, tmp_path: Any
) -> None:
    from tests.conftest import write_indexed

    ids = np.zeros((64, 96), np.uint8)
    ids[5:20, 10:40], ids[30:50, 50:90] = 1, 2
    window = opened()
    with window.kept("POST", "/api/upload"):
        window.tab.locator("#file").set_input_files(write_indexed(tmp_path / "both.png", ids))
    window.tab.locator('#objects [data-object="2"]').wait_for()
    np.testing.assert_array_equal(served.masks(0), ids)
    for name, content, why in (
        ("small.png", write_indexed(tmp_path / "s.png", ids[:9]).read_bytes(), "96x9 but"),
        ("a & b.png", b"no picture", "a & b.png is not a readable image"),
    ):
        (tmp_path / name).write_bytes(content)
        window.tab.locator("#file").set_input_files(tmp_path / name)
        window.says(why)
    np.testing.assert_array_equal(served.masks(0), ids)
    with window.kept("DELETE"):
        window.press("Control+z")
    window.says("All is saved")
