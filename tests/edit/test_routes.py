"""What the editor answers, and what lies in the shot's folder then."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from models.clicks.by_proposals import ByProposals
from models.clicks.prompt import Prompt
from models.sources.stored import StoredProposals
from models.tracking.geometry import Geometry
from ovos_cli.media.video_reader import VideoReader
from ovos_cli.shot.folder import read_indexed
from tests.conftest import write_indexed
from tests.edit.conftest import FRAMES, HEIGHT, WIDTH, Opened, Page, box, packed


def test_a_new_shot_leaves_nothing_until_something_is_said(opened: Opened, tmp_path: Path) -> None:
    page = opened()
    shot = page.ask("GET", "/shot")
    assert (shot["name"], shot["width"], shot["height"]) == ("clip.mp4", WIDTH, HEIGHT)
    assert shot["objects"] == [] and shot["read_only"] is None and shot["first"] == 0
    assert page.ask("GET", "/masks/0") == b""
    assert page.ask("GET", "/timeline")["objects"] == {}
    page.close()
    assert not [*(tmp_path / "shot").rglob("*.*")]


def test_frames_are_those_of_the_reader_by_its_numbers(page: Page, video: Path) -> None:
    reader = VideoReader(video)
    for index in (4, 1, 5, 0, 3, 2, 2):
        content = page.ask("GET", f"/frames/{index}")
        seen = cv2.cvtColor(cv2.imdecode(np.frombuffer(content, np.uint8), 1), cv2.COLOR_BGR2RGB)
        error = np.abs(seen.astype(int) - reader.frame(index).image.astype(int))
        assert error.mean() < 3  # their blue is 10 apart
    small = cv2.imdecode(np.frombuffer(page.ask("GET", "/frames/3?width=16"), np.uint8), 1)
    assert small.shape == (12, 16, 3)
    assert page.ask("GET", "/shot")["last"] == FRAMES - 1
    status, why = page.refused("GET", f"/frames/{FRAMES}")
    assert status == 400 and "no frame" in why


def test_given_masks_are_kept_and_followed_to_the_pixel(page: Page, tmp_path: Path) -> None:
    page.put(2, 1, box(5))
    timeline = page.put(2, 7, box(20))["timeline"]  # the newest wins where they overlap
    assert timeline["objects"]["7"]["given"] == [2] and timeline["stale"] == []
    expected = np.where(box(20), 7, np.where(box(5), 1, 0))
    given, _ = read_indexed(tmp_path / "shot" / ".ovos" / "given" / "2.png")
    np.testing.assert_array_equal(given, expected)
    ended = page.follow()
    assert ended["error"] is None and ended["done"] == ended["total"] == FRAMES + 1
    assert page.ask("GET", "/masks/2").tobytes() == expected.astype(np.uint8).tobytes()
    for frame in range(FRAMES):
        written, _ = read_indexed(tmp_path / "shot" / "masks" / f"{frame:05d}.png")
        np.testing.assert_array_equal(page.ask("GET", f"/masks/{frame}"), written)
    seen = page.ask("GET", "/timeline")["objects"]["1"]
    assert [*seen["confidence"]] == [str(frame) for frame in range(FRAMES)]


def test_only_what_a_correction_changes_is_gone_through_again(page: Page) -> None:
    page.put(0, 1, box(5))
    page.put(4, 1, box(9))
    page.follow()
    assert page.ask("GET", "/timeline")["stale"] == []
    timeline = page.put(4, 1, box(12))["timeline"]
    assert timeline["stale"] == [[1, 5]]
    answer = page.client.get("/api/masks/3")
    assert answer.headers["x-ovos-stale"] == "1" and answer.status_code == 200
    assert page.client.get("/api/masks/0").headers["x-ovos-stale"] == "0"
    assert page.follow()["done"] == 6  # backward from 4 to 1, and forward from 4 to 5
    assert page.ask("GET", "/timeline")["stale"] == []


def test_a_part_is_followed_in_one_direction(page: Page) -> None:
    page.put(2, 1, box(5))
    page.follow(first=2)
    assert page.ask("GET", "/timeline")["objects"]["1"]["confidence"].keys() == {"2", "3", "4", "5"}
    page.follow(last=2)
    assert len(page.ask("GET", "/timeline")["objects"]["1"]["confidence"]) == FRAMES


def test_the_frame_after_which_following_stops_is_there(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = page.session.writing.following
    given_way = following._priority.give_way

    def stops() -> None:
        following._stop = page.session.writing.edited.shot.at == 3
        given_way()

    monkeypatch.setattr(following._priority, "give_way", stops)
    page.put(0, 1, box(5))
    page.follow()
    assert page.ask("GET", "/timeline")["known"] == [[0, 2]]


def test_taking_masks_back(page: Page) -> None:
    page.put(0, 1, box(5))
    page.put(0, 2, box(35))
    page.put(3, 1, box(5))
    page.ask("DELETE", "/masks/0?object=1")
    np.testing.assert_array_equal(page.ask("GET", "/masks/0"), np.where(box(35), 2, 0))
    page.ask("DELETE", "/masks/0")
    assert page.ask("GET", "/masks/0") == b""
    assert page.refused("DELETE", "/masks/0")[0] == 400
    assert page.ask("GET", "/timeline")["objects"].keys() == {"1"}


def test_clicks_keep_nothing_and_begin_where_they_are_told(page: Page, tmp_path: Path) -> None:
    asked = {"frame": 0, "object": 1, "box": [4, 4, 40, 40], "clicks": []}
    found = page.ask("POST", "/click", asked)
    assert {*np.unique(found)} <= {0, 1} and not (tmp_path / "shot" / "run.json").exists()
    page.put(0, 1, box(5))
    again = page.ask("POST", "/click", {"frame": 0, "object": 1, "from": "known", "clicks": []})
    np.testing.assert_array_equal(again, box(5))
    more = [{"x": 50, "y": 40, "inside": True}, {"x": 8, "y": 12, "inside": False}]
    said = {"frame": 0, "object": 1, "from": "known", "clicks": more}
    clicked = page.ask("POST", "/click", said)
    assert clicked[40, 50] == 1 and clicked[12, 8] == 0
    other = page.ask("POST", "/click", {**asked, "object": 2, "box": [0, 0, 30, 40]})
    assert not (other > 0)[box(5)].any()  # another object's pixels stay with it
    status, why = page.refused(
        "POST", "/click", {**asked, "clicks": [{"x": 99, "y": 1, "inside": True}]}
    )
    assert status == 400 and "outside of the picture" in why
    assert page.refused("POST", "/click", {**asked, "box": None, "pick": 1000})[0] == 400


def test_proposals_are_picked_by_the_numbers_of_their_sheet(page: Page) -> None:
    listed = page.ask("GET", "/proposals/2")
    frame, segmenter = page.session.frames.frame(2), page.session.writing.edited.shot.segmenter
    (prepared,) = segmenter.prepare([frame.image], [frame.stem])
    stored = StoredProposals.of(prepared.proposals, Geometry.fit((HEIGHT, WIDTH), segmenter.size))
    assert len(listed) == len(stored.scores) > 0
    np.testing.assert_allclose([one["box"] for one in listed], stored.boxes, atol=0.51)
    np.testing.assert_allclose([one["score"] for one in listed], stored.scores, atol=1e-3)
    answers = ByProposals(frame.image, stored)
    last = len(listed) - 1
    found = page.ask("POST", "/click", {"frame": 2, "object": 1, "pick": last})
    np.testing.assert_array_equal(found > 0, answers.whole(Prompt(proposal=last)))
    status, why = page.refused("POST", "/click", {"frame": 2, "object": 1, "pick": last + 1})
    assert status == 400 and f"from 0 to {last}" in why
    assert page.refused("GET", f"/proposals/{FRAMES}")[0] == 400


def test_objects_have_names_and_colours(page: Page, tmp_path: Path) -> None:
    first = page.ask("POST", "/objects", {"name": "car"})
    assert first == {"id": 1, "name": "car", "color": "#800000"}
    second = page.ask("POST", "/objects", {})
    assert second["id"] == 2 and second["name"] == "object 2"
    assert page.ask("PATCH", "/objects/2", {"color": "#00FF7f"})["color"] == "#00ff7f"
    assert page.refused("PATCH", "/objects/2", {"name": "car"})[0] == 400
    assert page.refused("PATCH", "/objects/2", {"name": "../x"})[0] == 400
    assert page.refused("PATCH", "/objects/9", {"name": "x"})[0] == 400
    page.put(1, 2, box(5))
    page.put(3, 2, box(5))
    page.put(3, 1, box(35))
    page.ask("DELETE", "/objects/2")
    assert [one["id"] for one in page.ask("GET", "/shot")["objects"]] == [1]
    assert sorted(f.name for f in (tmp_path / "shot/.ovos/given").iterdir()) == ["3.png"]


def test_absences_are_said_and_taken_back(page: Page) -> None:
    page.put(0, 1, box(5))
    timeline = page.ask("POST", "/absent", {"object": 1, "first": 2, "last": 3})["timeline"]
    assert timeline["objects"]["1"]["absent"] == [[2, 3]]
    page.follow()
    assert page.ask("GET", "/timeline")["objects"]["1"]["confidence"].keys() == {"0", "1", "4", "5"}
    assert not page.ask("GET", "/masks/2").any()
    page.ask("DELETE", "/absent", {"object": 1, "first": 2})
    assert page.ask("GET", "/timeline")["stale"] == [[2, 5]]
    page.ask("POST", "/absent", {"object": 1, "first": 4, "last": None})
    assert page.ask("GET", "/timeline")["objects"]["1"]["absent"] == [[4, None]]
    # Without the mask that it needs it could not be said, and nobody could open the shot.
    assert page.ask("DELETE", "/masks/0")["timeline"]["objects"] == {}


def test_locked_frames_stay_as_they_are_shown(page: Page, tmp_path: Path) -> None:
    page.put(0, 1, box(5))
    assert page.refused("POST", "/lock", {"first": 0, "last": 3})[0] == 400  # not known yet
    page.follow()
    page.put(2, 1, box(30))
    before = page.masks()
    assert page.ask("POST", "/lock", {"first": 1, "last": 3})["timeline"]["locked"] == [[1, 3]]
    assert page.masks()[1:4] == before[1:4]
    written, _ = read_indexed(tmp_path / "shot" / "masks" / "00002.png")
    np.testing.assert_array_equal(written, box(30))
    assert page.refused("PUT", "/masks/2?object=1", packed(box(9)))[0] == 400
    assert page.refused("DELETE", "/objects/1")[0] == 400
    page.follow()
    assert page.masks()[1:4] == before[1:4]
    assert page.ask("POST", "/lock", {"first": 3, "last": 4})["timeline"]["locked"] == [[1, 4]]
    assert page.ask("POST", "/unlock", {"first": 2, "last": 3})["timeline"]["locked"] == [
        [1, 1],
        [4, 4],
    ]
    assert page.refused("POST", "/unlock", {"first": 2, "last": 3})[0] == 400


def test_a_picture_of_masks_is_uploaded(page: Page, tmp_path: Path) -> None:
    ids = np.where(box(5), 3, np.where(box(40), 9, 0)).astype(np.uint8)
    file = write_indexed(tmp_path / "masks.png", ids)
    page.ask("POST", "/upload?frame=1", file.read_bytes())
    np.testing.assert_array_equal(page.ask("GET", "/masks/1"), ids)
    white = tmp_path / "white.png"
    Image.fromarray(box(20).astype(np.uint8) * 255).save(white)
    status, why = page.refused("POST", "/upload?frame=1", white.read_bytes())
    assert status == 400 and "which of the objects 3, 9" in why
    page.ask("POST", "/upload?frame=1&object=9", white.read_bytes())
    assert (page.ask("GET", "/masks/1") == 9).sum() == 400
    ids[0, 0] = 4  # a stray
    page.ask("POST", "/upload?frame=2", write_indexed(file, ids).read_bytes())
    (warning,) = page.ask("GET", "/shot")["warnings"]
    assert "object 4 is 1 pixel" in warning and "/" not in warning


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "not a readable image"),
        (b"", "not a readable image"),
    ],
)
def test_what_is_no_mask_is_refused_without_a_path_of_this_machine(
    page: Page, content: bytes, words: str
) -> None:
    status, why = page.refused("POST", "/upload?frame=1", content)
    assert status == 400 and words in why and "/tmp" not in why and "uploaded" in why


def test_a_mask_of_another_size_is_refused(page: Page, tmp_path: Path) -> None:
    file = write_indexed(tmp_path / "large.png", np.ones((10, 10), np.uint8))
    assert "10x10" in page.refused("POST", "/upload?frame=1", file.read_bytes())[1]
    status, why = page.refused("PUT", "/masks/0?object=1", packed(np.ones((HEIGHT, WIDTH + 1))))
    assert status == 400 and "another size" in why


@pytest.mark.parametrize("frame", [-1, FRAMES, 10**9, "x", "1e3", "0x1", "%2e%2e%2frun.json"])
def test_frames_that_are_not_there(page: Page, frame: object) -> None:
    for method, path in (("PUT", f"/masks/{frame}?object=1"), ("POST", f"/upload?frame={frame}")):
        assert page.refused(method, path, packed(box(5)))[0] in (400, 404)
    assert page.refused("GET", f"/frames/{frame}")[0] in (400, 404)


@pytest.mark.parametrize("ident", [0, 255, -1, "1.5", ""])
def test_objects_that_cannot_be(page: Page, ident: object) -> None:
    assert page.refused("PUT", f"/masks/0?object={ident}", packed(box(5)))[0] == 400
    assert page.refused("PUT", "/masks/0", packed(box(5)))[0] == 400


def test_an_empty_mask_is_no_absence(page: Page) -> None:
    assert "out of sight" in page.refused("PUT", "/masks/0?object=1", packed(box(5) & False))[1]


def test_nothing_can_be_followed_before_something_is_given(page: Page) -> None:
    assert "nothing is given" in page.follow()["error"]


@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_is_a_sentence_and_says_where_with_debug_alone(
    page: Page, debug: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("a cable was pulled")

    monkeypatch.setattr(page.session.frames, "jpeg", fails)
    asked = Page(page.session, debug=debug)
    status, why = asked.refused("GET", "/frames/0")
    assert status == 500 and "a cable was pulled" in why and "Traceback" not in why
    assert ("Traceback" in capfd.readouterr().err) == debug
