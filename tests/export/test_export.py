"""`ovos export`, and the same outputs of `ovos segment`."""

import importlib
import json
import os
import re
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ovos_cli import sinks
from ovos_cli.sinks import Output
from ovos_cli.sinks.exports import Exports
from ovos_cli.sinks.parts_folder import PartsFolder
from ovos_cli.sinks.sink import Sink, Written
from tests.conftest import write_indexed, write_video
from tests.export.conftest import FRAMES, SMALL, Command, two_objects


class Told(Sink):
    """Writes what it is told, and fails where it is asked to."""

    place_name = "told"
    pixels = True
    fails_at: int | None = None

    def write(self, written: Written) -> None:
        if written.index == self.fails_at:
            raise OSError(28, "No space left on device")
        self.place.mkdir(exist_ok=True)
        assert written.frame is not None
        soft = [written.probability(i) for i in self.info.objects]
        told = {
            "index": written.index,
            "time": float(written.time),
            "red": int(written.frame.image[0, 0, 0]),
            "names": [self.info.names.name(i) for i in self.info.objects],
            "shapes": [s.shape for s in soft],
            "soft": any(((s > 0) & (s < 1)).any() for s in soft),
            "ids": sorted({*map(int, np.unique(written.ids))}),
        }
        (self.place / f"{written.name}.json").write_text(json.dumps(told))

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        return place.glob("*.json")


@pytest.fixture(autouse=True)
def _told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sinks.OUTPUTS, "told", Output("told:Told", "", ""))
    monkeypatch.setattr("ovos_cli.sinks.import_module", _import, raising=True)
    monkeypatch.setattr(Told, "fails_at", None)


def _import(name: str) -> object:

    return sys.modules[__name__] if name.endswith(".told") else importlib.import_module(name)


def masks(folder: Path) -> list[np.ndarray]:
    files = sorted(folder.glob("*.png"))
    return [np.array(Image.open(file)) for file in files]


