"""What was answered is there the next time, however the process ended; and others go on with it."""

import asyncio
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import InputError
from ovos_cli.edit import prepared, watched
from ovos_cli.edit.events import Events
from ovos_cli.edit.opening import open_session
from ovos_cli.edit.shown import Said
from ovos_cli.edit.timeline import look_at
from ovos_cli.option_groups import ModelOptions, SourceOptions
from ovos_cli.shot.annotations import Annotations
from ovos_cli.shot.folder import read_indexed
from ovos_cli.shot.plan import Plan
from ovos_cli.shot.store import Final
from tests.cli.command import run_main
from tests.conftest import write_indexed, write_video
from tests.edit.conftest import FRAMES, HEIGHT, WIDTH, Opened, Page, box, packed


def killed(shot: Path, number: int) -> Path:
    """The folder as a process that is killed now would leave it."""
    return Path(shutil.copytree(shot, shot.with_name(f"killed{number}")))


def said(page: Page) -> dict[str, Any]:
    """All that a person said, as the page sees it."""
    timeline = page.ask("GET", "/timeline")
    objects = {i: (o["given"], o["absent"]) for i, o in timeline["objects"].items()}
    return {"objects": objects, "locked": timeline["locked"], "stale": timeline["stale"]}


def test_killed_after_any_answer_all_that_was_said_is_there(opened: Opened, tmp_path: Path) -> None:
    page, shot = opened(), tmp_path / "shot"
    page.put(0, 1, box(5))
    page.follow()
    states = list[tuple[Path, dict[str, Any], list[Any]]]()
    steps: list[tuple[str, str, Any]] = [
        ("POST", "/objects", {"name": "dog", "color": "#123456"}),
        ("POST", "/absent", {"object": 1, "first": 2, "last": None}),
        ("POST", "/lock", {"first": 4, "last": 5}),
        ("POST", "/absent", {"object": 1, "first": 1, "last": 1}),
        ("DELETE", "/absent", {"object": 1, "first": 1}),
        ("POST", "/unlock", {"first": 4, "last": 4}),
        ("PUT", "/masks/3?object=2", None),
        ("DELETE", "/objects/2", None),
        ("POST", "/unlock", {"first": 5, "last": 5}),
        ("DELETE", "/masks/0", None),  # with it goes the absence, which would have no ground
    ]
    for number, (method, path, body) in enumerate(steps):
        if method == "PUT":
            page.put(3, 2, box(30))
        else:
            page.ask(method, path, body)
        states.append((killed(shot, number), said(page), page.ask("GET", "/shot")["objects"]))
    page.close()
    for folder, expected, objects in states:
        again = opened(folder, None)
        assert said(again) == expected and again.ask("GET", "/shot")["objects"] == objects
        again.close()


