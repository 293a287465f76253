"""A shot that is edited, served in a thread, and the page of it in a browser."""

import gzip
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ovos_cli.option_groups import ModelOptions, SourceOptions

LEFT, RIGHT = (20, 40), (70, 40)
"""x, y of the middles of two white squares in all frames: what tests point at."""
PATIENCE = 30_000
"""Milliseconds: a machine may be busy with something else."""
_SQUARE = 2
"""Pixels on each side of its middle."""


def drawn(index: int, width: int, height: int) -> NDArray[np.uint8]:
    """A grey frame with two white squares, and a blue block whose place tells its index."""
    image = np.full((height, width, 3), 60, np.uint8)
    for x, y in (LEFT, RIGHT):
        image[y - _SQUARE : y + _SQUARE + 1, x - _SQUARE : x + _SQUARE + 1] = 255
    image[4:12, 4 + 4 * index : 8 + 4 * index] = (20, 20, 250)
    return image


def frames_in(folder: Path, count: int, width: int = 96, height: int = 64) -> Path:
    """A folder of pictures, which are exact."""
    folder.mkdir()
    for index in range(count):
        Image.fromarray(drawn(index, width, height)).save(folder / f"{index:05}.png")
    return folder


class Served:
    """A shot that is served until it is closed."""

    def __init__(self, video: Path, out: Path, weights: Path) -> None:
        from ovos_cli.edit.opening import open_session

        source = SourceOptions(video=str(video), mask=[])
        model = ModelOptions(weights=weights, allow_untrained=True, size=64, device="cpu")
        self.session = open_session(source, out, model, None)
        self.session.begin()
        self.video, self._port, self._token = video, 0, ""
        self.listen()

    def listen(self) -> None:
        """Answer, at the same address as before."""
        import uvicorn

        from ovos_cli.edit.app import editor
        from ovos_cli.edit.server import Address, EditServer, guarded

        address = Address("127.0.0.1", self._port)
        self._token = address.token = self._token or address.token
        self._port, self.url = address.port, address.url
        app = guarded(editor(self.session), address)
        config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off")
        self._server = EditServer(config, self.session)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [address.socket]}, daemon=True
        )
        self._thread.start()

    def fall_silent(self) -> None:
        """Answer no more."""
        self._server.force_exit = self._server.should_exit = True
        self._thread.join()

    def close(self) -> None:
        self.session.events.close()
        self.fall_silent()
        self.session.close()

    def ask(self, method: str, path: str, said: Any = None) -> bytes:
        """What the server answers, to somebody who is no window."""
        headers = {"X-Ovos-Token": self._token, "Accept-Encoding": "identity"}
        body = None if said is None else json.dumps(said).encode()
        address = f"http://127.0.0.1:{self._port}/api/{path}"
        with urlopen(Request(address, body, headers, method=method), timeout=60) as answer:
            content = answer.read()
            packed = answer.headers.get("Content-Encoding") == "gzip"
            return gzip.decompress(content) if packed else content

    def known(self, path: str) -> Any:
        return json.loads(self.ask("GET", path))

    def masks(self, frame: int) -> NDArray[np.uint8] | None:
        """(H, W) ids that the server has; None where it knows nothing."""
        content = self.ask("GET", f"masks/{frame}")
        shape = self.session.frames.size
        return np.frombuffer(content, np.uint8).reshape(shape) if content else None

    def mask(self, frame: int, ident: int) -> NDArray[np.bool_]:
        """(H, W), of one object."""
        masks = self.masks(frame)
        return np.zeros(self.session.frames.size, bool) if masks is None else masks == ident

    def clear(self) -> None:
        """Take back all that was said."""
        self.ask("POST", "stop")
        for first, last in self.known("timeline")["locked"]:
            self.ask("POST", "unlock", {"first": first, "last": last})
        for one in self.known("shot")["objects"]:
            self.ask("DELETE", f"objects/{one['id']}")


class Window:
    """The page in a window."""

    def __init__(self, browser: Any, served: Served, **options: Any) -> None:
        options.setdefault("viewport", {"width": 1000, "height": 700})
        self.tab = browser.new_page(**options)
        self.served = served
        self.troubles: list[str] = []
        self.tab.set_default_timeout(PATIENCE)
        self.tab.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.open(served.url)

    def open(self, url: str) -> None:
        self.tab.goto(url)
        self.ready()

    def ready(self) -> None:
        self.tab.locator("html[data-ready]").wait_for()

    def squares(self) -> list[tuple[float, float]]:
        """Where the middles of white squares are in the window, from left to right."""
        box = self.tab.locator("#canvas").bounding_box()
        with Image.open(io.BytesIO(self.tab.screenshot(clip=box, scale="css"))) as picture:
            pixels = np.asarray(picture.convert("RGB")).astype(int)
        white = pixels.min(axis=2) > 238  # brighter than any letter of the page
        _, _, parts, _ = cv2.connectedComponentsWithStats(white.astype(np.uint8))
        found = [
            (box["x"] + left + width / 2, box["y"] + top + height / 2)
            for left, top, width, height, area in parts[1:].tolist()
            if area > _SQUARE
        ]
        return sorted(found)

    def paint(self, start: tuple[float, float], stop: tuple[float, float], **how: Any) -> None:
        """A stroke of the brush or the eraser, whichever is in the hand."""
        with self.kept():
            self.drag(start, stop, **how)

    def drag(self, start: tuple[float, float], stop: tuple[float, float], **how: Any) -> None:
        self.tab.mouse.move(*start)
        self.tab.mouse.down(**how)
        self.tab.mouse.move(*stop, steps=5)
        self.tab.mouse.up(**how)

    def touch(self, *steps: list[tuple[float, float]]) -> None:
        """Fingers that are at these places one moment after the other, and then lifted."""
        fingers = self.tab.context.new_cdp_session(self.tab)
        before = 0
        for step in [*steps, []]:
            kind = "Start" if len(step) > before else "Move" if len(step) == before else "End"
            points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(step)]
            event = {"type": f"touch{kind}", "touchPoints": points}
            fingers.send("Input.dispatchTouchEvent", event)
            before = len(step)
        fingers.detach()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    def says(self, text: str) -> None:
        """Wait until the page says so."""
        self.tab.locator(f"text={text} >> visible=true").first.wait_for()

    def has_chosen(self, ident: int) -> None:
        """Wait until an object is there and chosen."""
        self.tab.locator(f'#objects [data-object="{ident}"][aria-current="true"]').wait_for()

    def shows_frame(self, frame: int) -> None:
        """Wait until it is on the stage."""
        self.tab.locator(f'html[data-frame="{frame}"]').wait_for()

    @contextmanager
    def kept(self, method: str = "PUT", path: str = "/api/masks/") -> Iterator[None]:
        """A block after which the server has answered a write."""
        with self.tab.expect_response(
            lambda answer: answer.request.method == method and path in answer.url
        ):
            yield

    def close(self) -> None:
        assert self.troubles == []
        self.tab.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, untrained: Path) -> Iterator[Served]:
    """One for all tests of a module, since it takes a while to be there."""
    folder = tmp_path_factory.mktemp("edited")
    shot = Served(frames_in(folder / "frames", 12), folder / "shot", untrained)
    yield shot
    shot.close()


Opened = Callable[..., Window]


@pytest.fixture
def opened(browser: Any, served: Served) -> Iterator[Opened]:
    """Opens windows on the shot, in which nothing is given yet."""
    windows = list[Window]()
    served.clear()

    def opens(**options: Any) -> Window:
        windows.append(Window(browser, served, **options))
        return windows[-1]

    yield opens
    for window in windows:
        window.close()
