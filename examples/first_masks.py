"""The sample's first masks and the README's pictures, made with `ovos edit`.

    python examples/first_masks.py [--out FOLDER] [--page edit.jpg] [--moving correction.webp]

Needs Playwright (`pip install -e ".[dev]"`) and a Chromium (Debian: `apt-get install chromium`).
What is written below is done in the page; points are pixels of the frame. `--page` follows all
objects then, and takes the picture of the page. `--moving` corrects another frame, follows
what has changed, and shows the first object before and after.
"""

import argparse
import shutil
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from hand import Box, Click, Hand, Stroke, served
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, ViewportSize, sync_playwright

VIDEO = Path(__file__).parent.parent / "sample_videos" / "bunny.mp4"
_SIZE = 1280, 720
_WINDOW, _SHOWN = ViewportSize(width=1920, height=1080), ViewportSize(width=1280, height=800)
"""In which the masks are made, and of the picture."""
_FRAME_SHOWN = 34
_QUALITY, _QUALITY_MOVING = 80, 40
_EVERY, _MILLISECONDS = 6, 250
"""Frames of the video for one of the moving picture, and how long that one is shown."""
_SMALL, _GAP, _HEAD, _TINT = (368, 207), 6, 24, (224, 40, 40)

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

CORRECTED = 60
CORRECTIONS: list[Box | Click | Stroke] = [
    Stroke(9, ((316, 96), (330, 95))),
    Stroke(24, ((336, 97), (362, 97))),
    Stroke(17, ((362, 97), (400, 101))),
    Stroke(26, ((300, 470), (300, 495), (312, 480), (313, 500), (321, 528)), paints=False),
    Stroke(22, ((425, 585), (436, 570), (448, 578), (458, 600)), paints=False),
    Stroke(20, ((432, 592), (448, 604)), paints=False),
]


def take_picture(page: Page, hand: Hand, picture: Path) -> None:
    """Of the page, once what it had to say is read."""
    page.set_viewport_size(_SHOWN)
    hand.go_to(_FRAME_SHOWN, 1)
    page.locator("#toasts:not(:has(p))").wait_for(state="attached")
    page.mouse.move(0, 0)
    with Image.open(BytesIO(page.screenshot())) as taken:
        taken.convert("RGB").save(picture, quality=_QUALITY)
    page.set_viewport_size(_WINDOW)


def keep(given: Path, out: Path) -> None:
    """Write the masks: of all objects, and of the first one alone."""
    out.mkdir(parents=True, exist_ok=True)
    with Image.open(given) as masks:
        first = masks.point([ident if ident == 1 else 0 for ident in range(256)])
        first.putpalette(masks.getpalette() or [])
        masks.save(out / f"{VIDEO.stem}_objects.png", optimize=True)
        first.save(out / f"{VIDEO.stem}.png", optimize=True)


def tinted(frame: NDArray[np.uint8], mask: Path) -> Image.Image:
    """A frame, small, with the first object tinted and outlined."""
    with Image.open(mask) as ids:
        inside = Image.fromarray((np.asarray(ids) == 1).astype(np.uint8) * 255)
    share = np.asarray(inside.resize(_SMALL, Image.Resampling.BOX)).astype(np.float32)[..., None]
    seen = np.asarray(Image.fromarray(frame).resize(_SMALL, Image.Resampling.LANCZOS))
    edge = share * (255 - share) / 255**2 * 4
    strength = np.clip(0.4 * share / 255 + 0.5 * edge, 0, 1)
    return Image.fromarray((seen + strength * (np.array(_TINT) - seen)).astype(np.uint8))


def move(before: Path, after: Path, picture: Path) -> None:
    """Write the moving picture of two folders of masks."""
    font = ImageFont.load_default(15)
    width = 2 * _SMALL[0] + _GAP
    pictures = []
    with av.open(str(VIDEO)) as video:
        for index, decoded in enumerate(video.decode(video=0)):
            if index % _EVERY:
                continue
            frame = np.asarray(decoded.to_ndarray(format="rgb24"), np.uint8)
            shown = Image.new("RGB", (width, _SMALL[1] + _HEAD), "white")
            writing = ImageDraw.Draw(shown)
            for left, folder, text in (
                (0, before, "one mask, of frame 0"),
                (_SMALL[0] + _GAP, after, f"and frame {CORRECTED}, corrected"),
            ):
                shown.paste(tinted(frame, folder / f"{index:05d}.png"), (left, _HEAD))
                writing.text((left + 4, 3), text, "black", font)
            writing.text((width - 4, 3), f"frame {index}", "grey", font, anchor="ra")
            pictures.append(shown)
    first, *rest = pictures
    first.save(
        picture,
        save_all=True,
        append_images=rest,
        duration=_MILLISECONDS,
        loop=0,
        quality=_QUALITY_MOVING,
        method=6,
        kmax=1,  # each whole: of changes alone, blocks stay
    )


def main(out: Path, page_picture: Path | None, moving: Path | None) -> None:
    """Make the masks, NAME_objects.png and NAME.png, in a folder; and perhaps the pictures."""
    with (
        TemporaryDirectory() as folder,
        served(VIDEO, Path(folder) / "shot") as url,
        sync_playwright() as playwright,
    ):
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=_WINDOW)
        hand, shot = Hand(page, _SIZE), Path(folder) / "shot"
        hand.open(url)
        for number, (name, steps) in enumerate(OBJECTS.items(), 1):
            hand.begin(number, name)
            for step in steps:
                hand.make(step)
        keep(shot / ".ovos" / "given" / "0.png", out)
        if page_picture is None and moving is None:
            return
        hand.follow()
        if page_picture is not None:
            take_picture(page, hand, page_picture)
        if moving is not None:
            before = Path(shutil.copytree(shot / "masks", Path(folder) / "before"))
            hand.go_to(CORRECTED, 1)
            for step in CORRECTIONS:
                hand.make(step)
            hand.follow()
            move(before, shot / "masks", moving)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(), help="a folder (default: this one)")
    parser.add_argument("--page", type=Path, dest="page_picture", help="the picture of the page")
    parser.add_argument("--moving", type=Path, help="the moving picture")
    main(**vars(parser.parse_args()))