def test_a_mask_is_on_the_disk_before_it_is_answered(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise InputError("the disk is full")

    monkeypatch.setattr(type(page.session.writing.edited.run.folder), "keep_given", fails)
    before = page.ask("GET", "/timeline")
    _, why = page.refused("PUT", "/masks/0?object=1", packed(box(5)))
    assert "disk is full" in why and page.ask("GET", "/timeline") == before  # nor does it hold


def test_what_is_left_is_resumed_and_is_as_if_it_had_been_segmented(
    opened: Opened,
    video: Path,
    untrained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, shot = opened(), tmp_path / "shot"
    page.put(0, 1, box(5))
    page.follow(last=2)
    page.put(4, 1, box(9))
    page.ask("POST", "/absent", {"object": 1, "first": 2, "last": 2})
    page.close()
    assert json.loads((shot / "run.json").read_text())["state"] == "interrupted"
    assert run_main(monkeypatch, "resume", shot, "--quiet") == (0, "")
    first = write_indexed(tmp_path / "0.png", box(5).astype(np.uint8))
    later = write_indexed(tmp_path / "4.png", box(9).astype(np.uint8))
    anew = tmp_path / "anew"
    given = ("--mask", first, "--mask", f"4={later}", "--drop", "1@2-2", "--out", anew)
    options = ("--weights", untrained, "--size", "64", "--device", "cpu", "--quiet")
    assert run_main(monkeypatch, "segment", video, *given, *options) == (0, "")
    for frame in range(FRAMES):
        file = f"masks/{frame:05d}.png"
        assert (shot / file).read_bytes() == (anew / file).read_bytes()
    assert (shot / "overlay.mp4").read_bytes() == (anew / "overlay.mp4").read_bytes()
    assert not (shot / ".ovos" / "features").exists()


def test_what_was_segmented_is_edited(
    opened: Opened, video: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write_indexed(tmp_path / "0.png", box(5).astype(np.uint8))
    shot = tmp_path / "segmented"
    options = ("--weights", untrained, "--size", "64", "--device", "cpu", "--quiet", "--mattes")
    assert run_main(monkeypatch, "segment", video, "--mask", first, "--out", shot, *options)[0] == 0
    record = (shot / "run.json").read_bytes()
    opened(shot, None).close()
    assert (shot / "run.json").read_bytes() == record  # looking changes nothing
    page = opened(shot, None)
    assert page.ask("GET", "/timeline")["stale"] == []
    before = page.masks()
    page.put(4, 1, box(20))
    page.follow(first=5)
    for name in ("masks/00005.png", "mattes/1/00005.png"):  # all wait until all is known
        assert (shot / ".ovos" / "waiting" / name).exists()
    page.follow()
    after = page.masks()
    page.close()
    # All masks are there, and `ovos resume` has the overlay to write.
    assert json.loads((shot / "run.json").read_text())["state"] == "complete"
    assert page.session.unfinished
    assert after[0] == before[0] and after[4] == np.where(box(20), 1, 0).astype(np.uint8).tobytes()
    assert not (shot / ".ovos" / "waiting").exists()
    written, _ = read_indexed(shot / "masks" / "00005.png")
    assert written.tobytes() == after[5]


def test_two_processes_on_one_shot(opened: Opened, tmp_path: Path) -> None:
    page = opened()
    page.put(1, 3, box(5))
    page.ask("POST", "/objects", {"name": "dog"})
    page.follow()
    page.ask("POST", "/lock", {"first": 2, "last": 3})
    other = opened()
    why = other.ask("GET", "/shot")["read_only"]
    assert "another ovos is writing" in why
    assert other.masks() == page.masks() and said(other) == said(page)
    assert other.ask("GET", "/shot")["objects"] == page.ask("GET", "/shot")["objects"]
    for method, path in (
        ("PUT", "/masks/0?object=1"),
        ("DELETE", "/masks/1"),
        ("POST", "/follow"),
        ("POST", "/click"),
        ("POST", "/upload?frame=0"),
        ("POST", "/objects"),
        ("PATCH", "/objects/1"),
        ("DELETE", "/objects/1"),
        ("POST", "/absent"),
        ("DELETE", "/absent"),
        ("POST", "/lock"),
        ("POST", "/unlock"),
        ("POST", "/stop"),
    ):
        assert other.refused(method, path, {}) == (409, why), path
    page.put(5, 3, box(9))
    other.session.shown.said.__self__._looked = 0.0  # type: ignore[attr-defined]
    assert said(other) == said(page)


def test_two_windows_of_one_process(page: Page) -> None:
    def asked(window: str) -> str | None:
        shot = page.ask("GET", "/shot", **{"X-Ovos-Window": window})
        return shot["read_only"]

    assert asked("first") is None and asked("first") is None
    assert asked("second") is None
    assert "another window" in (asked("first") or "")
    click = {"frame": 0, "object": 1, "box": [4, 4, 40, 40]}
    assert page.refused("POST", "/click", click, **{"X-Ovos-Window": "first"})[0] == 409
    page.ask("POST", "/click", click, **{"X-Ovos-Window": "second"})
    assert asked("first, reloaded") is None and asked("second") is not None


def test_a_page_that_has_found_the_server_again_takes_nothing_from_a_newer_one(page: Page) -> None:
    def found_again(window: str) -> str | None:
        return page.ask("GET", "/shot?again=1", **{"X-Ovos-Window": window})["read_only"]

    windows = page.session.windows
    assert not windows.any_opens(0)
    assert found_again("before") is None and windows.any_opens(0)
    assert page.ask("GET", "/shot", **{"X-Ovos-Window": "since"})["read_only"] is None
    assert "another window" in (found_again("before") or "")
    assert "another window" in (found_again("long before") or "")
    assert found_again("since") is None


def test_a_video_that_changes_or_vanishes_is_said(
    page: Page, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "_EVERY", 0.0)
    page.put(0, 1, box(5))
    aside = video.rename(tmp_path / "aside.mp4")
    for method, path in (("GET", "/frames/3"), ("PUT", "/masks/1?object=1")):
        status, why = page.refused(method, path, packed(box(5)))
        assert status == 400 and "is not there any more" in why
    assert "is not there any more" in page.follow()["error"]
    write_video(video, 4, width=WIDTH, height=HEIGHT, draw=lambda *_: np.zeros((48, 64, 3), "u1"))
    assert "has changed" in page.refused("GET", "/frames/3")[1]
    assert "has changed" in page.follow()["error"]
    aside.replace(video)  # another time of writing, and the same content
    page.ask("GET", "/frames/3")
    assert page.follow()["error"] is None


def test_following_is_stopped_within_a_frame_and_goes_on_from_there(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened()
    page.put(0, 1, box(5))
    reached, go_on = threading.Event(), threading.Event()
    segmenter = page.session.writing.edited.shot.segmenter
    real, steps = type(segmenter).step, list[int]()

    def step(self: Any, frame: Any, *arguments: Any, **options: Any) -> Any:
        steps.append(options["at"])
        if options["at"] == 2:
            reached.set()
            assert go_on.wait(30)
        return real(self, frame, *arguments, **options)

    monkeypatch.setattr(type(segmenter), "step", step)
    assert page.ask("POST", "/follow", {})["state"] == "running"
    assert reached.wait(30)
    page.put(5, 1, box(9))  # is answered while a frame is being computed
    threading.Timer(0.05, go_on.set).start()
    assert page.ask("POST", "/stop")["state"] == "idle" and steps == [0, 1, 2]
    steps.clear()
    page.follow()
    assert steps[0] > 0  # not from the beginning
    assert page.ask("GET", "/timeline")["stale"] == []


def test_what_is_said_while_it_is_followed_is_followed_too(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.put(0, 1, box(5))
    reached, go_on = threading.Event(), threading.Event()
    segmenter = page.session.writing.edited.shot.segmenter
    real = type(segmenter).step

    def step(self: Any, frame: Any, *arguments: Any, **options: Any) -> Any:
        if options["at"] == 3 and not reached.is_set():
            reached.set()
            assert go_on.wait(30)
        return real(self, frame, *arguments, **options)

    monkeypatch.setattr(type(segmenter), "step", step)
    page.ask("POST", "/follow", {})
    assert reached.wait(30)
    page.put(5, 1, box(30))
    go_on.set()
    assert page.idle()["error"] is None
    timeline = page.ask("GET", "/timeline")
    assert timeline["stale"] == [] and timeline["objects"]["1"]["given"] == [0, 5]
    np.testing.assert_array_equal(page.ask("GET", "/masks/5"), box(30))


def test_the_frame_that_is_looked_at_is_ready_for_clicks(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = threading.Event()
    monkeypatch.setattr(prepared, "_BESIDE", (0, 1, -1))
    holding = page.session.writing.ahead._prepared
    page.ask("GET", "/frames/4")
    for _ in range(500):
        if all(map(holding.has, (3, 4, 5))):
            break
        ready.wait(0.01)
    assert all(map(holding.has, (3, 4, 5)))
    # What is followed does not depend on what was looked at, not even by rounding.
    assert holding.get(4) is None


def test_events_reach_every_page_and_end() -> None:
    async def listened() -> list[str]:
        events, heard = Events(), list[str]()
        stream = events.stream()
        heard.append(await anext(stream))
        threading.Thread(target=lambda: events.tell("frame", {"frame": 3})).start()
        heard.append(await anext(stream))
        threading.Thread(target=events.close).start()
        return heard + [text async for text in stream]

    assert asyncio.run(listened())[1:] == ['event: frame\ndata: {"frame": 3}\n\n']


def test_a_shot_keeps_the_options_that_it_was_begun_with(
    opened: Opened, video: Path, model: ModelOptions, tmp_path: Path
) -> None:
    page = opened()
    page.put(0, 1, box(5))
    page.close()
    source = SourceOptions(video=str(video), mask=[])
    larger = ModelOptions(weights=model.weights, size=128, device="cpu")
    with pytest.raises(InputError, match="begun with other options of the model"):
        open_session(source, tmp_path / "shot", larger, None)
    ranged = SourceOptions(video=str(video), mask=[], start=1, end=3)
    with pytest.raises(InputError, match="begun with other --start and --end"):
        open_session(ranged, tmp_path / "shot", ModelOptions(), None)
    again = open_session(source, tmp_path / "shot", ModelOptions(), None)
    again.close()
    with pytest.raises(InputError, match="leave out --out"):
        opened(tmp_path / "shot", tmp_path / "elsewhere")
    other = write_video(tmp_path / "other.mp4", 3, width=WIDTH, height=HEIGHT)
    with pytest.raises(InputError, match="another source"):
        opened(other, tmp_path / "shot")
    with pytest.raises(InputError, match="only once"):
        opened(Path("-"), tmp_path / "live")


def test_frames_in_which_a_correction_mends_most_are_named() -> None:
    annotations = Annotations()
    annotations.put(0, box(5).astype(np.uint8))
    said = Said(annotations, Plan(annotations.prompts(0, 59, forward=False)))
    sure = [1.0, *(0.95 for _ in range(29)), *(0.3 for _ in range(20)), *(0.0 for _ in range(10))]
    finals = [
        Final(f, f"{f:05d}", "key", {1: value, 9: 0.1}, {1: "forward", 9: "forward"}, ())
        for f, value in enumerate(sure)
    ]
    looks = look_at(said, finals, cuts=())
    assert looks and all(look["object"] == 1 for look in looks)  # 9 is no object any more
    assert 30 <= looks[0]["frame"] < 60 and looks[0]["why"] in ("only 30% sure", "not seen")
    annotations.lock({f: box(5).astype(np.uint8) for f in range(30, 60)})
    assert look_at(Said(annotations, said.plan), finals, cuts=()) == []
