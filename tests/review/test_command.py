"""`ovos review`: what it writes of a shot, and what it says of one that is not whole."""

import csv
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.errors import OvosError
from ovos_cli.app import app
from ovos_cli.review.reading import read_shot
from ovos_cli.shot.origins import GIVEN, MERGED
from tests.conftest import write_indexed, write_video

FRAMES = 6


def ovos(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*map(str, arguments)])
    if isinstance(result.exception, OvosError):
        return result.exception.exit_code, str(result.exception)
    return result.exit_code, " ".join(result.output.split())


def boxes(path: Path, left: int) -> Path:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, left : left + 15], ids[32:44, left : left + 15] = 1, 2
    return write_indexed(path, ids)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, untrained: Path) -> Path:
    """A shot with masks of its first and of its last frame, so that both ways meet."""
    root = tmp_path_factory.mktemp("a shot's")
    video = write_video(root / "video.mp4", FRAMES)
    masks = [boxes(root / "first.png", 5), boxes(root / "last.png", 20)]
    given = ["--mask", masks[0], "--mask", f"{FRAMES - 1}={masks[1]}"]
    options = ["--weights", untrained, "--no-overlay", "--size", 64, "--device", "cpu"]
    assert ovos("segment", video, *given, "-o", root / "shot", *options)[0] == 0
    return root / "shot"


