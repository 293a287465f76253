"""`segment_video`: the command as a function."""

import dataclasses
import inspect
import json
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

import ovos_cli.segment_run
from ovos_cli import InputError, segment_video
from ovos_cli.app import app
from ovos_cli.option_groups import MemoryOptions, ModelOptions, OutputOptions, SourceOptions
from tests.conftest import write_indexed

SMALL = {"size": 64, "device": "cpu"}


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, 5:25], ids[20:40, 40:60] = 3, 9
    return write_indexed(tmp_path / "first.png", ids)


def test_it_has_the_options_of_the_command_and_their_defaults() -> None:
    groups = (SourceOptions, OutputOptions, ModelOptions, MemoryOptions)
    options = {f.name: f.default for group in groups for f in dataclasses.fields(group)}
    del options["quiet"]  # it always is
    parameters = inspect.signature(segment_video).parameters.values()
    defaults = {
        p.name: dataclasses.MISSING if p.default is p.empty else p.default for p in parameters
    }
    assert defaults == options


def _shown(overlay: Path) -> list[tuple[int, int, int | None]]:
    """Size and time of each frame; an encoder's bytes may differ from run to run."""
    with av.open(str(overlay)) as container:
        return [(f.width, f.height, f.pts) for f in container.decode(video=0)]


def test_it_writes_what_the_command_writes_and_prints_nothing(
    clip: Path, mask: Path, untrained: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "called"
    result = segment_video(
        str(clip), str(mask), str(out), weights=str(untrained), mattes=True, **SMALL
    )
    assert capfd.readouterr() == ("", "")
    typed = ["-o", str(tmp_path / "typed"), "--mattes", "--weights", str(untrained)]
    CliRunner().invoke(
        app, ["segment", str(clip), "-m", str(mask), *typed, "--size", "64", "--device", "cpu"]
    )
    written = {p.relative_to(out) for p in out.rglob("*") if p.is_file() and ".ovos" not in p.parts}
    assert len(written) == 6 + 2 * 6 + 3  # masks, mattes, overlay, timing and record
    called, commanded = (_shown(folder / "overlay.mp4") for folder in (out, tmp_path / "typed"))
    assert called == commanded and len(called) == 6
    for name in (name for name in written if name.suffix == ".png"):
        assert (out / name).read_bytes() == (tmp_path / "typed" / name).read_bytes(), name
    assert (result.folder, result.frames) == (out, 6)
    assert result.complete is True and result.warnings == ()
    assert {ident: [*by_frame] for ident, by_frame in result.confidence.items()} == {
        3: [*range(6)],
        9: [*range(6)],
    }
    assert result.confidence[3][0] == 1.0
    assert json.loads((out / "run.json").read_text())["complete"] is True


def test_its_folder_is_named_after_the_video_and_not_written_over(
    clip: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    everywhere = write_indexed(tmp_path / "all.png", np.ones((48, 64), np.uint8))
    options = {"weights": untrained, "overlay": False, "end": 1, **SMALL}
    result = segment_video(clip, everywhere, **options)
    assert (result.folder, result.frames) == (Path("clip_ovos"), 2)
    assert "every pixel of the mask" in result.warnings[0]
    with pytest.raises(InputError, match="not empty"):
        segment_video(clip, everywhere, **options)
    assert segment_video(clip, everywhere, overwrite=True, **options).frames == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"precision": "bf17"}, "there is no precision 'bf17'; choose one of: auto, fp32"),
        ({"memory": "some"}, "there is no memory policy 'some'; choose one of: first, prev"),
        ({"mask_threshold": 0}, "--mask-threshold is 0; it must be from 1 to 255"),
        ({"fps": 0.0}, "--fps is 0.0; give a number"),
        ({"start": 99}, "past the last frame"),
    ],
)
def test_what_the_command_would_refuse_is_refused_before_anything_is_written(
    wrong: dict[str, object], said: str, clip: Path, mask: Path, untrained: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=said):
        segment_video(clip, mask, tmp_path / "o", weights=untrained, **SMALL, **wrong)
    assert not (tmp_path / "o").exists()


def test_ctrl_c_ends_the_caller_too_once_the_files_are_complete(
    clip: Path, mask: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(ovos_cli.segment_run.Segmenter):
        steps = 0

        def step(self, *arguments, **options):  # type: ignore[no-untyped-def]
            Interrupted.steps += 1
            if Interrupted.steps == 4:
                raise KeyboardInterrupt
            return super().step(*arguments, **options)

    monkeypatch.setattr(ovos_cli.segment_run, "Segmenter", Interrupted)
    with pytest.raises(KeyboardInterrupt, match="3 frames are done"):
        segment_video(clip, mask, tmp_path / "o", weights=untrained, **SMALL)
    assert json.loads((tmp_path / "o/run.json").read_text())["frames"]["count"] == 3
