"""What a run goes on from when the disk fills up, and when what it finds is spoilt."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ovos_cli.shot import checkpoint
from tests.conftest import write_video
from tests.shot.test_command import SMALL, box, masks, ovos, record, segment

FRAMES = 5


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 16 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "ovos-test", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("every", [0.0, 1e9])
def test_a_disk_that_fills_up_costs_nothing_that_is_done(
    tmp_path: Path,
    small_disk: Path,
    untrained: Path,
    monkeypatch: pytest.MonkeyPatch,
    every: float,
) -> None:
    """At whatever write: given masks, results, states, masks, mattes, overlay, records."""
    monkeypatch.setattr(checkpoint, "EVERY", every)
    video = write_video(tmp_path / "video.mp4", FRAMES)
    options = ["-m", box(tmp_path / "a.png", 5), "-m", f"3={box(tmp_path / 'b.png', 20)}"]
    command = ["segment", video, *options, "--mattes", "--weights", untrained, *SMALL]
    assert ovos(*command, "-o", tmp_path / "whole")[0] == 0
    whole = tmp_path / "whole"
    culprits, ballast = set(), small_disk / "ballast"
    for room in (8, 168, 208, 240) if every else (300, 700):
        out = small_disk / "out"
        shutil.rmtree(out, ignore_errors=True)
        free = os.statvfs(small_disk)
        ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - room * 1024))
        status, said = ovos(*command, "-o", out)
        ballast.unlink()
        if status:
            assert (status, "cannot be written" in said) == (1, True), said
            culprits.add(Path(said.partition(" cannot")[0]).name)
            before = masks(out)
            again = ("resume", out) if (out / "run.json").exists() else (*command, "-o", out)
            assert again[0] != "resume" or record(out)["state"].startswith("failed")
            assert ovos(*again)[0] == 0
            assert before.items() <= masks(whole).items()
        for name in ("masks", "mattes/1"):
            files = {p.name: p.read_bytes() for p in (out / name).iterdir()}
            assert files == {p.name: p.read_bytes() for p in (whole / name).iterdir()}
        assert (out / "overlay.mp4").read_bytes() == (whole / "overlay.mp4").read_bytes()
        assert record(out)["state"] == "complete"
    assert "shot.sqlite" in culprits if every else any("forward-" in c for c in culprits)


@pytest.fixture
def done(tmp_path: Path, untrained: Path) -> Path:
    """A run of a folder of three pictures."""
    (tmp_path / "frames").mkdir()
    for index in range(3):
        shade = np.full((48, 64, 3), 60 * index, np.uint8)
        Image.fromarray(shade).save(tmp_path / f"frames/{index}.png")
    first = box(tmp_path / "first.png", 5)
    assert segment(tmp_path / "frames", tmp_path / "out", untrained, "-m", first)[0] == 0
    return tmp_path / "out"


def spoil_record(out: Path, **values: object) -> None:
    (out / "run.json").write_text(json.dumps({**record(out), **values}))


SPOILT: list[tuple[Callable[[Path], object], str]] = [
    (lambda out: (out / ".ovos/shot.sqlite").write_bytes(b"hello" * 99), "begin anew with --over"),
    (lambda out: os.truncate(out / ".ovos/shot.sqlite", 6000), "begin anew with --overwrite"),
    (lambda out: (out / "run.json").unlink(), "run.json is missing or damaged"),
    (lambda out: (out / "run.json").write_text("{"), "run.json is missing or damaged"),
    (lambda out: spoil_record(out, masks=[{"frame": "x"}]), "does not say which masks were given"),
    (lambda out: spoil_record(out, options={}), "does not say how the run was begun"),
    (
        lambda out: spoil_record(
            out,
            options={
                **record(out)["options"],
                "SourceOptions": {**record(out)["options"]["SourceOptions"], "fps": [1]},
            },
        ),
        "does not say how the run was begun",
    ),
    (lambda out: shutil.rmtree(out / ".ovos/given"), "no mask is kept in"),
    (lambda out: (out / ".ovos/given/0.png").write_bytes(b"x"), "is not a readable image"),
    (lambda out: shutil.rmtree(out / ".ovos"), "there is nothing to resume"),
    (lambda out: (out.parent / "frames/1.png").unlink(), "made with another source"),
    (
        lambda out: shutil.copy(out.parent / "frames/0.png", out.parent / "frames/1.png"),
        "made with another source",
    ),
]


@pytest.mark.parametrize(("spoil", "message"), SPOILT)
def test_a_run_that_is_spoilt_is_not_gone_on_with(
    done: Path, untrained: Path, spoil: Callable[[Path], object], message: str
) -> None:
    before = masks(done)
    spoil(done)
    status, said = ovos("resume", done)
    assert (status, message in said) == (2, True), said
    assert masks(done) == before
    frames, first = done.parent / "frames", done.parent / "first.png"
    assert segment(frames, done, untrained, "-m", first, "--overwrite")[0] == 0


@pytest.mark.parametrize("content", [b"", b"\x89PNG"])
def test_a_mask_that_is_not_whole_is_made_again(done: Path, content: bytes) -> None:
    before = masks(done)
    (done / "masks/2.png").write_bytes(content)
    assert ovos("resume", done)[0] == 0
    assert masks(done) == before


def test_a_cache_with_files_of_others_is_refused(done: Path, untrained: Path) -> None:
    (done / ".ovos/features").mkdir()
    (done / ".ovos/features/mine.txt").touch()
    options = ("-m", done.parent / "first.png", "--resume", "--cache", "1M")
    status, said = segment(done.parent / "frames", done, untrained, *options)
    assert status == 2 and "holds files that are not ours" in said
    assert (done / ".ovos/features/mine.txt").exists()