def told(folder: Path) -> dict[str, dict]:
    return {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*"))}


def test_masks_go_out_as_they_are_and_are_called_as_was_asked(shot: Path, ovos: Command) -> None:
    to = ["--to", "masks", "--to", "mattes", "--first-number", 1001]
    status, said = ovos("export", shot, *to)
    assert status == 0 and str(shot / "export/masks/") in said
    names = [f"clip.{1001 + i}.png" for i in range(FRAMES)]
    assert sorted(p.name for p in (shot / "export/masks").iterdir()) == names
    for mask, stored in zip(masks(shot / "export/masks"), masks(shot / "masks"), strict=True):
        np.testing.assert_array_equal(mask, stored)
    assert sorted(p.name for p in (shot / "export/mattes/3").iterdir()) == names
    assert sorted(p.name for p in (shot / "export").iterdir()) == ["masks", "mattes"]


def test_outputs_are_told_of_frames_objects_and_probabilities(shot: Path, ovos: Command) -> None:
    assert ovos("export", shot, "--to", "told", "--names", "3=cat")[0] == 0
    found = told(shot / "export/told")
    assert [*found] == [f"{i:05d}" for i in range(FRAMES)]
    assert [t["index"] for t in found.values()] == [*range(FRAMES)]
    assert [round(t["time"], 2) for t in found.values()] == [0, 0.04, 0.08, 0.12, 0.16]
    assert found["00002"]["names"] == ["object 1", "cat"]
    assert found["00002"]["shapes"] == [[48, 64]] * 2
    assert [t["soft"] for t in found.values()] == [False] + [True] * (FRAMES - 1)  # first is given
    assert all(150 < t["red"] < 250 for t in found.values())
    assert json.loads((shot / "objects.json").read_text()) == {"3": {"name": "cat"}}


def test_a_run_writes_the_same_as_a_later_export(
    shot: Path, ovos: Command, untrained: Path, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "clip.mp4", FRAMES)
    mask = write_indexed(tmp_path / "m.png", two_objects())
    out = tmp_path / "o"
    options = ["--names", "1=dog", "--pattern", "x_####"]
    given = ["segment", video, "-m", mask, "-o", out, "--weights", untrained, *SMALL]
    assert ovos(*given, "--write", "told", *options)[0] == 0
    assert ovos("export", out, "--to", "told", *options)[0] == 0
    assert told(out / "told") == told(out / "export/told")
    # A correction writes it anew, and a run without it takes it away.
    fixed = write_indexed(tmp_path / "fix.png", np.roll(two_objects(), 3, axis=1))
    assert ovos("resume", out, "-m", f"3={fixed}", "-q")[0] == 0
    assert told(out / "told") != told(out / "export/told")
    assert told(out / "told")["x_0003"]["names"] == ["dog", "object 3"]
    assert ovos(*given, "--overwrite")[0] == 0
    assert not (out / "told").exists()


def test_what_is_not_complete_is_exported_as_far_as_it_is(shot: Path, ovos: Command) -> None:
    record = json.loads((shot / "run.json").read_text())
    (shot / "run.json").write_text(json.dumps(record | {"state": "interrupted"}))
    (shot / "masks/00004.png").unlink()
    status, said = ovos("export", shot, "--to", "told", "-q")
    assert status == 0 and "4 frames are exported" in said
    assert [*told(shot / "export/told")] == ["00000", "00001", "00002", "00003"]


def test_what_is_there_already_is_replaced_only_if_asked(shot: Path, ovos: Command) -> None:
    assert ovos("export", shot, "--to", "told")[0] == 0
    status, said = ovos("export", shot, "--to", "told", "--pattern", "x_##")
    assert status == 2 and "told is there already; add --overwrite" in said
    (shot / "export/told/notes.txt").write_text("mine")
    assert ovos("export", shot, "--to", "told", "--pattern", "x_##", "--overwrite")[0] == 0
    found = sorted(p.name for p in (shot / "export/told").iterdir())
    assert found == ["notes.txt", *(f"x_0{i}.json" for i in range(FRAMES))]


def test_a_full_disk_costs_one_output_and_leaves_no_half(
    shot: Path, ovos: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Told, "fails_at", 2)
    left = list[Path]()
    closed = Exports.close
    monkeypatch.setattr(
        Exports, "close", lambda self: (left.extend(shot.rglob("told/*")), closed(self))[-1]
    )
    status, said = ovos("export", shot, "--to", "told", "--to", "masks")
    assert status == 1 and "No space left on device" in said
    assert not left  # it would take the room of the others
    assert [p.name for p in (shot / "export").iterdir()] == ["masks"]


def test_the_video_may_have_moved(shot: Path, ovos: Command, tmp_path: Path) -> None:
    record = json.loads((shot / "run.json").read_text())
    video = Path(record["options"]["SourceOptions"]["video"])
    moved = shutil.copy(video, tmp_path / "moved.mp4")
    record["options"]["SourceOptions"]["video"] = str(tmp_path / "gone.mp4")
    (shot / "run.json").write_text(json.dumps(record))
    status, said = ovos("export", shot, "--to", "told")
    assert status == 2 and "gone.mp4 is not there any more; say where it is with --video" in said
    assert ovos("export", shot, "--to", "masks")[0] == 0
    assert ovos("export", shot, "--to", "told", "--video", moved)[0] == 0
    other = write_video(tmp_path / "other.mp4", FRAMES + 1)
    status, said = ovos("export", shot, "--to", "told", "--video", other, "--overwrite")
    assert status == 2 and "is not what" in said


@pytest.mark.parametrize(
    ("arguments", "help_"),
    [
        (["--to", "nuke"], "there is no output 'nuke'; --to takes masks"),
        (["--to", "masks", "--bits", 12], "give 8 or 16"),
        (["--to", "masks", "--pattern", "{shot}"], "all frames one name"),
        (["--to", "masks", "--names", "1=a,3=A"], "objects 1 and 3 have one name"),
        (["--to", "masks", "--names", "2=a"], "the objects are 1, 3"),
        (["--to", "masks", "--bits", 16], "--bits changes only what rgba, soft hold"),
        (["--to", "coco", "--to", "soft", "--soft-edges"], "what rgba, prores, ffv1, exr"),
        (["--to", "exr", "--apart"], "--apart changes only what rgba, prores, ffv1 hold"),
        (["--to", "soft", "--feather", 2], "--feather changes only"),
    ],
)
def test_bad_options_are_refused_before_anything_is_written(
    shot: Path, ovos: Command, arguments: list[object], help_: str
) -> None:
    status, said = ovos("export", shot, *arguments)
    assert status == 2 and help_ in said
    assert not (shot / "export").exists() and not (shot / "objects.json").exists()


def test_folders_that_are_no_shots_are_refused(ovos: Command, tmp_path: Path) -> None:
    status, said = ovos("export", tmp_path, "--to", "masks")
    assert status == 2 and "is no output folder of `ovos segment`" in said


def test_nothing_is_written_among_frames(ovos: Command, untrained: Path, tmp_path: Path) -> None:
    frames = tmp_path / "frames"
    frames.mkdir()
    for i in range(2):
        Image.fromarray(np.full((48, 64, 3), 90 * i, np.uint8)).save(frames / f"f{i}.png")
    mask = write_indexed(tmp_path / "m.png", two_objects())
    out = tmp_path / "o"
    assert ovos("segment", frames, "-m", mask, "-o", out, "--weights", untrained, *SMALL)[0] == 0
    status, said = ovos("export", out, "--to", "masks", "--out", frames / "out")
    assert status == 2 and "lies in the folder of frames" in said
    assert sorted(p.name for p in frames.iterdir()) == ["f0.png", "f1.png"]
    assert ovos("export", out, "--to", "masks", "--out", tmp_path / "out")[0] == 0
    assert sorted(p.name for p in (tmp_path / "out/masks").iterdir()) == ["f0.png", "f1.png"]


def test_quality_changes_exports_and_nothing_that_is_kept(shot: Path, ovos: Command) -> None:
    stored = masks(shot / "masks")
    to = ["--to", "masks", "--to", "told"]
    assert ovos("export", shot, *to, "--grow", -3, "--median", 3, "--fill-holes", 9)[0] == 0
    grown = masks(shot / "export/masks")
    assert len(grown) == FRAMES
    assert all((a > 0).sum() < (b > 0).sum() for a, b in zip(grown, stored, strict=True))
    for before, after in zip(stored, masks(shot / "masks"), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_run_keeps_soft_masks_and_refines_exports_alone(
    ovos: Command, untrained: Path, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "clip.mp4", 3)
    mask = write_indexed(tmp_path / "m.png", two_objects())
    given = ["segment", video, "-m", mask, "--weights", untrained, *SMALL]
    assert ovos(*given, "-o", tmp_path / "plain")[0] == 0
    soft = ["--soft", "--bits", 8, "--grow", 2, "--write", "told"]
    assert ovos(*given, "-o", tmp_path / "o", *soft)[0] == 0
    for a, b in zip(masks(tmp_path / "o/masks"), masks(tmp_path / "plain/masks"), strict=True):
        np.testing.assert_array_equal(a, b)
    with Image.open(tmp_path / "o/soft/object 3/00001.png") as picture:
        assert (picture.mode, picture.size) == ("L", (64, 48))
    assert [*told(tmp_path / "o/told")] == ["00000", "00001", "00002"]
    status, said = ovos(*given, "-o", tmp_path / "p", "--grow", 2)
    assert status == 2 and "--grow is for outputs such as rgba, and --write names none" in said


def test_soft_masks_that_nobody_kept_are_said_to_be_hard(shot: Path, ovos: Command) -> None:
    with sqlite3.connect(shot / ".ovos/shot.sqlite") as base:
        base.execute("delete from found where frame > 2")
    status, said = ovos("export", shot, "--to", "told")
    assert status == 0 and "2 frames have no soft masks" in said
    status, said = ovos("export", shot, "--to", "masks")
    assert status == 0 and "soft masks" not in said


def test_a_source_that_is_read_once_is_exported_as_it_passes(
    ovos: Command, untrained: Path, tmp_path: Path
) -> None:
    pipe, out = tmp_path / "pipe.mkv", tmp_path / "o"
    os.mkfifo(pipe)
    video = write_video(tmp_path / "clip.mkv", FRAMES)
    mask = write_indexed(tmp_path / "m.png", two_objects())
    feeder = threading.Thread(target=lambda: pipe.write_bytes(video.read_bytes()))
    feeder.start()
    given = ["segment", pipe, "-m", mask, "-o", out, "--weights", untrained, *SMALL]
    status, said = ovos(*given, "--write", "told", "--median", 3)
    feeder.join()
    assert status == 0, said
    found = told(out / "told")
    assert [t["index"] for t in found.values()] == [*range(FRAMES)]
    assert found["00003"]["soft"]
    status, said = ovos("export", out, "--to", "told")
    assert status == 2 and "is not there any more" in said
    assert ovos("export", out, "--to", "masks", "--pattern", "####")[0] == 0


def test_every_output_has_a_place_of_its_own() -> None:
    places = [kind.place_name for kind in sinks.SINKS.values()]
    assert len({*places}) == len(places)


def test_locked_frames_and_absences_go_out_as_they_are(
    shot: Path, ovos: Command, tmp_path: Path
) -> None:
    edited = two_objects()
    edited[:, 40:] = 0
    for frame in (2, 3):
        write_indexed(shot / f"masks/0000{frame}.png", edited)
    assert ovos("resume", shot, "--lock", "2-3", "--drop", "3@1", "-q")[0] == 0
    assert ovos("export", shot, "--to", "told")[0] == 0
    found = told(shot / "export/told")
    assert [t["soft"] for t in found.values()] == [False, True, False, False, True]
    assert [3 in t["ids"] for t in found.values()] == [True, False, False, False, False]


def test_exports_at_the_same_time_keep_apart(tmp_path: Path) -> None:
    one, two = PartsFolder(tmp_path), PartsFolder(tmp_path)
    for parts in (one, two):
        parts.place.mkdir()
    PartsFolder(tmp_path).remove()
    assert one.place.is_dir() and two.place.is_dir() and one.place != two.place
    one.remove()
    assert two.place.is_dir()
    two._lock.release()  # as when its process is killed
    PartsFolder(tmp_path).remove()
    assert not [*tmp_path.iterdir()]


def test_writing_after_a_run_has_a_bar_of_its_own(
    untrained: Path, tmp_path: Path, ovos: Command
) -> None:
    """Where both ways must meet first, nothing is written in order before all is found."""
    video = write_video(tmp_path / "clip.mp4", FRAMES)
    mask = write_indexed(tmp_path / "mask.png", two_objects())
    given = ["segment", video, "-m", mask, "-m", f"{FRAMES - 1}={mask}", "-o", tmp_path / "shot"]
    status, said = ovos(*given, "--write", "told", "--weights", untrained, *SMALL[:-1])
    assert status == 0
    assert re.search(rf"writing\W+{FRAMES}/{FRAMES} 100%", said)
