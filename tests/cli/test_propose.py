"""`ovos propose` and `--proposals` through the command's own entry point."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import ovos_cli.propose.run
from models import load_model
from models.sources import install
from models.sources.names import SourceName
from models.sources.npz import write_npz
from models.sources.stored import StoredProposals
from models.tracking.segmenter import Segmenter
from ovos_cli.app import app
from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.media.video_reader import VideoReader
from ovos_cli.propose.dataset import measure
from ovos_cli.propose.recall import Recall, Tally, best_of, overlaps
from tests.cli.command import run_main
from tests.conftest import write_indexed, write_video
from tests.published import detector_weights
from tests.sources.test_downloads import publish
from tests.trees import davis_tree, scene

SMALL = ["--size", "64", "--device", "cpu", "-q"]


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    ids = np.zeros((48, 64), np.uint8)
    ids[10:30, 5:25] = 3
    return write_indexed(tmp_path / "first.png", ids)


def _truth(folder: Path, frames: int = 6) -> Path:
    """Proposals that are the objects of `scene` and some others, as npz."""
    folder.mkdir(parents=True)
    for index in range(frames):
        ids = scene(index)
        others = np.zeros((2, *ids.shape), bool)
        others[0, 30:44, 40:60] = others[1, :, :30] = True
        masks = np.concatenate([others[:1], np.stack([ids == 1, ids == 2]), others[1:]])
        scores = np.array([0.9, 0.5, 0.4, 0.1])
        write_npz(folder, f"{index:05d}", StoredProposals.of_frame_masks(masks, scores, "here"))
    return folder


@pytest.mark.parametrize("kind", ["npz", "coco"])
def test_what_is_proposed_can_be_used_again(
    kind: str, clip: Path, mask: Path, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    out = tmp_path / "p"
    model = ["--weights", untrained, *SMALL]
    assert run_main(monkeypatch, "propose", clip, "-o", out, "--format", kind, *model) == (0, "")
    names = sorted(p.name for p in out.iterdir())
    if kind == "npz":
        assert names == [f"{i:05d}.npz" for i in range(6)] + ["run.json"]
    else:
        assert names == ["images.json", "results.json", "run.json"]
        assert len(json.loads((out / "images.json").read_text())["images"]) == 6
    record = json.loads((out / "run.json").read_text())
    assert record["frames"] == 6 and record["complete"] and record["source"] == "lite"

    stored = ["segment", clip, "-m", mask, *model, "--no-overlay"]
    assert run_main(monkeypatch, *stored, "-o", tmp_path / "a") == (0, "")
    assert (
        run_main(monkeypatch, *stored, "-o", tmp_path / "b", "--proposals", f"files:{out}")[0] == 0
    )
    record = json.loads((tmp_path / "b" / "run.json").read_text())
    assert record["proposals"] == f"files:{out}"
    if kind == "npz":  # nothing but rounding is lost
        for index in range(6):
            pair = [tmp_path / k / "masks" / f"{index:05d}.png" for k in "ab"]
            a, b = (np.array(Image.open(path)) for path in pair)
            assert (a != b).mean() < 0.02


def test_one_frame_and_its_contact_sheet(
    clip: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "p"
    arguments = ["propose", clip, "--frame", 2, "--sheet", "-o", out, "--weights", untrained]
    assert run_main(monkeypatch, *arguments, *SMALL) == (0, "")
    assert sorted(p.name for p in out.rglob("*") if p.is_file()) == [
        "00002.jpg",
        "00002.npz",
        "run.json",
    ]
    with Image.open(out / "sheets" / "00002.jpg") as sheet:
        count = len(np.load(out / "00002.npz")["scores"])
        rows = -(-(count + 1) // 6)
        assert sheet.size == (min(6, count + 1) * 244 - 4, rows * (180 + 18 + 4) - 4)


def test_an_interrupted_run_keeps_what_is_done(
    clip: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(ovos_cli.propose.run.Segmenter):
        def prepare(self, frames, names=None):  # type: ignore[no-untyped-def]
            if names == ["00003"]:
                raise KeyboardInterrupt
            return super().prepare(frames, names)

    monkeypatch.setattr(ovos_cli.propose.run, "Segmenter", Interrupted)
    out = tmp_path / "p"
    arguments = ["propose", str(clip), "-o", str(out), "--format", "coco"]
    result = CliRunner().invoke(app, [*arguments, "--weights", str(untrained), *SMALL])
    assert result.exit_code == 130 and "3 frames are done" in result.output
    assert len(json.loads((out / "images.json").read_text())["images"]) == 3
    assert json.loads((out / "run.json").read_text())["complete"] is False


def test_a_used_folder_is_refused_or_cleared(
    clip: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "p"
    out.mkdir()
    (out / "keep.txt").touch()
    (out / "00099.npz").touch()
    (out / "mine.npz").touch()
    base = ["propose", clip, "--frame", "0", "-o", out, "--weights", untrained, *SMALL]
    status, message = run_main(monkeypatch, *base)
    assert status == 2 and "not empty" in message and "--overwrite" in message
    assert run_main(monkeypatch, *base, "--overwrite") == (0, "")
    assert sorted(p.name for p in out.iterdir()) == [
        "00000.npz",
        "keep.txt",
        "mine.npz",
        "run.json",
    ]


def test_recall_counts_objects_and_draws_what_is_missed(
    untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, out = davis_tree(tmp_path / "davis"), tmp_path / "recall"
    _truth(tmp_path / "files" / "dogs")
    (tmp_path / "files" / "bear").mkdir()
    for index in range(6):
        zero = StoredProposals.none((48, 64))
        write_npz(tmp_path / "files" / "bear", f"{index:05d}", zero)
    arguments = ["propose", "--recall", "--dataset", "davis17", "--root", root, "--every", 1]
    arguments += ["--proposals", f"files:{tmp_path / 'files'}", "--weights", untrained]
    assert run_main(monkeypatch, *arguments, "-o", out, "--sheet", *SMALL) == (0, "")
    top = json.loads((out / "recall.json").read_text())["recall"]["top 30"]
    assert top["objects"] == 18
    assert top["sequences"]["bear"] == {
        "half": 0.0, "three_quarters": 0.0, "average": 0.0, "mean": 0.0,
    }  # fmt: skip
    assert top["sequences"]["dogs"]["three_quarters"] == 1.0
    assert top["half"] == pytest.approx(12 / 18)
    with Image.open(out / "missed.jpg") as picture:
        assert picture.size[0] == 4 * 324 - 4
    status, said = run_main(monkeypatch, *arguments, "-o", out, *SMALL)
    assert status == 2 and "recall.json is there already" in said
    assert run_main(monkeypatch, *arguments, "-o", out, "--overwrite", *SMALL) == (0, "")
    assert not (out / "missed.jpg").exists()  # of the run before


def _no_images(davis: Path) -> None:
    shutil.rmtree(davis / "JPEGImages/480p/dogs")


def _annotation_of_another_size(davis: Path) -> None:
    write_indexed(davis / "Annotations/480p/dogs/00003.png", np.ones((24, 32), np.uint8))


def _proposals_of_another_video(davis: Path) -> None:
    (davis.parent / "files/dogs/00003.npz").unlink()


def _unusable_out(davis: Path) -> None:
    (davis.parent / "o").touch()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_no_images, "dogs: no frames"),
        (_annotation_of_another_size, "32x24"),
        (_proposals_of_another_video, "dogs: "),
        (_unusable_out, "cannot be written"),
    ],
)
def test_recall_on_bad_data_is_one_sentence(
    untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path], None], message: str,
) -> None:  # fmt: skip
    root = davis_tree(tmp_path / "davis")
    for name in ("bear", "dogs"):
        _truth(tmp_path / "files" / name)
    spoil(root)
    arguments = ["propose", "--recall", "--dataset", "davis17", "--root", root, "--every", 1]
    arguments += ["--proposals", f"files:{tmp_path / 'files'}", "--weights", untrained]
    status, said = run_main(monkeypatch, *arguments, "-o", tmp_path / "o", *SMALL)
    assert (status, message in said) == (2, True), said


def test_recall_is_the_mean_over_thresholds() -> None:
    recall = Recall.of(np.array([0.5, 0.76, 0.95, 0.2]))
    assert recall.half == 0.75 and recall.three_quarters == 0.5
    assert recall.average == pytest.approx((1 + 6 + 10) / 10 / 4)
    # A value on a threshold counts, as in COCO's own evaluation, whatever the binary rounding.
    assert Recall.of(np.array([0.75])).three_quarters == 1.0
    assert Recall.of(np.array([0.95])).average == 1.0


def test_only_the_first_proposals_count() -> None:
    masks = np.zeros((12, 8, 8), bool)
    masks[11, :4] = True
    truth = np.zeros((2, 8, 8), bool)
    truth[0, :4], truth[1, 6:] = True, True
    ious = overlaps(masks, truth)
    assert best_of(ious, 10).tolist() == [0.0, 0.0] and best_of(ious, 30).tolist() == [1.0, 0.0]
    tally = Tally()
    tally.add("a", ious)
    tally.add("a", overlaps(masks[:0], truth))
    assert tally.objects == 4 and tally.recall(30).half == 0.25


def test_r50_runs_untrained_on_torchvisions_proposals_and_says_so_loudly(
    clip: Path, mask: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = SourceName.parse("maskrcnn-r50").kind
    site = publish(tmp_path / "site", detector_weights())
    monkeypatch.setitem(install.COCO_WEIGHTS, kind, site)
    arguments = ["segment", str(clip), "-m", str(mask), "-o", str(tmp_path / "o"), "--end", "1"]
    arguments += ["--model", "r50", "--allow-untrained", "--proposals", "maskrcnn-r50"]
    result = CliRunner().invoke(app, [*arguments, "--weights-dir", str(tmp_path / "kept"), *SMALL])
    assert result.exit_code == 0, result.output
    assert "THE MASKS MEAN NOTHING" in result.output
    record = json.loads((tmp_path / "o" / "run.json").read_text())
    assert (record["weights"], record["proposals"]) == ("untrained", "maskrcnn-r50")
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{clip}", "--proposals", "sam"], "no proposal source 'sam'; choose one of: lite"),
        (["{clip}", "--proposals", "files"], "should read files:DIR"),
        (["{clip}", "--proposals", "files:nowhere"], "nowhere does not exist"),
        (["{clip}", "--proposals", "detectron2:x.yaml"], "detectron2 is not installed"),
        (["{clip}", "--proposals", "maskrcnn-r50", "--weights-dir", "w"], "put it here as w/"),
        (["{clip}", "--start", "50"], "past the last frame"),
        (["nothing.mp4"], "nothing.mp4 does not exist"),
        (["{clip}", "--model", "r50"], "--allow-untrained"),
        (
            ["{clip}", "--model", "r50", "--allow-untrained", "--proposals", "lite"],
            "are a part of the model lite",
        ),
        (["{clip}", "--recall"], "leave out the video"),
        (["--recall"], "is offered at"),
        ([], "give a video"),
        (["--recall", "--root", "."], "is not a DAVIS 2016 root"),
        (["--recall", "--root", "{davis}", "--dataset", "davis17", "--sheet"], "give --out"),
        (["{clip}", "-o", "text.txt"], "text.txt is a file"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    arguments: list[str], message: str, clip: Path, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("text.txt").touch()
    monkeypatch.setitem(sys.modules, "detectron2", None)
    monkeypatch.setitem(
        install.COCO_WEIGHTS,
        SourceName.parse("maskrcnn-r50").kind,
        "http://127.0.0.1:9/maskrcnn-0123abcd.pth",
    )
    davis = davis_tree(tmp_path / "davis")
    filled = [a.format(clip=clip, davis=davis) for a in arguments]
    weights = [] if "r50" in arguments else ["--weights", untrained]
    status, said = run_main(monkeypatch, "propose", *filled, *weights, *SMALL)
    assert (status, message in said) == (2, True), said
    assert not list(tmp_path.glob("*_proposals"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frames": 3}, "no proposals of the frame '00003'"),
        ({"frames": 9}, "proposals of 9 frames, but"),
        ({"frames": 9, "name": "v.mkv"}, "proposals of 9 frames, but the video has 6"),
        ({"width": 80}, "for frames of 64x48, but frame '00000' is 80x48"),
    ],
)
def test_proposals_of_another_video_are_refused(
    change: dict[str, Any], message: str, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = _truth(tmp_path / "p", change.get("frames", 6))
    width = change.get("width", 64)
    video = write_video(tmp_path / change.get("name", "v.mp4"), width=width)
    ids = np.zeros((48, width), np.uint8)
    ids[10:30, 5:25] = 1
    mask = write_indexed(tmp_path / "m.png", ids)
    arguments = ["segment", video, "-m", mask, "-o", tmp_path / "o", "--weights", untrained]
    status, said = run_main(monkeypatch, *arguments, "--proposals", f"files:{folder}", *SMALL)
    assert (status, message in said) == (2, True), said


@pytest.mark.parametrize("name", ["v.mp4", "v.mkv"])
def test_proposing_from_files_of_another_video_is_refused(
    name: str, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, folder = write_video(tmp_path / name), _truth(tmp_path / "p", 9)
    arguments = ["propose", video, "-o", tmp_path / "o", "--weights", untrained, *SMALL]
    status, said = run_main(monkeypatch, *arguments, "--proposals", f"files:{folder}")
    assert (status, "9 frames, but the video has 6" in said) == (2, True), said
    assert not (tmp_path / "o" / "run.json").exists()
    # A part of a video has fewer frames than its proposals.
    arguments += ["--end", 2, "--overwrite", "--proposals", f"files:{folder}"]
    assert run_main(monkeypatch, *arguments) == (0, "")


@pytest.mark.parametrize("command", ["segment", "propose"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 80}, "for frames of 64x48, but frame '00000' is 80x48"),
        ({"frames": 5}, "holds no proposals of the frame '00005', but of 5 frames"),
        ({"damaged": 4}, "00004.npz: boxes, masks or scores hold NaN"),
    ],
)
def test_an_earlier_result_survives_proposals_of_another_video(
    command: str, change: dict[str, int], message: str, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = _truth(tmp_path / "p", change.get("frames", 6))
    width = change.get("width", 64)
    if "damaged" in change:
        file = folder / f"{change['damaged']:05d}.npz"
        held = dict(np.load(file))
        np.savez(file, **held | {"scores": held["scores"] * np.nan})
    video = write_video(tmp_path / "v.mp4", width=width)
    mask = write_indexed(tmp_path / "m.png", np.ones((48, width), np.uint8))
    out = tmp_path / "o"
    arguments = [command, video, "-o", out, "--weights", untrained, *SMALL]
    arguments += ["-m", mask] if command == "segment" else []
    assert run_main(monkeypatch, *arguments) == (0, "")
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    arguments += ["--proposals", f"files:{folder}", "--overwrite"]
    status, said = run_main(monkeypatch, *arguments)
    assert (status, message in said) == (2, True), said
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


def _promise(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """A header of so many frames."""
    opened = VideoReader.__init__

    def wrong(self: VideoReader, *arguments: Any, **options: Any) -> None:
        opened(self, *arguments, **options)
        self.names = [f"{i:05d}" for i in range(count)]

    monkeypatch.setattr(VideoReader, "__init__", wrong)


@pytest.mark.parametrize("promised", [9, 2])
def test_proposals_of_every_frame_do_though_the_header_promises_others(
    promised: int, clip: Path, mask: Path, untrained: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # As a video has it that was cut without being encoded anew.
    _promise(monkeypatch, promised)
    arguments = ["segment", clip, "-m", mask, "--weights", untrained, *SMALL]
    folder = _truth(tmp_path / "p", 6)
    arguments += ["--proposals", f"files:{folder}", "-o", tmp_path / "o"]
    assert run_main(monkeypatch, *arguments) == (0, "")
    (folder / "00005.npz").unlink()
    status, said = run_main(monkeypatch, *arguments, "--overwrite")
    assert (status, "no proposals of the frame '00005'" in said) == (2, True), said
    assert len(list((tmp_path / "o/masks").iterdir())) == 6
    status, said = run_main(
        monkeypatch, *arguments[:-4], "--proposals", f"files:{_truth(tmp_path / 'q', 7)}",
        *("-o", tmp_path / "r"),
    )  # fmt: skip
    assert (status, "7 frames, but the video has 6" in said) == (2, True), said


def test_proposals_that_are_read_are_not_replaced(
    clip: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _truth(tmp_path / "p", 6)
    arguments = ["propose", clip, "-o", tmp_path / "q/../p", "--weights", untrained, "--overwrite"]
    status, said = run_main(monkeypatch, *arguments, "--proposals", f"files:{folder}", *SMALL)
    assert (status, "holds the proposals that are read" in said) == (2, True), said
    assert len(list(folder.glob("*.npz"))) == 6


def test_a_frame_and_a_range_exclude_each_other(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, said = run_main(monkeypatch, "propose", clip, "--frame", 3, "--end", 5)
    assert (status, "give either" in said) == (2, True), said


def test_an_object_that_no_proposal_overlaps_has_no_best_one(
    untrained: Path, tmp_path: Path
) -> None:
    data = open_dataset(DatasetName.DAVIS17, davis_tree(tmp_path / "davis"), None)
    elsewhere = np.zeros((1, 48, 64), bool)
    elsewhere[0, 40:, 50:] = True
    for sequence in data.sequences:
        (tmp_path / "files" / sequence.name).mkdir(parents=True)
        for frame in sequence.frames:
            stored = StoredProposals.of_frame_masks(elsewhere, np.array([0.9]), "here")
            write_npz(tmp_path / "files" / sequence.name, frame, stored)
    network = load_model("lite", untrained).network
    outcome = measure(
        data,
        network,
        SourceName.parse(f"files:{tmp_path / 'files'}"),
        lambda: Segmenter(network, size=64, device="cpu"),
        every=3,
        keep=4,
        tick=lambda: None,
    )
    assert outcome.missed and all(miss.best == 0 for miss in outcome.missed)
    assert not any(miss.proposal.any() for miss in outcome.missed)


def test_where_the_device_batches_frames_are_proposed_in_together(
    clip: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    class Batching(Segmenter):
        batch = 4

        def prepare(self, frames, names=None):  # type: ignore[no-untyped-def]
            asked.append(list(names))
            return super().prepare(frames, names)

    out, model = tmp_path / "p", ["--weights", untrained, *SMALL]
    assert run_main(monkeypatch, "propose", clip, "-o", tmp_path / "alone", *model) == (0, "")
    monkeypatch.setattr(ovos_cli.propose.run, "Segmenter", Batching)
    assert run_main(monkeypatch, "propose", clip, "-o", out, *model) == (0, "")
    assert asked == [[f"{i:05d}" for i in range(4)], ["00004", "00005"]]
    for index in range(6):
        one, other = (np.load(tmp_path / k / f"{index:05d}.npz")["boxes"] for k in ("alone", "p"))
        np.testing.assert_allclose(one, other, atol=0.1)
    asked.clear()
    recall = ["--recall", "--dataset", "davis17", "--root", davis_tree(tmp_path / "d")]
    assert run_main(monkeypatch, "propose", *recall, "--every", 1, *model) == (0, "")
    assert [len(names) for names in asked] == [4, 2, 4, 2]


def test_a_truncated_video_is_recorded_as_such(untrained: Path, tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", 20, codec="mpeg4")
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 4])
    arguments = ["propose", str(cut), "-o", str(tmp_path / "o"), "--weights", str(untrained)]
    result = CliRunner().invoke(app, [*arguments, *SMALL])
    assert result.exit_code == 0, result.output
    record = json.loads(next((tmp_path / "o").glob("*.json")).read_text())
    assert record["complete"] is False
    assert "cut off" in record["warnings"][0]
