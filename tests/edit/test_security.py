"""Who is refused, and what is not taken."""

import gzip
import zlib
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from models.errors import InputError
from ovos_cli.edit import app, wire
from ovos_cli.edit.security import Guard, is_loopback, names_of, new_token
from tests.edit.conftest import HOST, TOKEN, Page, box, packed


def guarded(names: set[str], *, any_address: bool = False) -> TestClient:
    """A server that answers with `yes` to whom it may."""

    async def yes(_: Request) -> PlainTextResponse:
        return PlainTextResponse("yes")

    routes = [Route(path, yes, methods=["GET", "POST"]) for path in ("/", "/api/shot")]
    guard = Guard(Starlette(routes=routes), token=TOKEN, names=names, any_address=any_address)
    return TestClient(guard, base_url=f"http://{HOST}")


@pytest.fixture
def client() -> TestClient:
    return guarded(names_of("127.0.0.1"))


@pytest.mark.parametrize(
    "token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "ä", TOKEN.upper()], ids=repr
)
def test_without_the_token_nothing_is_answered(client: TestClient, token: str) -> None:
    assert client.get("/api/shot").status_code == 403
    assert client.get("/api/shot", params={"token": token}).status_code == 403
    given = {"X-Ovos-Token": token.encode()}
    refused = client.get("/api/shot", headers=given)  # type: ignore[arg-type]
    assert refused.status_code == 403 and "token" in refused.json()["error"]


def test_the_token_comes_in_a_header_or_in_the_address(client: TestClient) -> None:
    assert client.get("/api/shot", headers={"X-Ovos-Token": TOKEN}).text == "yes"
    assert client.get("/api/shot", params={"token": TOKEN}).text == "yes"
    assert client.get("/").text == "yes"  # the page itself, which brings it
    assert len({new_token() for _ in range(9)}) == 9 and len(new_token()) >= 43


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "10.0.0.1", "", "[x"]
)
def test_a_name_that_is_not_ours_is_refused_though_the_token_is_known(
    client: TestClient, host: str
) -> None:
    for path in ("/", "/api/shot"):
        refused = client.get(path, headers={"X-Ovos-Token": TOKEN, "Host": host})
        assert refused.status_code == 403, host


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST"])
def test_names_of_this_machine_are_ours(client: TestClient, host: str) -> None:
    assert client.get("/api/shot", headers={"X-Ovos-Token": TOKEN, "Host": host}).text == "yes"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:8000", ""]
)
def test_another_sites_page_is_refused(client: TestClient, origin: str) -> None:
    for path in ("/", "/api/shot"):
        headers = {"X-Ovos-Token": TOKEN, "Origin": origin}
        assert client.post(path, headers=headers).status_code == 403


def test_our_own_page_is_not(client: TestClient) -> None:
    headers = {"X-Ovos-Token": TOKEN, "Origin": f"http://{HOST}"}
    assert client.post("/api/shot", headers=headers).text == "yes"


def test_a_server_for_all_addresses_is_asked_by_number_or_by_its_name() -> None:
    client = guarded(names_of("0.0.0.0"), any_address=True)
    for host, status in (("192.168.1.7:8000", 200), ("[fe80::1]:8000", 200), ("evil.com", 403)):
        headers = {"X-Ovos-Token": TOKEN, "Host": host}
        assert client.get("/api/shot", headers=headers).status_code == status


def test_what_only_this_machine_reaches() -> None:
    assert all(map(is_loopback, ["127.0.0.1", "::1", "localhost", "127.8.0.1"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "192.168.0.2", "example.com", ""]))


def test_every_answer_forbids_what_the_page_does_not_need(client: TestClient) -> None:
    for answer in (client.get("/"), client.get("/api/shot")):
        headers = answer.headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_application_is_guarded(page: Page) -> None:
    for method, path in (("GET", "/shot"), ("PUT", "/masks/0?object=1"), ("GET", "/events")):
        answer = page.client.request(method, f"/api{path}", headers={"X-Ovos-Token": "no"})
        assert answer.status_code == 403


def test_more_than_a_mask_can_be_is_not_read(page: Page) -> None:
    most = wire.most_packed(page.session.frames.size)
    assert page.refused("PUT", "/masks/0?object=1", bytes(most + 1))[0] == 413
    assert page.refused("POST", "/click", b"[" * (wire.MOST_JSON + 1))[0] == 413


def test_more_than_a_picture_can_be_is_not_read(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wire.MOST_IMAGE <= 2**26
    monkeypatch.setattr(wire, "MOST_IMAGE", 100)
    small = Page(page.session)
    assert small.refused("POST", "/upload?frame=0", bytes(101))[0] == 413
    assert small.refused("POST", "/upload?frame=0", bytes(100))[0] == 400


def test_a_gzip_bomb_is_inflated_no_further_than_a_mask(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(bytes(20 * 2**20))
    assert len(bomb) < 30_000
    inflated, real = list[int](), zlib.decompressobj

    class Counting:
        def __init__(self, window: int) -> None:
            self._inner = real(window)
            self.eof = False

        def decompress(self, content: bytes, most: int) -> bytes:
            found = self._inner.decompress(content, most)
            inflated.append(len(found))
            self.eof = self._inner.eof
            return found

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    with pytest.raises(InputError, match="another size"):
        wire.unpacked(bomb, (48, 64))
    assert sum(inflated) <= 48 * 64 + 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no gzip",
        packed(np.ones((48, 63))),
        packed(box(5) * 2),
        packed(box(5))[:-9],
        packed(box(5)) + b"more",
    ],
    ids=["nothing", "something else", "too small", "other values", "torn", "more behind it"],
)
def test_masks_that_are_none(content: bytes) -> None:
    if content.endswith(b"more"):  # what follows is not looked at
        np.testing.assert_array_equal(wire.unpacked(content, (48, 64)), box(5))
        return
    with pytest.raises(InputError):
        wire.unpacked(content, (48, 64))


def test_masks_come_back_as_they_were() -> None:
    np.testing.assert_array_equal(wire.unpacked(wire.packed(box(5)), (48, 64)), box(5))


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fpage%2f..%2fsecret.txt",
        "//etc/passwd",
        "/index.html/../../secret.txt",
        "/%00",
    ],
)
def test_no_path_leads_out_of_the_page(
    page: Page, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("the page")
    (tmp_path / "secret.txt").write_text("a secret")
    monkeypatch.setattr(app, "PAGE", tmp_path / "page")
    client = Page(page.session).client
    assert client.get("/").text == client.get("/index.html").text == "the page"
    answer = client.get(path)
    assert answer.status_code == 404 and "a secret" not in answer.text


def test_what_is_sent_is_checked(page: Page) -> None:
    for body in (b"{", b"[]", b"1", b"\xff", b"[" * 10_000, {"frame": "x"}, {"frame": 1.5}):
        assert page.refused("POST", "/click", body)[0] == 400
    click = {"frame": 0, "object": 1, "box": [1, 2, 3, "4"]}
    assert page.refused("POST", "/click", click)[0] == 400
    assert page.refused("POST", "/click", {**click, "box": None, "clicks": [[1, 2]]})[0] == 400
    assert page.refused("POST", "/click", {**click, "box": None, "from": "there"})[0] == 400
    assert page.refused("POST", "/follow", {"first": 5, "last": 1})[0] == 400
    assert page.refused("POST", "/objects", {"name": 5})[0] == 400
    assert page.refused("POST", "/objects", {"color": "red"})[0] == 400
    assert page.refused("GET", "/nothing")[0] == 404
