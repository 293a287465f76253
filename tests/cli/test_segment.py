"""`ovos segment` through its own entry point: good input, bad input, interruption."""

import errno
import json
import runpy
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

import ovos_cli.segment_run
from models import MemoryPolicy
from models.errors import InputError
from models.hub.load import WEIGHTS
from models.hub.presets import preset
from models.hub.weights_file import save_weights
from models.network import DMNAOA
from models.tracking.segmenter import Segmenter
from ovos_cli.app import app
from ovos_cli.evaluation.measures import region_similarity
from ovos_cli.masks.palette import davis_palette
from ovos_cli.media.frame import Frame
from ovos_cli.media.overlay import OverlayWriter
from ovos_cli.memory_settings import memory_settings
from tests.cli.command import run_main
from tests.conftest import ROOT, SAMPLES, write_indexed, write_video

SMALL = ["--size", "64", "--device", "cpu"]


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, 5:25], ids[20:40, 40:60] = 3, 9
    palette = np.random.default_rng(0).integers(0, 256, 768).tolist()
    return write_indexed(tmp_path / "first.png", ids, palette)


def _ids(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        assert picture.mode == "P"
        return np.array(picture)


def test_writes_masks_overlay_timing_and_record(
    clip: Path, mask: Path, untrained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(
        app,
        [
            "segment",
            str(clip),
            "-m",
            str(mask),
            "-o",
            str(out),
            "--weights",
            str(untrained),
            *SMALL,
        ],
    )
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in out.iterdir()) == [
        ".ovos",
        "masks",
        "overlay.mp4",
        "run.json",
        "timing.json",
    ]
    names = sorted(p.name for p in (out / "masks").iterdir())
    assert names == [f"{i:05d}.png" for i in range(6)]
    np.testing.assert_array_equal(_ids(out / "masks" / "00000.png"), _ids(mask))
    for name in names:
        ids = _ids(out / "masks" / name)
        assert ids.shape == (48, 64)
        assert set(np.unique(ids)) <= {0, 3, 9}
        with Image.open(out / "masks" / name) as written, Image.open(mask) as given:
            assert written.getpalette("RGB") == given.getpalette("RGB")

    timing = json.loads((out / "timing.json").read_text())
    assert list(timing["seconds_per_frame"]) == [
        "decode",
        "BFE",
        "OPG",
        "OTG",
        "AM",
        "MRN",
        "write",
    ]
    assert all(value > 0 for value in timing["seconds_per_frame"].values())
    assert timing["frames"] == 6
    record = json.loads((out / "run.json").read_text())
    assert record["complete"] is True
    assert record["frames"] == {"first": 0, "last": 5, "count": 6}
    assert [o["id"] for o in record["objects"]] == [3, 9]
    assert len(record["weights_sha256"]) == 64


def test_overlay_keeps_odd_sizes_and_the_source_timing(untrained: Path, tmp_path: Path) -> None:
    times = [0, 40, 200, 240]
    video = write_video(tmp_path / "odd.mkv", width=63, height=47, times=times)
    ids = np.zeros((47, 63), np.uint8)
    ids[10:30, 10:30] = 1
    mask = write_indexed(tmp_path / "m.png", ids)
    arguments = ["segment", str(video), "-m", str(mask), "-o", str(tmp_path / "o"), "-q"]
    result = CliRunner().invoke(app, [*arguments, "--weights", str(untrained), *SMALL])
    assert result.exit_code == 0, result.output
    assert result.output == ""
    with av.open(str(tmp_path / "o" / "overlay.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        frames = list(container.decode(stream))
    assert (frames[0].width, frames[0].height) == (64, 48)
    assert frames[0].format.name == "yuv420p"
    assert [round(1000 * f.pts * f.time_base) for f in frames] == times
    assert _ids(tmp_path / "o" / "masks" / "00003.png").shape == (47, 63)


@pytest.mark.parametrize("folder", [False, True])
def test_the_overlay_of_a_part_begins_at_zero(
    mask: Path, untrained: Path, tmp_path: Path, folder: bool
) -> None:
    source = write_video(tmp_path / "clip.mkv", times=[0, 40, 200, 240])
    if folder:
        source = tmp_path / "shot"
        source.mkdir()
        for index in range(4):
            Image.fromarray(np.full((48, 64, 3), 90, np.uint8)).save(source / f"{index}.png")
    arguments = ["segment", str(source), "-m", str(mask), "-o", str(tmp_path / "o"), "-q"]
    arguments += ["--start", "2", "--fps", "25", "--weights", str(untrained), *SMALL]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    with av.open(str(tmp_path / "o" / "overlay.mp4")) as container:
        times = [round(1000 * f.pts * f.time_base) for f in container.decode(video=0)]
    assert times == [0, 40]


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ("PIL.Image.Image.save", "0.png cannot be written: No space left on device"),
        ("ovos_cli.media.overlay.blend", "No space left on device"),
        ("ovos_cli.media.overlay.Path.replace", "overlay.mp4 cannot be written: No space left"),
    ],
)
def test_a_full_disk_is_said_with_the_file_and_leaves_complete_files(
    clip: Path,
    mask: Path,
    untrained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    named: str,
) -> None:
    out = tmp_path / "o"
    if "replace" in target:
        replace = Path.replace

        def all_but_videos(self: Path, to: Path) -> Path:
            return _full() if to.suffix == ".mp4" else replace(self, to)  # type: ignore[return-value]

        monkeypatch.setattr(target, all_but_videos)
    else:
        monkeypatch.setattr(target, _full)
    base = ["segment", clip, "-m", mask, "-o", out, "-q", "--weights", untrained, *SMALL]
    status, said = run_main(monkeypatch, *base)
    assert status == 1
    assert named in said
    assert not [p for p in out.rglob("*") if "part" in p.name]
    masks = len(list((out / "masks").glob("*.png")))
    # One writer's fault takes nothing from the other: what it was given is there.
    assert masks == 0 if "Image.save" in target else masks > 0


def test_folders_keep_stems_and_ranges_keep_indices(
    mask: Path, untrained: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "shot"
    folder.mkdir()
    for number in range(1001, 1006):
        Image.fromarray(np.full((48, 64, 3), 90, np.uint8)).save(folder / f"f.{number}.png")
    arguments = ["segment", str(folder), "-m", str(mask), "-o", str(tmp_path / "o"), "--no-overlay"]
    arguments += ["--start", "1", "--end", "3", "--weights", str(untrained), *SMALL]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    names = sorted(p.name for p in (tmp_path / "o" / "masks").iterdir())
    assert names == ["f.1002.png", "f.1003.png", "f.1004.png"]
    assert not (tmp_path / "o" / "overlay.mp4").exists()


def test_settings_and_memory_reach_the_model(
    clip: Path, mask: Path, untrained: Path, tmp_path: Path
) -> None:
    arguments = ["segment", str(clip), "-m", str(mask), "-o", str(tmp_path / "o"), "-q"]
    arguments += ["--memory", "first+previous", "--memory-stride", "3", "--memory-max", "7"]
    arguments += ["--set", "use_aoa=false", "--weights", str(untrained), *SMALL]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    config = json.loads((tmp_path / "o" / "run.json").read_text())["config"]
    assert config["memory_policy"] == "first+previous"
    assert (config["memory_stride"], config["memory_max"], config["use_aoa"]) == (3, 7, False)


def _weights(path: Path, **changes: object) -> Path:
    torch.manual_seed(0)
    save_weights(DMNAOA(preset("lite").replace(**changes)), path, {"training": "none"})
    return path


def test_memory_is_what_the_weights_were_made_for_unless_given(
    mask: Path, untrained: Path, tmp_path: Path
) -> None:
    made = {"memory_policy": MemoryPolicy.FIRST_PREVIOUS, "memory_stride": 3, "memory_max": 9}
    own = _weights(tmp_path / "own.safetensors", **made)
    clip = write_video(tmp_path / "short.mp4", 2)

    def memory(weights: Path, *options: str) -> tuple[object, ...]:
        arguments = ["segment", str(clip), "-m", str(mask), "-o", str(tmp_path / "o"), "-q"]
        arguments += ["--weights", str(weights), "--overwrite", "--no-overlay", *SMALL, *options]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        config = json.loads((tmp_path / "o" / "run.json").read_text())["config"]
        return config["memory_policy"], config["memory_stride"], config["memory_max"]

    assert memory(own) == ("first+previous", 3, 9)
    assert memory(own, "--memory", "stride", "--memory-max", "7") == ("stride", 3, 7)
    assert memory(own, "--memory-stride", "4", "--set", "memory_max=8") == ("first+previous", 4, 8)
    # These say nothing of a limit; the command always has one.
    assert memory(untrained) == ("stride", 5, 50)


def test_memory_of_the_packaged_model() -> None:
    assert memory_settings("lite", None, None, None, None) == {
        "memory_policy": MemoryPolicy.STRIDE,
        "memory_stride": 5,
        "memory_max": 50,
    }


def test_overwrite_leaves_no_mask_of_the_old_run(
    clip: Path, mask: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "o"
    (out / "masks").mkdir(parents=True)
    (out / "masks" / "00099.png").touch()
    (out / "keep.txt").touch()
    base = ["segment", clip, "-m", mask, "-o", out, "-q", "--weights", untrained, *SMALL]
    status, message = run_main(monkeypatch, *base)
    assert status == 2
    assert "not empty" in message and "--overwrite" in message
    assert run_main(monkeypatch, *base, "--overwrite") == (0, "")
    assert not (out / "masks" / "00099.png").exists()
    assert (out / "keep.txt").exists()


@pytest.mark.parametrize("fault", ["size", "start"])
def test_overwrite_clears_nothing_for_input_that_is_refused(
    mask: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    out = tmp_path / "o"
    (out / "masks").mkdir(parents=True)
    old = [out / "masks" / "00000.png", out / "run.json", out / "overlay.mp4"]
    for file in old:
        file.touch()
    video = write_video(tmp_path / "clip.mkv")  # its length is not known before the end
    if fault == "size":
        mask = write_indexed(tmp_path / "small.png", np.ones((20, 32), np.uint8))
    start = 99 if fault == "start" else 0
    base = ["segment", video, "-m", mask, "-o", out, "-q", "--weights", untrained, *SMALL]
    status, _ = run_main(monkeypatch, *base, "--start", start, "--overwrite")
    assert status == 2
    assert all(file.exists() for file in old)


def test_an_interrupted_run_leaves_complete_files(
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
    out = tmp_path / "o"
    arguments = ["segment", str(clip), "-m", str(mask), "-o", str(out), "--weights", str(untrained)]
    result = CliRunner().invoke(app, [*arguments, *SMALL])
    assert result.exit_code == 130
    assert "3 frames are done" in result.output
    assert sorted(p.name for p in (out / "masks").iterdir()) == [f"{i:05d}.png" for i in range(3)]
    with av.open(str(out / "overlay.mp4")) as container:
        assert len(list(container.decode(video=0))) == 3
    record = json.loads((out / "run.json").read_text())
    assert (record["state"], record["complete"]) == ("interrupted", False)
    assert not [p for p in out.rglob("*") if "part" in p.name]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"video": "missing.mp4"}, "missing.mp4 does not exist"),
        ({"video": "text.mp4"}, "is not a video"),
        ({"mask": "missing.png"}, "does not exist"),
        ({"mask": "wrong_size.png"}, "the mask is 32x20 but frame 0 is 64x48"),
        ({"mask": "black.png"}, "no object"),
        ({"mask": "colour.png"}, "--mask-colors"),
        ({"options": ["--model", "huge"]}, "no model 'huge'"),
        ({"options": ["--model", "r50"], "weights": None}, "no trained weights of 'r50'"),
        ({"weights": "missing.safetensors"}, "does not exist"),
        ({"weights": "text.mp4"}, "damaged"),
        ({"options": ["--model", "r50"]}, "holds the model 'lite'"),
        ({"options": ["--start", "99"]}, "past the last frame"),
        ({"options": ["--device", "cuda:9"]}, "not available"),
        ({"options": ["--device", "toaster"]}, "no device"),
        ({"options": ["--precision", "fp16"]}, "fp16"),
        ({"options": ["--set", "max_proposals=abc"]}, "max_proposals cannot be 'abc'"),
        ({"options": ["--set", "norm_groups=7"]}, "no model of this configuration"),
        ({"options": ["--fps", "inf"]}, "--fps is inf"),
        ({"options": ["--memory-stride", "0"]}, "memory stride is 0"),
        ({"options": ["--memory-max", "1"]}, "memory max is 1"),
        ({"options": ["--size", "8"]}, "size 8 is not from 64 to 4320"),
        ({"options": ["--set", "nonsense=1"]}, "no setting 'nonsense'"),
        ({"out": "text.mp4"}, "is a file"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    clip: Path,
    mask: Path,
    untrained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: dict,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.mp4").write_text("not a video")
    write_indexed(Path("wrong_size.png"), np.ones((20, 32), np.uint8))
    write_indexed(Path("black.png"), np.zeros((48, 64), np.uint8))
    Image.fromarray(np.full((48, 64, 3), (200, 10, 10), np.uint8)).save("colour.png")
    chosen = {"video": clip, "mask": mask, "weights": untrained, "out": "o", **change}
    weights = ["--weights", chosen["weights"]] if chosen["weights"] else []
    status, said = run_main(
        monkeypatch,
        *["segment", chosen["video"], "-m", chosen["mask"], "-o", chosen["out"], "-q", *weights],
        *SMALL,
        *change.get("options", []),
    )
    assert status == 2
    assert message in said
    assert not Path("o").exists()


def test_a_frame_rate_must_be_a_number(
    clip: Path, mask: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_main(monkeypatch, "segment", clip, "-m", mask, "--fps", "nan")[0] == 2


def test_a_read_only_place_is_named(
    clip: Path, mask: Path, untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = run_main(
        monkeypatch, "segment", clip, "-m", mask, "-o", "/proc/ovos", "--weights", untrained, *SMALL
    )
    assert status == 2
    assert "cannot be written" in said


def test_altered_package_weights_are_noticed(
    monkeypatch: pytest.MonkeyPatch, untrained: Path, tmp_path: Path, clip: Path, mask: Path
) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "lite.safetensors").write_bytes(untrained.read_bytes())
    (tmp_path / "w" / "sha256.json").write_text('{"lite.safetensors": "0"}')
    monkeypatch.setattr("models.hub.load.WEIGHTS", tmp_path / "w")
    status, said = run_main(monkeypatch, "segment", clip, "-m", mask, "-o", tmp_path / "o")
    assert status == 2
    assert "damaged" in said


def test_no_traceback_without_debug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["segment", "no.mp4", "-m", "empty.png"]
    monkeypatch.setattr(sys, "argv", ["ovos", *command])
    monkeypatch.chdir(tmp_path)
    Path("empty.png").touch()
    with pytest.raises(SystemExit) as end:
        runpy.run_module("ovos_cli", run_name="__main__")
    said = capfd.readouterr().err
    assert end.value.code == 2
    assert "Traceback" not in said and "no.mp4 does not exist" in said
    monkeypatch.setattr(sys, "argv", ["ovos", *command, "--debug"])
    with pytest.raises(InputError, match=r"no\.mp4 does not exist"):  # of which Python shows one
        runpy.run_module("ovos_cli", run_name="__main__")


def test_help_teaches() -> None:
    result = CliRunner().invoke(app, ["segment", "--help"], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    for word in ("indexed PNG", "--memory-stride", "Example"):
        assert word in result.output


def test_the_rabbit_is_followed_with_the_packaged_model(tmp_path: Path) -> None:
    """Twelve frames on, most of the rabbit was out of sight in the first; a person drew it."""
    out = tmp_path / "o"
    arguments = ["segment", str(SAMPLES / "bunny.mp4"), "-m", str(SAMPLES / "bunny.png")]
    arguments += ["-o", str(out), "--end", "12", "--no-overlay", "--device", "cpu"]
    result = CliRunner().invoke(app, [*arguments, "--size", "320"])
    assert result.exit_code == 0, result.output
    truth = _ids(ROOT / "tests" / "data" / "bunny_00012.png") > 0
    kept = region_similarity(_ids(SAMPLES / "bunny.png") > 0, truth)
    found = region_similarity(_ids(out / "masks" / "00012.png") > 0, truth)
    assert found > 0.8
    assert found > kept + 0.2
    assert (WEIGHTS / "lite.safetensors").stat().st_size < 40e6


def test_a_truncated_video_is_said_and_recorded(
    mask: Path, untrained: Path, tmp_path: Path
) -> None:
    whole = write_video(tmp_path / "whole.mkv", 20, codec="mpeg4")
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 4])
    arguments = ["segment", str(cut), "-m", str(mask), "-o", str(tmp_path / "o"), "-q"]
    result = CliRunner().invoke(app, [*arguments, "--weights", str(untrained), *SMALL])
    assert result.exit_code == 0, result.output
    assert "warning: cut.mkv is cut off" in result.output
    record = json.loads((tmp_path / "o" / "run.json").read_text())
    assert record["complete"] is False
    assert "cut off" in record["warnings"][0]


def _segment(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["segment", *map(str, arguments), *SMALL])
    if isinstance(result.exception, InputError):
        return result.exception.exit_code, str(result.exception)
    return result.exit_code, " ".join(result.output.split())


def test_a_corrected_mask_in_its_place_goes_on_from_there(
    clip: Path, mask: Path, untrained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "o"
    common = ["-o", out, "--weights", untrained, "--no-overlay"]
    assert _segment(clip, "-m", mask, *common)[0] == 0
    before = {p.name: p.read_bytes() for p in (out / "masks").iterdir()}
    corrected = _ids(out / "masks/00003.png")
    corrected[:] = 0
    corrected[5:40, 5:40] = 3
    write_indexed(out / "masks/00003.png", corrected)
    (out / "masks/notes.png").write_bytes(b"mine")
    status, said = _segment(
        clip, "-m", out / "masks/00003.png", "--start", 3, *common, "--overwrite"
    )
    assert status == 0 and "(and 4 that were there before)" in said
    after = {p.name: p.read_bytes() for p in (out / "masks").iterdir()}
    assert set(after) == {*before, "notes.png"} and after["notes.png"] == b"mine"
    for name in ("00000.png", "00001.png", "00002.png"):
        assert after[name] == before[name]
    np.testing.assert_array_equal(_ids(out / "masks/00003.png"), corrected)
    assert set(np.unique(_ids(out / "masks/00005.png"))) <= {0, 3}  # 9 is followed no longer


def test_what_is_read_is_not_written_over(
    clip: Path, mask: Path, untrained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "o"
    common = ["-o", out, "--weights", untrained, "--no-overlay", "--overwrite"]
    (out / "masks").mkdir(parents=True)
    own = out / "masks/00004.png"
    own.write_bytes(mask.read_bytes())
    status, said = _segment(clip, "-m", own, *common)
    assert status == 2 and "would be replaced by its mask" in said
    frames = out / "masks"
    own.unlink()
    for index in range(3):
        Image.fromarray(np.full((48, 64, 3), 90, np.uint8)).save(frames / f"{index}.png")
    status, said = _segment(frames, "-m", mask, *common)
    assert status == 2 and "choose another --out" in said
    assert len(list(frames.iterdir())) == 3
    video = out / "overlay.mp4"
    video.write_bytes(clip.read_bytes())
    status, said = _segment(video, "-m", mask, *common)
    assert status == 2 and video.is_file()


def test_a_corrected_mask_outlives_a_run_that_fails(
    clip: Path, mask: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "o/masks/00000.png"
    own.parent.mkdir(parents=True)
    own.write_bytes(mask.read_bytes())

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Segmenter, "prepare", fail)
    common = ["-o", tmp_path / "o", "--weights", untrained, "--no-overlay", "--overwrite"]
    assert _segment(clip, "-m", own, *common)[0] == 1
    assert own.read_bytes() == mask.read_bytes()


def test_mattes_are_black_and_white_and_one_for_each_object(
    clip: Path, mask: Path, untrained: Path, tmp_path: Path
) -> None:
    out = tmp_path / "o"
    arguments = [clip, "-m", mask, "-o", out, "--weights", untrained, "--no-overlay"]
    assert _segment(*arguments, "--mattes")[0] == 0
    assert sorted(p.name for p in (out / "mattes").iterdir()) == ["3", "9"]
    for path in (out / "masks").iterdir():
        for ident in (3, 9):
            with Image.open(out / f"mattes/{ident}/{path.name}") as matte:
                assert matte.mode == "L"
                np.testing.assert_array_equal(np.array(matte), (_ids(path) == ident) * 255)
    assert _segment(*arguments, "--end", 2, "--overwrite")[0] == 0
    assert len(list((out / "mattes/3").iterdir())) == 3  # those of frames 3 to 5 stay


def test_the_overlay_keeps_colours_aspect_and_length(tmp_path: Path) -> None:
    image = np.empty((720, 1280, 3), np.uint8)
    image[:] = (230, 60, 40)
    writer = OverlayWriter(tmp_path / "o.mp4", Fraction(50), Fraction(4, 3))
    for index in range(10):
        frame = Frame(index, f"{index}", image, Fraction(index, 50))
        writer.write(frame, np.zeros((720, 1280), np.uint8), davis_palette())
    writer.close()
    with av.open(str(tmp_path / "o.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.sample_aspect_ratio == Fraction(4, 3)
        assert float(stream.duration * stream.time_base) == pytest.approx(0.2, abs=0.002)
        decoded = next(container.decode(stream))
    assert (decoded.colorspace, decoded.color_primaries, decoded.color_trc) == (1, 1, 1)
    seen = decoded.to_ndarray(format="rgb24")[300, 600].astype(int)
    assert np.abs(seen - (230, 60, 40)).max() <= 4


def test_frames_of_unlike_sizes_are_named(mask: Path, untrained: Path, tmp_path: Path) -> None:
    (tmp_path / "shot").mkdir()
    for index, width in enumerate((64, 64, 60)):
        Image.new("RGB", (width, 48)).save(tmp_path / f"shot/{index}.png")
    status, said = _segment(
        tmp_path / "shot", "-m", mask, "-o", tmp_path / "o", "--weights", untrained
    )
    assert status == 2 and "(2.png) is 60x48, the frames before it are 64x48" in said
