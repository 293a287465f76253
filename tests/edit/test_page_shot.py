"""The page in a real browser: following, correcting, coming back, and what may go wrong."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ovos_cli.edit import watched
from tests.browser import browser
from tests.conftest import ROOT, write_video
from tests.edit.served import (
    LEFT,
    PATIENCE,
    Opened,
    Served,
    Window,
    drawn,
    frames_in,
    opened,
    served,
)

__all__ = ["browser", "opened", "served"]

LAST = 11


def _given(window: Window) -> tuple[tuple[float, float], tuple[float, float]]:
    """A stroke in the first frame; where it goes from and to."""
    left, right = window.squares()
    window.press("b")
    window.paint(left, right)
    return left, right


def _followed(window: Window) -> None:
    window.press("f")
    window.says("All is followed")


def test_follow_then_correct_then_follow_what_changed(opened: Opened, served: Served) -> None:
    window = opened()
    left, right = _given(window)
    assert window.tab.locator("#follow[data-wanted=true]").inner_text() == "Follow"
    _followed(window)
    assert all(served.masks(frame) is not None for frame in range(LAST + 1))
    assert served.known("timeline")["stale"] == []

    window.press("End", "Shift+ArrowLeft", "ArrowRight", "ArrowRight")
    window.shows_frame(3)
    window.paint((left[0], left[1] - 80), (right[0], right[1] - 80))
    corrected = served.mask(3, 1)
    window.says("Changed: 1")
    wanted = window.tab.get_by_role("button", name="Follow what changed")
    wanted.click()
    window.says("All is followed")
    assert served.known("timeline")["stale"] == []
    np.testing.assert_array_equal(served.mask(3, 1), corrected)
    # From a given frame to the one before, and to the one after.
    window.press("Home", ".")
    window.shows_frame(3)
    window.press(",")
    window.shows_frame(0)


def _slow(window: Window, part: str) -> None:
    """Answers to what has a part in its address come half a second later."""
    window.tab.evaluate(
        """(part) => {
            const real = window.fetch;
            window.fetch = async (address, options) => {
                const answer = await real(address, options);
                if (String(address).includes(part)) await new Promise((go) => setTimeout(go, 500));
                return answer;
            };
        }""",
        part,
    )


@pytest.mark.parametrize("part", ["/masks/", "/timeline", "/objects", "/shot"])
def test_what_was_drawn_a_moment_ago_is_followed(opened: Opened, served: Served, part: str) -> None:
    window = opened()
    (x, y), _ = window.squares()
    window.press("b")
    _slow(window, part)
    window.drag((x, y), (x + 50, y - 20 * len(part)))  # nobody has followed this yet
    window.press("f")
    window.says("All is followed")
    assert all(served.masks(frame) is not None for frame in range(LAST + 1))


@pytest.mark.parametrize("part", ["/masks/", "/timeline", "/objects"])
def test_keys_may_be_quicker_than_answers(opened: Opened, served: Served, part: str) -> None:
    window = opened()
    left, _ = _given(window)
    drawn = served.mask(0, 1)
    _slow(window, part)
    window.drag(left, (left[0], left[1] - 60))
    window.press("Control+z", "Control+Shift+z", "Control+z")
    with window.kept("DELETE", "/api/objects/1"):
        window.tab.get_by_label("Remove object 1").click()
    with window.kept("PATCH", "/api/objects/1"):
        window.press("Control+z")
    np.testing.assert_array_equal(served.mask(0, 1), drawn)


def test_masks_come_in_while_the_page_is_open(opened: Opened, served: Served) -> None:
    window = opened()
    _given(window)
    window.press("ArrowRight", "ArrowRight")
    window.shows_frame(2)
    with window.tab.expect_response("**/api/masks/2"):
        window.press("Shift+F")
    window.says("followed from before")
    window.says("All is followed")
    # Reloaded, it is all there.
    window.tab.reload()
    window.ready()
    window.has_chosen(1)
    window.says("All is followed")
    window.shows_frame(2)


def test_what_a_click_would_take_is_shown_while_it_is_followed(
    opened: Opened, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened()
    (x, y), right = _given(window)
    window.paint((x, y - 40), (x + 60, y - 40))  # nobody has followed this yet
    window.press("c", "ArrowRight", "ArrowRight")
    window.shows_frame(2)
    following, goes_on = served.session.writing.following, threading.Event()
    tick = following._tick

    def held() -> None:
        assert goes_on.wait(PATIENCE / 1000)
        tick()

    monkeypatch.setattr(following, "_tick", held)
    window.press("f")
    window.tab.locator("#stop").wait_for()
    said = []
    for place in (right, (x, y)):  # the second one has its turn, too
        with window.tab.expect_response("**/api/click") as shown:
            window.tab.mouse.move(*place)
        assert shown.value.ok
        said.append(shown.value.request.post_data_json)
    # Where the pointer rests it is asked anew of the masks that come in.
    with window.tab.expect_request("**/api/click") as anew:
        goes_on.set()
    said.append(anew.value.post_data_json)
    assert all(each["preview"] for each in said)
    assert said[0]["clicks"] != said[1]["clicks"] == said[2]["clicks"]
    window.says("All is followed")


def test_following_is_stopped_and_goes_on_after_a_reload(opened: Opened, served: Served) -> None:
    window = opened()
    (x, y), _ = _given(window)
    window.paint((x, y - 60), (x + 60, y - 60))  # nobody has followed this yet
    with window.kept("POST", "/api/follow"):
        window.press("f")
    window.tab.reload()
    window.ready()
    window.press("Escape")
    window.tab.locator("#follow").wait_for()
    assert served.known("shot")["following"]["state"] == "idle"
    window.press("f")
    window.says("All is followed")


def test_out_of_sight_locked_and_taken_back(opened: Opened, served: Served) -> None:
    window = opened()
    _given(window)
    _followed(window)
    window.press("End", "ArrowLeft", "i", "ArrowRight", "o")
    with window.kept("POST", "/api/absent"):
        window.press("x")
    assert served.known("timeline")["objects"]["1"]["absent"] == [[LAST - 1, LAST]]
    window.says("out of sight")
    with window.kept("DELETE", "/api/absent"):
        window.press("Control+z")
    assert served.known("timeline")["objects"]["1"]["absent"] == []
    window.press("Shift+I", "Home", "ArrowRight")
    with window.kept("POST", "/api/lock"):
        window.press("l")
    assert served.known("timeline")["locked"] == [[1, 1]]
    window.shows_frame(1)
    window.drag(*window.squares()[:1] * 2)
    window.says("Frame 1 is locked")
    with window.kept("POST", "/api/unlock"):
        window.press("Shift+L")
    assert served.known("timeline")["locked"] == []
    window.press("Home")
    window.shows_frame(0)
    with window.kept("DELETE"):
        window.press("Delete")
    assert served.known("timeline")["objects"]["1"]["given"] == []


def test_where_all_that_is_given_is_locked_it_is_followed_from_there(
    opened: Opened, served: Served
) -> None:
    window = opened()
    _given(window)
    with window.kept("POST", "/api/follow"):
        window.press("f")
    window.says("All is followed")
    with window.kept("POST", "/api/lock"):
        window.press("l")
    assert served.known("timeline")["objects"]["1"]["given"] == []
    assert window.tab.locator("#follow").is_enabled() and window.tab.locator("#absent").is_enabled()
    with window.kept("POST", "/api/follow"):
        window.press("f")
    window.says("All is followed")
    assert served.known("timeline")["stale"] == []


def test_objects_are_named_coloured_hidden(opened: Opened, served: Served) -> None:
    window = opened()
    _given(window)
    window.press("F2")
    with window.kept("PATCH", "/api/objects/1"):
        window.tab.keyboard.type("the hero")
        window.press("Enter")
    with window.kept("PATCH", "/api/objects/1"):
        window.tab.get_by_label("Colour of").fill("#3366ff")
    (hero,) = served.known("shot")["objects"]
    assert (hero["name"], hero["color"]) == ("the hero", "#3366ff")
    window.tab.mouse.move(2, 2)
    tinted = window.tab.locator("#canvas").screenshot()
    window.press("h")
    hide = window.tab.get_by_role("button", name="Hide the hero")
    assert hide.get_attribute("aria-pressed") == "true"
    assert window.tab.locator("#canvas").screenshot() != tinted
    window.press("h")


def test_with_keys_alone(opened: Opened, served: Served) -> None:
    window = opened()
    window.press("d", "a", *["Shift+A"] * (48 - LEFT[0]), *["Shift+S"] * (LEFT[1] - 32))
    with window.tab.expect_request("**/api/click") as asked, window.kept():
        window.press("Enter")
    assert asked.value.post_data_json["clicks"] == [{"x": LEFT[0], "y": LEFT[1], "inside": True}]
    window.press(*["Shift+D"] * 6, *["Shift+W"] * 3)
    with window.tab.expect_request("**/api/click") as asked, window.kept():
        window.press("Shift+Enter")
    second = asked.value.post_data_json["clicks"][-1]
    assert second == {"x": LEFT[0] + 6, "y": LEFT[1] - 3, "inside": False}
    before = served.mask(0, 1)
    window.press("b", *["["] * 20, "Shift+A", "Enter")
    for _ in range(6):
        window.press("Shift+S")
    with window.kept():
        window.press("Enter")
    drawn_mask = served.mask(0, 1)
    column, row = second["x"] - 1, second["y"]
    assert drawn_mask[row : row + 7, column].all()
    assert np.count_nonzero(drawn_mask) <= np.count_nonzero(before) + 7
    window.press("g")
    window.tab.keyboard.type("7")
    window.press("Enter")
    window.shows_frame(7)
    _followed(window)
    window.press("?")
    window.says("Without a mouse")
    window.press("Escape")
    window.tab.locator("#help").wait_for(state="hidden")
    # Every button says what it does, and the focus is seen.
    unnamed = window.tab.evaluate(
        """() => [...document.querySelectorAll('button, input, canvas[tabindex]')]
        .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.length)).length"""
    )
    assert unnamed == 0
    window.tab.locator("#canvas").focus()
    window.press("Tab")
    outline = window.tab.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_nothing_sticks_out_of_the_window(opened: Opened, width: int) -> None:
    window = opened(viewport={"width": width, "height": 800})
    _given(window)
    seen = window.tab.evaluate(
        """() => ({
          wide: document.documentElement.scrollWidth,
          out: [...document.querySelectorAll('button, input, canvas, p, h1')]
            .filter((e) => e.checkVisibility() && !e.closest('dialog'))
            .map((e) => [e.id || e.className, e.getBoundingClientRect()])
            .filter(([, r]) => r.width && (r.right > innerWidth + 0.5 || r.left < -0.5))
            .map(([name]) => name),
          stage: document.getElementById('canvas').getBoundingClientRect().height,
        })"""
    )
    assert seen["wide"] <= width
    assert seen["out"] == []
    assert seen["stage"] >= 200


def test_a_second_window_takes_over_and_the_first_says_so(opened: Opened, served: Served) -> None:
    first = opened()
    _given(first)
    before = served.mask(0, 1)
    second = opened()
    first.says("Read only")
    first.drag((300, 300), (320, 320))
    assert first.tab.locator("#saved").inner_text() == "All is saved"
    second.press("b")
    second.paint((300, 300), (400, 300))
    assert (served.mask(0, 1) != before).any()
    with first.tab.expect_response("**/api/shot"):
        first.tab.reload()
    first.ready()
    second.says("Read only")


def test_a_lost_connection_is_said_and_nothing_is_lost(opened: Opened, served: Served) -> None:
    window = opened()
    left, right = _given(window)
    served.fall_silent()
    window.says("The connection to ovos is lost")
    window.drag((left[0], left[1] - 100), (right[0], right[1] - 100))
    window.says("Saving")
    before = served.session.shown.masks(0)
    assert before is not None
    with window.kept():
        served.listen()
    window.says("Connected again")
    assert served.mask(0, 1).sum() > np.count_nonzero(before.ids)


def test_a_frame_that_cannot_be_had_is_said_and_comes_when_it_can(
    opened: Opened, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "_EVERY", 0.0)
    window = opened()
    away = served.video.rename(served.video.with_name("away"))
    window.press("End")
    window.says(f"Frame {LAST}: {served.video} is not there any more")
    window.press("Home")
    window.shows_frame(0)  # that is here
    window.press("End")
    window.says("is not there any more")
    away.rename(served.video)
    window.shows_frame(LAST)
    window.tab.locator("#busy").wait_for(state="hidden")


def test_without_the_token_nothing_is_shown(browser: Any, served: Served) -> None:
    tab = browser.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(re.sub("token=.*", "token=wrong", served.url))
    tab.get_by_text("no valid token").wait_for()
    assert "token" not in tab.url
    tab.close()


@contextmanager
def _other(browser: Any, video: Path, out: Path, weights: Path) -> Iterator[Window]:
    """Another video, in a window."""
    shot = Served(video, out, weights)
    window = Window(browser, shot)
    yield window
    window.close()
    shot.close()


def test_frames_are_counted_as_ovos_does_whatever_their_times(
    browser: Any, untrained: Path, tmp_path: Path
) -> None:
    times = [0, 40, 80, 1000, 1010, 4000]
    video = write_video(tmp_path / "uneven.mp4", times=times, width=96, height=64, draw=drawn)
    with _other(browser, video, tmp_path / "out", untrained) as window:
        window.press("End")
        window.shows_frame(5)
        window.says("of 0")
        window.press("b")
        window.paint(*window.squares())
        assert window.served.mask(5, 1).any()
        assert window.served.masks(4) is None


def test_a_video_that_is_shown_rotated_is_clicked_as_it_is_shown(
    browser: Any, untrained: Path, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "r.mp4", 2, width=96, height=64, rotation=90, draw=drawn)
    with _other(browser, video, tmp_path / "out", untrained) as window:
        frame = np.asarray(window.served.session.frames.frame(0).image)
        assert frame.shape[:2] == (96, 64)
        with window.tab.expect_request("**/api/click") as asked:
            window.tab.mouse.click(*window.squares()[0])
        (click,) = asked.value.post_data_json["clicks"]
        assert frame[click["y"], click["x"]].min() > 200


@contextmanager
def _process(video: Path, out: Path, weights: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`ovos edit` and its address, until it is killed."""
    options = ["--size", "64", "--weights", weights, "--allow-untrained", "--no-browser"]
    command = [sys.executable, "-m", "ovos_cli", "edit", video, *options, "-o", out]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, text=True, env=environment
    ) as started:
        assert started.stdout is not None
        try:
            line = next(line for line in started.stdout if "http" in line)
            yield started, line.split()[-1]
        finally:
            started.kill()