@pytest.fixture
def shot(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shot"))


def test_a_row_for_each_object_and_frame_and_a_page_that_needs_nothing_else(shot: Path) -> None:
    code, said = ovos("review", shot)
    assert code == 0 and "objects.csv" in said and "review.html" in said
    rows = [*csv.DictReader((shot / "objects.csv").read_text().splitlines())]
    assert [(row["object"], row["frame"]) for row in rows] == [
        (str(ident), str(frame)) for ident in (1, 2) for frame in range(FRAMES)
    ]
    assert all(0 <= float(row["confidence"]) <= 1 for row in rows)
    given = [row for row in rows if row["origin"] == GIVEN]
    assert {row["frame"] for row in given} == {"0", str(FRAMES - 1)}
    assert {row["confidence"] for row in given} == {"1.000"}
    merged = [row for row in rows if row["origin"] == MERGED]
    assert merged and all(row["forward_backward_overlap"] for row in merged)
    page = (shot / "review.html").read_text()
    assert not re.search(r"""(src|href)=["']?(https?:|/|file:)""", page)


def test_frames_to_look_at_come_with_pictures_and_commands_that_can_be_pasted(shot: Path) -> None:
    # Untrained, it is sure of nothing: whatever is seen is worth a correction.
    page = (shot / "review.html") if ovos("review", shot)[0] == 0 else None
    assert page is not None
    text = page.read_text()
    frame = re.search(r"ovos edit (\S+) --frame (\d+)", text)
    assert frame is not None and frame[1] == str(shot)
    assert f"ovos resume {shot} --mask {frame[2]}=corrected.png" in text
    assert "data:image/webp;base64," in text


def test_the_count_of_frames_is_the_users(shot: Path) -> None:
    assert ovos("review", shot, "--count", 1)[0] == 0
    assert (shot / "review.html").read_text().count('class="look"') == 1


def test_results_may_lie_elsewhere_and_the_shot_stays_as_it_is(shot: Path, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in shot.rglob("*.png")}
    assert ovos("review", shot, "--out", tmp_path / "there")[0] == 0
    assert {p.name for p in (tmp_path / "there").iterdir()} == {"objects.csv", "review.html"}
    assert not (shot / "objects.csv").exists()
    assert before == {p: p.read_bytes() for p in shot.rglob("*.png")}


def test_what_is_no_shot_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    assert ovos("review", tmp_path / "nowhere")[0] == 2
    code, said = ovos("review", tmp_path)
    assert code == 2 and "no output folder of `ovos segment`" in said
    assert not [*tmp_path.iterdir()]


def test_an_incomplete_shot_is_reviewed_as_far_as_it_is_done(shot: Path) -> None:
    record = json.loads((shot / "run.json").read_text())
    (shot / "run.json").write_text(json.dumps(record | {"state": "interrupted"}))
    with closing(sqlite3.connect(shot / ".ovos" / "shot.sqlite")) as base, base:
        base.execute("delete from final where frame > 2")
    code, said = ovos("review", shot)
    assert code == 0 and "not complete (interrupted): this is of the 3 frames that are done" in said
    rows = [*csv.DictReader((shot / "objects.csv").read_text().splitlines())]
    assert {row["frame"] for row in rows} == {"0", "1", "2"}
    assert "not complete (interrupted)" in (shot / "review.html").read_text()


def test_a_shot_of_which_nothing_is_done_says_how_to_go_on(shot: Path) -> None:
    with closing(sqlite3.connect(shot / ".ovos" / "shot.sqlite")) as base, base:
        base.execute("delete from final")
    code, said = ovos("review", shot)
    assert code == 2 and "ovos resume" in said


def test_without_its_source_there_is_a_page_without_pictures(shot: Path) -> None:
    record = json.loads((shot / "run.json").read_text())
    record["options"]["SourceOptions"]["video"] = str(shot.parent / "gone.mp4")
    (shot / "run.json").write_text(json.dumps(record))
    code, said = ovos("review", shot)
    assert code == 0 and "there are no pictures" in said
    page = (shot / "review.html").read_text()
    assert "data:image" not in page and "there are no pictures" in page


def test_a_shot_of_an_earlier_version_is_reviewed_by_confidence_alone(shot: Path) -> None:
    with closing(sqlite3.connect(shot / ".ovos" / "shot.sqlite")) as base, base:
        base.execute("drop table cues")
    assert any("earlier version" in gap for gap in read_shot(shot).gaps)
    code, said = ovos("review", shot)
    assert code == 0 and "earlier version" in said


def test_a_damaged_store_is_an_error_that_says_so(shot: Path) -> None:
    (shot / ".ovos" / "shot.sqlite").write_bytes(b"nothing of the kind" * 100)
    code, said = ovos("review", shot)
    assert code == 2 and "damaged" in said


def test_locked_frames_count_as_given(shot: Path) -> None:
    record = json.loads((shot / "run.json").read_text())
    record["options"]["SourceOptions"]["lock"] = ["1-2"]
    (shot / "run.json").write_text(json.dumps(record))
    history = read_shot(shot).history
    assert [history[1][frame].given for frame in range(FRAMES)] == [1, 1, 1, 0, 0, 1]


def test_frames_without_any_object_are_no_fault(shot: Path) -> None:
    with closing(sqlite3.connect(shot / ".ovos" / "shot.sqlite")) as base, base:
        base.execute("update final set confidence = '{}', origin = '{}'")
    code, said = ovos("review", shot)
    assert code == 0 and "0 of 6 frames may be bad" in said


def test_objects_are_called_as_people_called_them(shot: Path) -> None:
    names = {"1": {"name": "Réx, <the dog>"}}
    (shot / "objects.json").write_text(json.dumps(names), encoding="utf-8")
    code, said = ovos("review", shot)
    assert code == 0 and re.search(r"frame \d+ (object 2, )?Réx, <the dog>", said)
    with (shot / "objects.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert {(row["object"], row["name"]) for row in rows} == {
        ("1", "Réx, <the dog>"),
        ("2", "object 2"),
    }
    touching = [row["events"] for row in rows if "touches" in row["events"]]
    assert all("Réx, <the dog>" in said or "object 2" in said for said in touching)
    page = (shot / "review.html").read_text("utf-8")
    assert "</i>Réx, &lt;the dog&gt; <b>" in page and "<the dog>" not in page
    assert "</i>object 2</span>" in page and "object 1" not in page
