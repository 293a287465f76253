"""The sample's first masks, made with `ovos edit` by a hand that does the same each time.

    python examples/first_masks.py [--out FOLDER] [--picture edit.jpg]

Needs Playwright (`pip install -e ".[dev]"`) and a Chromium (Debian: `apt-get install chromium`).
What is written below is done in the page, by its keys and the pointer; points are pixels of the
frame. With --picture all objects are followed then, and the picture of the page is taken that the
README shows.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

VIDEO = Path(__file__).parent.parent / "sample_videos" / "bunny.mp4"
_FRAME = 1280, 720
_WINDOW, _SHOWN = ViewportSize(width=1920, height=1080), ViewportSize(width=1280, height=800)
"""In which the masks are made, and of the picture."""
_FRAME_SHOWN, _QUALITY = 34, 80
_MARGIN = 16
"""CSS pixels around a picture that fits the stage."""
_PATIENCE = 600_000
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


OBJECTS: dict[str, list[Box | Click | Stroke]] = {
    "Rabbit": [
        Box((236, 256, 524, 557)),
        Click((412, 352), inside=False),
        Click((384, 532), inside=False),
        Click((246, 440), inside=False),
        Click((312, 335)),
        Click((302, 317), inside=False),
        Stroke(20, ((238, 402), (246, 404), (248, 430), (252, 452), (254, 466)), paints=False),
        Stroke(20, ((236, 402), (236, 450)), paints=False),
        Stroke(10, ((242, 362), (240, 388), (244, 384), (247, 393)), paints=False),
        Stroke(6, ((239, 342), (243, 356), (246, 368)), paints=False),
        Stroke(5, ((238, 296), (235, 302))),
        Stroke(5, ((308, 322), (312, 327), (316, 330)), paints=False),
        Stroke(10, ((351, 537), (360, 530), (373, 523), (404, 537), (421, 549)), paints=False),
        Stroke(6, ((447, 557), (468, 556), (474, 559), (482, 558)), paints=False),
        Stroke(6, ((482, 558), (490, 555), (508, 554), (514, 550), (522, 547)), paints=False),
    ],
    "Stone": [
        Box((62, 382, 228, 528)),
        Click((212, 434), inside=False),
        Stroke(6, ((97, 493), (110, 501), (122, 508), (136, 514), (148, 518), (162, 520))),
        Stroke(6, ((162, 521), (172, 524), (212, 524))),
        Stroke(16, ((120, 498), (140, 507), (172, 517))),
    ],
    "Rocks": [
        Box((790, 270, 1280, 432)),
        Click((1236, 367)),
        Stroke(8, ((1172, 335), (1212, 335))),
        Stroke(8, ((1186, 341), (1204, 341))),
    ],
}


class Hand:
    """At the page, as a person is."""

    def __init__(self, page: Page) -> None:
        self._page = page

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

    def _drag(self, points: list[Point]) -> None:
        box = self._page.locator("#canvas").bounding_box()  # smaller with each object's row
        assert box is not None
        room = box["width"] - 2 * _MARGIN, box["height"] - 2 * _MARGIN
        scale = min(room[0] / _FRAME[0], room[1] / _FRAME[1])
        left = box["x"] + (box["width"] - _FRAME[0] * scale) / 2
        top = box["y"] + (box["height"] - _FRAME[1] * scale) / 2
        places = [(left + x * scale, top + y * scale) for x, y in points]
        self._page.mouse.move(*places[0])
        self._page.mouse.down()
        for place in places[1:]:
            self._page.mouse.move(*place)
        self._page.mouse.up()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """`ovos edit`, and the address of its page."""
    command = [sys.executable, "-m", "ovos_cli", "edit", str(VIDEO), "--out", str(folder)]
    wide = os.environ | {"COLUMNS": "200"}
    with subprocess.Popen(
        [*command, "--no-browser"], stdout=subprocess.PIPE, text=True, env=wide
    ) as process:
        try:
            assert process.stdout is not None
            yield next(line for line in process.stdout if "http" in line).split()[-1]
        finally:
            process.terminate()


def follow(page: Page, picture: Path) -> None:
    """Follow all objects, and take a picture of the page."""
    page.keyboard.press("f")
    page.get_by_text("All is followed").wait_for(timeout=_PATIENCE)
    page.set_viewport_size(_SHOWN)
    page.keyboard.press("c")
    page.keyboard.press("1")
    page.locator("#frame").fill(str(_FRAME_SHOWN))
    page.keyboard.press("Enter")
    page.locator(f'html[data-frame="{_FRAME_SHOWN}"]').wait_for()
    page.locator("#toasts:not(:has(p))").wait_for(state="attached")  # what it had to say is read
    page.mouse.move(0, 0)
    with Image.open(BytesIO(page.screenshot())) as taken:
        taken.convert("RGB").save(picture, quality=_QUALITY)


def keep(given: Path, out: Path) -> None:
    """Write the masks: of all objects, and of the first one alone."""
    out.mkdir(parents=True, exist_ok=True)
    with Image.open(given) as masks:
        first = masks.point([ident if ident == 1 else 0 for ident in range(256)])
        first.putpalette(masks.getpalette() or [])
        masks.save(out / f"{VIDEO.stem}_objects.png", optimize=True)
        first.save(out / f"{VIDEO.stem}.png", optimize=True)


def main(out: Path, picture: Path | None) -> None:
    """Make the masks, NAME_objects.png and NAME.png, in a folder; and perhaps the picture."""
    with (
        TemporaryDirectory() as folder,
        served(Path(folder) / "shot") as url,
        sync_playwright() as playwright,
    ):
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=_WINDOW)
        page.goto(url)
        page.locator("html[data-ready]").wait_for()
        hand = Hand(page)
        for number, (name, steps) in enumerate(OBJECTS.items(), 1):
            hand.begin(number, name)
            for step in steps:
                hand.make(step)
        keep(Path(folder) / "shot" / ".ovos" / "given" / "0.png", out)
        if picture is not None:
            follow(page, picture)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(), help="a folder (default: this one)")
    parser.add_argument("--picture", type=Path, help="where the picture of the page goes")
    main(**vars(parser.parse_args()))