def test_a_killed_server_loses_nothing(browser: Any, untrained: Path, tmp_path: Path) -> None:
    shot = frames_in(tmp_path / "frames", 2), tmp_path / "shot", untrained
    tab = browser.new_page(viewport={"width": 1000, "height": 700})
    tab.set_default_timeout(PATIENCE)

    def given() -> int:
        with Image.open(tmp_path / "shot/.ovos/given/0.png") as picture:
            return int(np.count_nonzero(np.asarray(picture)))

    def kept() -> Any:
        return tab.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok)

    with _process(*shot) as (first, url):
        tab.goto(url)
        tab.locator("html[data-ready]").wait_for()
        tab.keyboard.press("b")
        box = tab.locator("#canvas").bounding_box()
        x, y = box["x"] + 300, box["y"] + 250
        tab.mouse.move(x, y)
        with kept():
            tab.mouse.down()
            tab.mouse.up()
        before = given()
        # A stroke that was drawn while nobody was there, and one that is being drawn all along.
        first.send_signal(signal.SIGKILL)
        tab.get_by_text("The connection to ovos is lost").wait_for()
        tab.mouse.move(x, y - 100)
        tab.mouse.down()
        tab.mouse.up()
        tab.get_by_text("Saving").wait_for()
        tab.mouse.move(x + 100, y)
        tab.mouse.down()
    assert given() == before
    with _process(*shot) as (second, again):
        assert again == url
        with kept():
            tab.get_by_text("Connected again").wait_for()
        with kept():
            tab.mouse.move(x + 150, y, steps=3)
            tab.mouse.up()
        tab.get_by_text("All is saved").wait_for()
        assert given() > 3 * before and not tab.locator("#banner").is_visible()
        tab.reload()
        tab.locator("html[data-ready]").wait_for()
        tab.locator("#state", has_text="given here").wait_for()
        tab.close()
        second.send_signal(signal.SIGINT)
        assert second.wait(PATIENCE / 1000) == 0
    assert not (tmp_path / "shot/.ovos/page.json").exists()
