"""`ovos benchmark` as a user runs it, with a random model: plumbing, not scores."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

import ovos_cli.benchmarking.session
from models.hub.presets import preset
from models.hub.weights_file import save_weights
from models.network import DMNAOA
from models.sources.npz import write_npz
from models.sources.stored import StoredProposals
from ovos_cli.app import app
from ovos_cli.benchmarking.method import ModelMethod
from ovos_cli.benchmarking.runner import finished_sequence, run_sequence
from ovos_cli.datasets import DatasetName, open_dataset
from ovos_cli.datasets.annotation import read_ids
from ovos_cli.masks.palette import davis_palette
from tests.cli.command import run_main
from tests.conftest import write_indexed
from tests.trees import davis_tree, scene, youtube_tree

SMALL = ["--size", "64", "--device", "cpu"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return davis_tree(tmp_path / "davis")


Run = Callable[..., str]


@pytest.fixture
def run(root: Path, untrained: Path) -> Run:
    def invoke(*options: object, dataset: str = "davis17", at: Path = root, status: int = 0) -> str:
        arguments = ["benchmark", "--dataset", dataset, "--root", at, "--weights", untrained]
        arguments += [*SMALL, *options]
        result = CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "120"})
        assert result.exit_code == status, result.output
        return result.output

    return invoke


def _record(out: Path) -> dict:
    return json.loads((out / "results.json").read_text())


def test_a_run_leaves_masks_scores_and_a_full_record(run: Run, root: Path, tmp_path: Path) -> None:
    out = tmp_path / "o"
    output = run("--out", out, "--timing")
    for name, objects in (("bear", [1]), ("dogs", [1, 2])):
        masks = sorted((out / "masks" / name).iterdir())
        assert [m.name for m in masks] == [f"{i:05d}.png" for i in range(6)]
        np.testing.assert_array_equal(read_ids(masks[0]), scene(0, len(objects)))
        with Image.open(masks[3]) as mask:
            assert mask.mode == "P" and mask.size == (64, 48)
    record = _record(out)
    assert {"ovos", "created", "machine", "settings"} <= set(record)
    assert record["method"] == "lite-untrained" and len(record["model"]["sha256"]) == 64
    assert record["settings"]["size"] == 64 and record["settings"]["config"]["use_aoa"] is True
    assert 0 <= record["measures"]["J&F-Mean"] <= 1
    dogs = record["sequences"]["dogs"]
    assert dogs["size"] == [48, 64] and list(dogs["objects"]) == ["1", "2"]
    assert dogs["objects"]["2"]["frames"] == ["00001", "00002", "00003", "00004"]
    assert dogs["seconds"] > 0 and set(dogs["timing"]) == {"BFE", "OPG", "OTG", "AM", "MRN"}
    assert (out / "global_results-val.csv").is_file()
    assert not [p for p in out.rglob("*") if "part" in p.name]
    # Ten frames of the two sequences; their first frames are no measure of a frame's cost.
    assert record["timing"]["frames"] == 10 and record["timing"]["objects"] == 1.5
    modules = record["timing"]["modules"]
    assert modules["MRN"]["paper"] == 0.066
    for module in modules.values():
        assert 0 < module["median"] <= module["p95"]
    parts = [v["mean"] for name, v in modules.items() if name != "total"]
    assert modules["total"]["mean"] == pytest.approx(sum(parts), rel=1e-3)
    for word in ("Seconds per frame", "0.066", "64 inside", "cpu", "10 frames"):
        assert word in output


def test_sequences_that_another_machine_ran_say_so(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "o"
    run("--out", out)
    here = _record(out)["machine"]
    assert _record(out)["sequences"]["bear"]["machine"] == here
    file = out / "runs/bear.json"
    there = json.loads(file.read_text())
    there["machine"]["processor"] = "Elsewhere 4000"
    file.write_text(json.dumps(there))
    assert "Elsewhere 4000" in run("--out", out, "--timing")
    record = _record(out)
    assert record["machine"] == {"several": "see each sequence's"}
    machines = {n: s["machine"]["processor"] for n, s in record["sequences"].items()}
    assert machines == {"bear": "Elsewhere 4000", "dogs": here["processor"]}


def test_stored_proposals_of_each_sequence_are_used(run: Run, root: Path, tmp_path: Path) -> None:
    stored = tmp_path / "proposals"
    for name, objects in (("bear", 1), ("dogs", 2)):
        (stored / name).mkdir(parents=True)
        for index in range(6):
            ids = scene(index, objects)
            masks = np.stack([ids == i for i in range(1, objects + 1)])
            found = StoredProposals.of_frame_masks(masks, np.full(objects, 0.5), "here")
            write_npz(stored / name, f"{index:05d}", found)
    # Coarse masks out: with the truth as proposals, an untrained model cannot miss by much.
    options = ["--proposals", f"files:{stored}", "--set", "use_refinement=false"]
    options += ["--set", "matching_iou_weight=1.0", "--set", "template_proposal=false"]
    out = tmp_path / "o"
    run("--out", out, *options)
    record = _record(out)
    assert record["settings"]["proposals"] == f"files:{stored}"
    assert record["measures"]["J-Mean"] > 0.7
    # Other proposals under the same name are not taken for the same.
    digests = {n: s["proposals_sha256"] for n, s in record["sequences"].items()}
    masks = np.stack([scene(3, 1) == 1])
    moved = StoredProposals.of_frame_masks(np.roll(masks, 8, axis=2), np.full(1, 0.5), "here")
    write_npz(stored / "bear", "00003", moved)
    assert "1 of 2 sequences were run before" in run("--out", out, *options)
    again = {n: s["proposals_sha256"] for n, s in _record(out)["sequences"].items()}
    assert again["dogs"] == digests["dogs"] and again["bear"] != digests["bear"]


def _no_folder(stored: Path) -> None:
    shutil.rmtree(stored / "dogs")


def _lost(stored: Path) -> None:
    (stored / "dogs/00004.npz").unlink()


def _more(stored: Path) -> None:
    write_npz(stored / "dogs", "00006", StoredProposals.none((48, 64)))


def _other_frames(stored: Path) -> None:
    write_npz(stored / "dogs", "00000", StoredProposals.none((48, 80)))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_no_folder, "dogs: the folder of proposals"),
        (_lost, "holds no proposals of the frame '00004'"),
        (_more, "holds proposals of 7 frames, but the video has 6. Are they of another video?"),
        (_other_frames, "for frames of 80x48, but frame '00000' is 64x48"),
    ],
)
def test_stored_proposals_that_do_not_fit_are_named_before_anything_runs(
    root: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path], None], message: str,
) -> None:  # fmt: skip
    stored = tmp_path / "proposals"
    for name in ("bear", "dogs"):
        (stored / name).mkdir(parents=True)
        for index in range(6):
            write_npz(stored / name, f"{index:05d}", StoredProposals.none((48, 64)))
    spoil(stored)
    options = ["--weights", untrained, "-o", tmp_path / "o", "--proposals", f"files:{stored}"]
    status, said = _main(monkeypatch, root, *options)
    assert (status, message in said) == (2, True), said
    assert not (tmp_path / "o").exists()


def test_what_does_not_travel_is_refused_with_a_cluster(
    root: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p").mkdir()
    out = ["--weights", untrained, "-o", tmp_path / "o", "--cluster", "127.0.0.1:1"]
    for options in (
        ["--proposals", f"files:{tmp_path / 'p'}"],
        ["--proposals", "lite", "--weights-dir", tmp_path],
    ):
        status, said = _main(monkeypatch, root, *out, *options)
        assert status == 2 and "do not travel" in said


def test_evaluate_agrees_with_the_run(run: Run, root: Path, tmp_path: Path) -> None:
    out = tmp_path / "o"
    run("--out", out, "-q")
    arguments = ["evaluate", out / "masks", "--dataset", "davis17", "--root", root]
    arguments += ["--out", tmp_path / "e", "-q"]
    assert CliRunner().invoke(app, [str(a) for a in arguments]).exit_code == 0
    assert _record(tmp_path / "e")["measures"] == _record(out)["measures"]


def test_a_run_that_was_interrupted_goes_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, started = tmp_path / "o", []

    def one_then_stop(sequence, method, folder, tick):  # type: ignore[no-untyped-def]
        started.append(sequence.name)
        if len(started) == 2:
            raise KeyboardInterrupt
        return run_sequence(sequence, method, folder, tick)

    monkeypatch.setattr(ovos_cli.benchmarking.session, "run_sequence", one_then_stop)
    output = run("--out", out, status=130)
    assert "1 of 2 sequences are done" in output and "goes on" in output
    assert not (out / "results.json").exists()
    kept = (out / "masks/bear/00003.png").stat().st_mtime_ns
    output = run("--out", out)
    assert started == ["bear", "dogs", "dogs"]
    assert "1 of 2 sequences were run before" in output
    assert (out / "masks/bear/00003.png").stat().st_mtime_ns == kept
    assert list(_record(out)["sequences"]) == ["bear", "dogs"]


def test_an_interrupted_run_leaves_no_scores_of_other_masks(
    run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "o"
    run("--out", out)
    first = root / "Annotations/480p/bear/00000.png"
    write_indexed(first, np.roll(read_ids(first), 1, axis=0))

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ovos_cli.benchmarking.session, "run_sequence", stop)
    run("--out", out, status=130)
    assert not list(out.glob("*.csv")) and not (out / "results.json").exists()


def test_old_masks_are_scored_anew_and_never_those_of_other_weights(
    run: Run, root: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "o"
    run("--out", out, "-q")
    write_indexed(root / "Annotations/480p/bear/00003.png", np.zeros((48, 64), np.uint8))
    output = run("--out", out)
    assert "2 of 2 sequences were run before" in output
    scores = _record(out)["sequences"]["bear"]["objects"]["1"]
    expected = read_ids(out / "masks/bear/00003.png").any()
    assert scores["J"][2] == (0 if expected else 1)

    torch.manual_seed(1)
    other = tmp_path / "other.safetensors"
    save_weights(DMNAOA(preset("lite")), other, {"training": "none"})
    for change in (["--weights", other], ["--size", "96"], ["--set", "use_aoa=false"]):
        base = ["--weights", untrained, "--out", out]
        status, said = _main(monkeypatch, root, *base, *change)
        assert status == 2 and "holds results of other weights, settings" in said
    assert "run before" not in run("--out", out, "--weights", other, "--overwrite")
    sha = _record(out)["model"]["sha256"]
    assert "2 of 2" in run("--out", out, "--weights", other)
    assert _record(out)["model"]["sha256"] == sha


def test_memory_is_what_the_weights_were_made_for_unless_given(
    run: Run, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, own = tmp_path / "o", tmp_path / "own.safetensors"
    save_weights(DMNAOA(preset("lite").replace(memory_stride=3)), own, {"training": "none"})
    base = ["--out", out, "--weights", own, "--limit", "1"]
    run(*base)
    config = _record(out)["settings"]["config"]
    assert [config[f"memory_{k}"] for k in ("policy", "stride", "max")] == ["stride", 3, 50]
    same = ["--memory", "stride", "--memory-stride", "3", "--memory-max", "50"]
    assert "1 of 1 sequences were run before" in run(*base, *same)
    status, said = _main(monkeypatch, root, *base, "--memory-stride", "5")
    assert status == 2 and "holds results of other weights, settings" in said


def test_a_sequence_is_run_again_when_its_data_changed(root: Path, untrained: Path) -> None:
    method = ModelMethod(weights=untrained, size=64, device="cpu")
    out = root.parent / "o"
    (bear, _) = open_dataset(DatasetName.DAVIS17, root).sequences
    assert finished_sequence(bear, method, out) is None
    scores = run_sequence(bear, method, out)
    assert finished_sequence(bear, method, out) == scores
    (out / "masks/bear/00004.png").unlink()
    assert finished_sequence(bear, method, out) is None
    run_sequence(bear, method, out)
    first = root / "Annotations/480p/bear/00000.png"
    write_indexed(first, np.roll(read_ids(first), 1, axis=0))
    (bear, _) = open_dataset(DatasetName.DAVIS17, root).sequences
    assert finished_sequence(bear, method, out) is None


def test_youtube_gets_an_archive_with_later_objects_and_no_score(run: Run, tmp_path: Path) -> None:
    out, video = tmp_path / "o", "0a1b2c3d4e"
    run("--out", out, dataset="ytvos19", at=youtube_tree(tmp_path / "y"))
    assert _record(out)["measures"] is None
    assert not list(out.glob("*.csv"))
    assert len(list((out / "masks" / video).iterdir())) == 11
    with zipfile.ZipFile(out / "submission.zip") as archive:
        names = archive.namelist()
        assert names == [f"Annotations/{video}/{n}.png" for n in ("00000", "00005", "00010")]
        archive.extractall(tmp_path / "z")
    np.testing.assert_array_equal(read_ids(tmp_path / "z" / names[0]), scene(0, 1))
    later = read_ids(tmp_path / "z" / names[1])
    assert (later[scene(5, 2) == 2] == 2).all()


def test_youtube_with_truth_is_scored(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "o"
    output = run("--out", out, dataset="ytvos18", at=youtube_tree(tmp_path / "y", truth=True))
    measures = _record(out)["measures"]
    parts = [measures[k] for k in ("J-Seen", "J-Unseen", "F-Seen", "F-Unseen")]
    assert measures["G"] == pytest.approx(sum(parts) / 4)
    assert "J-Unseen" in output
    assert not (out / "submission.zip").exists()


def test_test_dev_gets_davis_archive(run: Run, root: Path, tmp_path: Path) -> None:
    for path in (root / "Annotations/480p").rglob("*.png"):
        if path.stem != "00000":
            path.unlink()
    (root / "ImageSets/2017/test-dev.txt").write_text("dogs\n")
    run("--split", "test-dev", "--out", tmp_path / "o", "-q")
    with zipfile.ZipFile(tmp_path / "o/submission.zip") as archive:
        assert archive.namelist() == [f"dogs/{i:05d}.png" for i in range(6)]


def test_a_part_of_a_split_is_never_taken_for_it(
    run: Run, root: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("--sequences", "dogs")
    part = Path("davis17-val-1of2_lite-untrained")
    assert "davis17 val, 1 of 2 sequences" in said
    record = _record(part)
    assert list(record["sequences"]) == ["dogs"] and record["subset_of"] == 2
    assert sorted(p.name for p in part.glob("*.csv")) == [
        "global_results-val-1of2.csv",
        "per-sequence_results-val-1of2.csv",
    ]
    run("--sequences", "dogs", "--name", "ours", "-q")
    assert _record(Path("davis17-val-1of2_ours"))["method"] == "ours"
    # In a folder that one names, a part may grow into the whole, but not replace it.
    run("--out", "o", "--limit", "1", "-q")
    assert list(_record(Path("o"))["sequences"]) == ["bear"]
    assert "1 of 2 sequences were run before" in run("--out", "o")
    whole = _record(Path("o"))
    assert list(whole["sequences"]) == ["bear", "dogs"] and whole["subset_of"] is None
    again = ["--weights", untrained, "--out", "o", "--limit", "1"]
    status, said = _main(monkeypatch, root, *again)
    assert status == 2 and "holds the results of all 2 sequences" in said
    assert _record(Path("o")) == whole


def test_a_part_of_a_split_makes_no_submission(run: Run, root: Path, tmp_path: Path) -> None:
    for path in (root / "Annotations/480p").rglob("*.png"):
        if path.stem != "00000":
            path.unlink()
    names = tmp_path / "names.txt"
    names.write_text("dogs\n")
    for place, options in (("a", ["--sequences", "dogs"]), ("b", ["--split", names])):
        said = run("--out", tmp_path / place, *options)
        assert "no submission.zip: the server wants all 2 sequences, and these are 1" in said
        assert not (tmp_path / place / "submission.zip").exists()
        assert _record(tmp_path / place)["subset_of"] == 2
    # Nor is that of an earlier run left beside it.
    run("--split", "all", "--out", tmp_path / "a", "-q")
    assert (tmp_path / "a/submission.zip").is_file()
    run("--sequences", "dogs", "--out", tmp_path / "a", "--overwrite", "-q")
    assert not (tmp_path / "a/submission.zip").exists()


def test_davis_2016_follows_one_object(run: Run, tmp_path: Path) -> None:
    run("--out", tmp_path / "o", "-q", dataset="davis16", at=davis_tree(tmp_path / "d", "2016"))
    assert list(_record(tmp_path / "o")["sequences"]["dogs"]["objects"]) == ["1"]
    assert set(np.unique(read_ids(tmp_path / "o/masks/dogs/00003.png"))) <= {0, 1}


def _no_first(root: Path) -> None:
    (root / "Annotations/480p/dogs/00000.png").unlink()


def _no_images(root: Path) -> None:
    shutil.rmtree(root / "JPEGImages/480p/dogs")


def _empty_first(root: Path) -> None:
    write_indexed(root / "Annotations/480p/dogs/00000.png", np.zeros((48, 64), np.uint8))


def _other_image_size(root: Path) -> None:
    Image.new("RGB", (32, 24)).save(root / "JPEGImages/480p/dogs/00003.jpg")


def _lost_frame(root: Path) -> None:
    (root / "JPEGImages/480p/dogs/00003.jpg").unlink()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_no_first, "sequence dogs: the first annotation is missing"),
        (_no_images, "dogs: no frames; they belong beside"),
        (_empty_first, "holds no object"),
        (_other_image_size, "different sizes: 32x24, 64x48"),
        (_lost_frame, "without an image: 1 of its frames (00003)"),
    ],
)
def test_what_is_missing_is_said_before_anything_runs(
    root: Path,
    untrained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path], None],
    message: str,
) -> None:
    spoil(root)
    status, said = _main(monkeypatch, root, "--weights", untrained, "-o", tmp_path / "o")
    assert status == 2
    assert message in said
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--split", "nonsense"], "no split 'nonsense'"),
        (["--sequences", "cat"], "cat is not in davis17 val"),
        (["--model", "r50"], "holds the model 'lite'"),
        (["--device", "toaster"], "no device"),
        (["--size", "8"], "size 8 is not from 64 to 4320"),
        (["--set", "nonsense=1"], "no setting 'nonsense'"),
        (["--out", "text.txt"], "is a file"),
        (["--out", "own"], "holds masks that are no benchmark's"),
        (["--out", "/proc/ovos"], "the output folder /proc/ovos cannot be made"),
    ],
)
def test_bad_options(
    root: Path,
    untrained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.txt").touch()
    Path("own/masks").mkdir(parents=True)
    status, said = _main(monkeypatch, root, "--weights", untrained, *options)
    assert status == 2
    assert message in said


def _main(monkeypatch: pytest.MonkeyPatch, root: Path, *options: object) -> tuple[int, str]:
    command = ["benchmark", "--dataset", "davis17", "--root", root, "-q", *SMALL]
    return run_main(monkeypatch, *command, *options)


def test_help_teaches() -> None:
    result = CliRunner().invoke(app, ["benchmark", "--help"], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    for word in ("--timing", "Example", "goes on", "ytvos19"):
        assert word in result.output


def _first_only(root: Path) -> None:
    for path in list((root / "Annotations/480p/dogs").iterdir()):
        if path.stem != "00000":
            path.unlink()


def _other_mask_size(root: Path) -> None:
    write_indexed(root / "Annotations/480p/dogs/00004.png", np.zeros((24, 32), np.uint8))


def _colour(root: Path) -> None:
    Image.new("RGB", (64, 48), (200, 0, 0)).save(root / "Annotations/480p/dogs/00004.png")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_first_only, "dogs: no annotation but the first, in "),
        (_other_mask_size, "dogs: the annotation 00004.png is 32x24, the first annotation 64x48"),
        (_colour, "dogs/00004.png is in colour"),
    ],
)
def test_bad_truth_is_found_before_anything_runs(
    root: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil, message
) -> None:
    spoil(root)
    arguments = ["benchmark", "--dataset", "davis17", "--root", root, "--weights", untrained]
    status, said = run_main(monkeypatch, *arguments, "--out", tmp_path / "o")
    assert status == 2 and message in said
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    "palette",
    [
        [0, 0, 0, 0, 128, 0, 128, 0, 0],  # the colours of DAVIS in another order
        [255, 255, 255, 0, 0, 0, 9, 9, 9],
        [0] * 9,
    ],
)
def test_masks_have_the_annotations_palette_if_it_tells_objects_apart(
    palette: list[int], run: Run, root: Path, tmp_path: Path
) -> None:
    for path in (root / "Annotations/480p/dogs").iterdir():
        write_indexed(path, read_ids(path), palette)
    out = tmp_path / "o"
    run("--out", out)
    with Image.open(out / "masks/dogs/00003.png") as picture:
        found = picture.getpalette()
    assert found is not None and found[:9] == (palette if any(palette) else davis_palette()[:9])
    for masks in (root / "Annotations/480p", out / "masks"):  # the check of colours takes either
        command = ["evaluate", masks, "--dataset", "davis17", "--root", root]
        command += ["--out", tmp_path / masks.name]
        result = CliRunner().invoke(app, [str(a) for a in command])
        assert result.exit_code == 0, result.output


def test_other_frames_of_the_same_size_are_run_again(run: Run, root: Path, tmp_path: Path) -> None:
    for path in (root / "JPEGImages/480p").rglob("*.jpg"):
        with Image.open(path) as picture:
            picture.save(path.with_suffix(".bmp"))
        path.unlink()
    out, options = tmp_path / "o", ["--sequences", "bear"]
    run("--out", out, *options)
    before = (out / "runs/bear.json").read_text()
    for path in (root / "JPEGImages/480p/bear").iterdir():
        Image.new("RGB", (64, 48), (9, 9, 9)).save(path)
    run("--out", out, *options)
    assert json.loads((out / "runs/bear.json").read_text())["data"] != json.loads(before)["data"]


def test_results_of_another_data_set_are_not_replaced(
    run: Run, root: Path, untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "o"
    run("--out", out, "--sequences", "bear")
    arguments = ["benchmark", "--dataset", "davis16", "--root", root, "--split", "all"]
    arguments += ["--weights", untrained, "--sequences", "bear", "--out", out, *SMALL]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2 and "holds the results of davis17" in said


def test_what_is_not_scored_is_said(run: Run, root: Path, tmp_path: Path) -> None:
    for name in ("JPEGImages", "Annotations"):
        (root / name / "480p/bear").rename(tmp_path / f"bear-{name}")
    videos = tmp_path / "videos"
    (tmp_path / "bear-JPEGImages").rename(_made(videos / "JPEGImages") / "bear")
    (tmp_path / "bear-Annotations").rename(_made(videos / "Annotations") / "bear")
    (videos / "Annotations/bear/00003.png").rename(tmp_path / "kept.png")
    for path in (videos / "Annotations/bear").glob("0000[1-5].png"):
        path.unlink()
    said = run("--out", tmp_path / "a", dataset="folder", at=videos)
    assert "not scored" in said and "bear" in said
    # A frame in which another object begins holds the first one too, and counts.
    write_indexed(videos / "Annotations/bear/00003.png", scene(3, 2))
    assert "not scored" not in run("--out", tmp_path / "b", dataset="folder", at=videos)
    assert _record(tmp_path / "b")["sequences"]["bear"]["objects"]["1"]["frames"] == ["00003"]


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
