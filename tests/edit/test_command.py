"""`ovos edit` as the shell starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import InputError
from ovos_cli.edit.left_address import LeftAddress
from ovos_cli.edit.server import Address, open_browser
from tests.cli.command import run_main
from tests.conftest import ROOT
from tests.edit.conftest import box, packed


def test_a_port_that_is_taken_is_said_with_the_way_on(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        out = tmp_path / "shot"
        status, why = run_main(
            monkeypatch, "edit", video, "--port", port, "--no-browser", "--out", out
        )
    assert status == 2 and "is taken" in why and "--port" in why and not out.exists()


def test_without_the_extra_it_says_how_to_get_it(
    video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "starlette", None)
    monkeypatch.delitem(sys.modules, "ovos_cli.edit.app")
    for name in [n for n in sys.modules if n.startswith("starlette.")]:
        monkeypatch.delitem(sys.modules, name)
    status, why = run_main(monkeypatch, "edit", video)
    assert status == 2 and 'pip install "ovos-cli[edit]"' in why


def test_addresses() -> None:
    with Address("127.0.0.1", 0).socket as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
    address = Address("0.0.0.0", 0)
    address.socket.close()
    assert "--host" in (address.warning or "") and "127.0.0.1" in address.url
    with pytest.raises(InputError, match="cannot be listened at"):
        Address("192.0.2.1", 0)
    local = Address("localhost", 0)
    local.socket.close()
    assert local.warning is None and local.url.startswith("http://localhost:")
    assert address.token not in local.url


def test_a_killed_servers_address_is_had_again_if_it_is_nobody_elses(tmp_path: Path) -> None:
    left, folder = LeftAddress(tmp_path), tmp_path / ".ovos"
    folder.mkdir()

    def again(host: str = "127.0.0.1", port: int = 0) -> Address:
        address = left.instead_of(Address(host, port), port)
        address.socket.close()
        return address

    first = Address("127.0.0.1", 0)
    left.keep(first)
    file = folder / "page.json"
    with first.socket:  # it is not killed, or another program is there
        assert again().token != first.token
    assert (again().url, again().known) == (first.url, True)
    assert again(port=first.port).url == first.url
    assert again("localhost").token != first.token
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    assert again(port=port).token != first.token  # another one is asked for
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
        file.chmod(0o644)
        assert again().token != first.token
    left.forget()
    assert not file.exists() and again().token != first.token
    for damaged in ("", "[]", "{}", '{"host": "127.0.0.1", "port": true, "token": ""}'):
        file.write_text(damaged)
        file.chmod(0o600)
        assert not again().known


def test_a_page_that_was_open_is_not_opened_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = list[str]()
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    for wanted in (False, True):
        open_browser("http://127.0.0.1", lambda: None, lambda wanted=wanted: wanted).join(10)  # type: ignore[misc]
    assert opened == ["http://127.0.0.1"]


def test_without_a_browser_the_address_is_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    said = list[str]()
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    open_browser("http://127.0.0.1", lambda: said.append("no browser")).join(10)
    assert said == ["no browser"]


@pytest.mark.parametrize(
    ("place", "words"),
    [("missing.mp4", "does not exist"), ("-", "only once"), ("rtsp://camera", "only once")],
)
def test_what_cannot_be_edited(
    place: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, why = run_main(monkeypatch, "edit", place, "--no-browser")
    assert status == 2 and words in why and not [*tmp_path.iterdir()]


def test_a_folder_of_somebody_else_is_left_alone(
    video: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "others"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    status, why = run_main(monkeypatch, "edit", video, "--no-browser", "--out", out)
    assert status == 2 and "--out" in why and "--overwrite" not in why
    assert [*out.iterdir()] == [out / "notes.txt"]


@pytest.fixture
def server(
    video: Path, untrained: Path, tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of its own, and the address that it printed."""
    options = ["--weights", untrained, "--size", "64", "--device", "cpu", "--no-browser"]
    words = [sys.executable, "-m", "ovos_cli", "edit", video, *options]
    process = subprocess.Popen(
        list(map(str, words)),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "40"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "http://" in line:
            yield process, line.split()[-1]
            break
    process.kill()
    process.wait()


def test_a_real_server_until_ctrl_c(
    server: tuple[subprocess.Popen[str], str], tmp_path: Path
) -> None:
    process, url = server
    base, _, token = url.partition("/?token=")
    headers = {"X-Ovos-Token": token}

    def ask(method: str, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(base + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{base}/api/shot", timeout=60)
    events = urllib.request.urlopen(f"{base}/api/events?token={token}", timeout=60)
    ask("PUT", "/api/masks/0?object=1", packed(box(5)))
    ask("POST", "/api/follow", b'{"first": null, "last": null}')
    heard, end = list[str](), time.monotonic() + 60
    while '"state": "idle"' not in (heard or [""])[-1] and time.monotonic() < end:
        heard.append(events.readline().decode())
    assert "event: frame\n" in heard and "event: timeline\n" in heard
    process.send_signal(signal.SIGINT)  # while a page still listens
    assert process.wait(20) == 0
    assert process.stdout is not None
    said = process.stdout.read()
    assert "ovos edit clip_ovos" in said and "ovos resume clip_ovos" in said
    assert "Traceback" not in said and "GET /" not in said
    assert len([*(tmp_path / "clip_ovos" / "masks").iterdir()]) == 6
