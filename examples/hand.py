"""What a person does in the page of `ovos edit`, by keys and the pointer, the same each time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

_MARGIN = 16
"""CSS pixels around a picture that fits the stage."""
_PATIENCE = 1_200_000
"""Milliseconds: following takes a while."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """Left, top, right and bottom of an object."""

    corners: tuple[int, int, int, int]


@dataclass(frozen=True)
class Click:
    """On the object, or on what is not of it."""

    point: Point
    inside: bool = True


@dataclass(frozen=True)
class Stroke:
    """Of the brush, so many pixels wide, or of the eraser."""

    pixels: int
    points: tuple[Point, ...]
    paints: bool = True


class Hand:
    """At the page, as a person is."""

    def __init__(self, page: Page, size: tuple[int, int]) -> None:
        """Sit down.

        Args:
            page: of the browser.
            size: width and height of the video's frames.
        """
        self._page, self._size = page, size

    def open(self, url: str) -> None:
        """Open the page, and wait until it is there."""
        self._page.goto(url)
        self._page.locator("html[data-ready]").wait_for()

    def begin(self, number: int, name: str) -> None:
        """Add an object."""
        self._page.keyboard.press("Shift+N")
        row = self._page.locator(f'#objects [data-object="{number}"][aria-current="true"]')
        row.wait_for()
        with self._page.expect_response(lambda answer: answer.request.method == "PATCH"):
            self._page.keyboard.press("F2")
            self._page.keyboard.type(name)
            self._page.keyboard.press("Enter")

    def make(self, step: Box | Click | Stroke) -> None:
        """Do it, and wait until its mask is kept."""
        with self._page.expect_response(lambda answer: answer.request.method == "PUT"):
            match step:
                case Box((x0, y0, x1, y1)):
                    self._page.keyboard.press("r")
                    self._drag([(x0 + 0.25, y0 + 0.25), (x1 - 0.25, y1 - 0.25)])
                case Click((x, y), inside):
                    self._page.keyboard.press("c" if inside else "v")
                    self._drag([(x + 0.5, y + 0.5)])
                case Stroke(pixels, points, paints):
                    self._page.keyboard.press("b" if paints else "e")
                    self._page.locator("#brush-size").fill(str(pixels))
                    self._drag([(x + 0.5, y + 0.5) for x, y in points])
        self._page.get_by_text("All is saved").wait_for()

    def go_to(self, frame: int, number: int) -> None:
        """Look at a frame, with an object chosen."""
        self._page.keyboard.press("c")
        self._page.keyboard.press(str(number))
        self._page.locator("#frame").fill(str(frame))
        self._page.keyboard.press("Enter")
        self._page.locator(f'html[data-frame="{frame}"]').wait_for()

    def follow(self) -> None:
        """Follow all objects, or what has changed, to the end."""
        self._page.keyboard.press("f")
        self._page.get_by_text("All is followed").wait_for(timeout=_PATIENCE)

    def _drag(self, points: list[Point]) -> None:
        box = self._page.locator("#canvas").bounding_box()  # smaller with each object's row
        assert box is not None
        room = box["width"] - 2 * _MARGIN, box["height"] - 2 * _MARGIN
        width, height = self._size
        scale = min(room[0] / width, room[1] / height)
        left = box["x"] + (box["width"] - width * scale) / 2
        top = box["y"] + (box["height"] - height * scale) / 2
        places = [(left + x * scale, top + y * scale) for x, y in points]
        self._page.mouse.move(*places[0])
        self._page.mouse.down()
        for place in places[1:]:
            self._page.mouse.move(*place)
        self._page.mouse.up()


@contextmanager
def served(video: Path, folder: Path) -> Iterator[str]:
    """`ovos edit`, and the address of its page.

    Args:
        folder: of the shot.
    """
    command = [sys.executable, "-m", "ovos_cli", "edit", str(video), "--out", str(folder)]
    wide = os.environ | {"COLUMNS": "200"}
    with subprocess.Popen(
        [*command, "--no-browser"], stdout=subprocess.PIPE, text=True, env=wide
    ) as process:
        try:
            assert process.stdout is not None
            yield next(line for line in process.stdout if "http" in line).split()[-1]
        finally:
            process.terminate()
