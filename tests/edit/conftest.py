"""Shots that are open in the editor: small clips, a random network, no browser."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from models.hub.load import load_model
from models.tracking.segmenter import Segmenter
from ovos_cli import segment_run
from ovos_cli.edit.app import editor
from ovos_cli.edit.opening import open_session
from ovos_cli.edit.security import Guard
from ovos_cli.edit.session import Session
from ovos_cli.option_groups import ModelOptions, SourceOptions
from tests.conftest import write_video

WIDTH, HEIGHT, FRAMES = 64, 48, 6
TOKEN, HOST = "a-token", "127.0.0.1:8000"


def box(left: int, top: int = 10, side: int = 20) -> NDArray[np.bool_]:
    """A square object."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[top : top + side, left : left + side] = True
    return mask


class Page:
    """What a page does: it asks with its token, and unpacks what comes."""

    def __init__(self, session: Session, *, debug: bool = False) -> None:
        self.session, self._closed = session, False
        app = editor(session, debug=debug)
        guard = Guard(app, token=TOKEN, names={"127.0.0.1"}, any_address=False)
        self.client = TestClient(guard, base_url=f"http://{HOST}", headers={"X-Ovos-Token": TOKEN})

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What is answered with 200: JSON, ids or bytes."""
        answer = self.client.request(method, f"/api{path}", content=_bytes(body), headers=headers)
        assert answer.status_code in (200, 204), answer.text
        kind = answer.headers.get("content-type", "")
        if "octet-stream" in kind:
            return np.frombuffer(answer.content, np.uint8).reshape(HEIGHT, WIDTH)
        return answer.json() if "json" in kind else answer.content

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """Status and sentence of what is refused."""
        answer = self.client.request(method, f"/api{path}", content=_bytes(body), headers=headers)
        assert answer.status_code >= 400
        return answer.status_code, answer.json()["error"]

    def close(self) -> None:
        """End the editor, in order."""
        if not self._closed:
            self._closed = True
            self.session.close()

    def put(self, frame: int, ident: int, mask: NDArray[np.bool_]) -> Any:
        """Give an object's mask."""
        return self.ask("PUT", f"/masks/{frame}?object={ident}", packed(mask))

    def follow(self, first: int | None = None, last: int | None = None) -> dict[str, Any]:
        """Follow to the end; how it was then."""
        self.ask("POST", "/follow", {"first": first, "last": last})
        return self.idle()

    def idle(self) -> dict[str, Any]:
        """Wait for the end of what is followed."""
        end = time.monotonic() + 60
        while (now := self.ask("GET", "/shot")["following"])["state"] != "idle":
            assert time.monotonic() < end
            time.sleep(0.01)
        return now

    def masks(self) -> list[bytes]:
        """Ids of every frame."""
        return [self.ask("GET", f"/masks/{frame}").tobytes() for frame in range(FRAMES)]


def packed(mask: NDArray[Any]) -> bytes:
    """As a page sends it."""
    return gzip.compress(mask.astype(np.uint8).tobytes())


def _bytes(body: Any) -> bytes | None:
    return body if body is None or isinstance(body, bytes) else json.dumps(body).encode()


@pytest.fixture(scope="package", autouse=True)
def one_model(untrained: Path) -> Iterator[None]:
    """Loading the model takes most of the time of a test."""
    loaded = load_model("lite", untrained)
    segmenter = Segmenter(loaded.network, size=64, device="cpu")
    patch = pytest.MonkeyPatch()
    patch.setattr(segment_run, "load_model", lambda *_, **__: loaded)
    patch.setattr(segment_run, "Segmenter", lambda *_, **__: segmenter.sibling())
    yield
    patch.undo()


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", FRAMES, width=WIDTH, height=HEIGHT)


@pytest.fixture
def model(untrained: Path) -> ModelOptions:
    return ModelOptions(weights=untrained, size=64, device="cpu")


Opened = Callable[..., Page]


@pytest.fixture
def opened(video: Path, model: ModelOptions, tmp_path: Path) -> Iterator[Opened]:
    """Opens the editor, of the clip unless another place is named, and ends it at last."""
    pages = list[Page]()

    def opened(place: Path = video, out: Path | None = tmp_path / "shot") -> Page:
        source = SourceOptions(video=str(place), mask=[])
        session = open_session(source, out, model, None)
        session.begin()
        pages.append(Page(session))
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


@pytest.fixture
def page(opened: Opened) -> Page:
    return opened()
