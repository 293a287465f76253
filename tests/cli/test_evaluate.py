"""`ovos evaluate` as a user runs it."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import ovos_cli.evaluate
from ovos_cli.app import app
from ovos_cli.datasets.annotation import read_ids
from ovos_cli.evaluation.measures import contour_accuracy, region_similarity
from tests.cli.command import run_main
from tests.conftest import write_indexed
from tests.trees import copy_truth, davis_tree, scene, youtube_tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return davis_tree(tmp_path / "davis")


@pytest.fixture
def masks(root: Path, tmp_path: Path) -> Path:
    return copy_truth(root, tmp_path / "masks", shift=2)


def _evaluate(masks: Path, root: Path, *options: object, dataset: str = "davis17") -> str:
    arguments = ["evaluate", masks, "--dataset", dataset, "--root", root, *options]
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "120"})
    assert result.exit_code == 0, result.output
    return result.output


def _rows(path: Path) -> list[list[str]]:
    with path.open() as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("jobs", [1, 2])
def test_scores_are_those_of_the_measures(masks: Path, root: Path, jobs: int) -> None:
    output = _evaluate(masks, root, "--jobs", jobs)
    names = [f"{i:05d}" for i in range(1, 5)]  # without the first and the last
    expected = {}
    for name, ident in (("bear", 1), ("dogs", 1), ("dogs", 2)):
        pairs = [
            [
                read_ids(place / name / f"{n}.png") == ident
                for place in (masks, root / "Annotations/480p")
            ]
            for n in names
        ]
        expected[name, ident] = (
            [region_similarity(*p) for p in pairs],
            [contour_accuracy(*p) for p in pairs],
        )
    record = json.loads((masks / "results.json").read_text())
    for (name, ident), (j, f) in expected.items():
        scores = record["sequences"][name]["objects"][str(ident)]
        assert scores["frames"] == names
        assert scores["J"] == pytest.approx(j) and scores["F"] == pytest.approx(f)
        assert f"{scores['J-Mean']:.3f}" in output
    means = [np.mean(j) for j, _ in expected.values()]
    assert record["measures"]["J-Mean"] == pytest.approx(np.mean(means))
    assert record["dataset"] == "davis17" and record["split"] == "val" and record["model"] is None

    header, values = _rows(masks / "global_results-val.csv")
    assert header[:2] == ["J&F-Mean", "J-Mean"]
    assert header[2:] == ["J-Recall", "J-Decay", "F-Mean", "F-Recall", "F-Decay"]
    assert values == [f"{record['measures'][h]:.3f}" for h in header]
    table = _rows(masks / "per-sequence_results-val.csv")
    assert table[0] == ["Sequence", "J-Mean", "F-Mean"]
    assert [row[0] for row in table[1:]] == ["bear_1", "dogs_1", "dogs_2"]
    assert table[2][1] == f"{np.mean(expected['dogs', 1][0]):.3f}"


def test_the_truth_itself_is_perfect_also_merged(tmp_path: Path) -> None:
    root = davis_tree(tmp_path / "d", "2016")
    masks = copy_truth(root, tmp_path / "m")
    # Swapped ids do not matter where all objects are one.
    for path in (masks / "dogs").iterdir():
        write_indexed(path, np.array([0, 2, 1], np.uint8)[read_ids(path)])
    _evaluate(masks, root, "--out", tmp_path / "o", dataset="davis16")
    record = json.loads((tmp_path / "o" / "results.json").read_text())
    assert record["measures"]["J-Mean"] == record["measures"]["F-Mean"] == 1
    assert list(record["sequences"]["dogs"]["objects"]) == ["1"]
    assert not (masks / "results.json").exists()


def test_an_object_that_leaves_and_returns_and_one_that_is_missed(
    root: Path, tmp_path: Path
) -> None:
    for index in (2, 3):  # object 2 is gone in frames 2 and 3
        write_indexed(root / f"Annotations/480p/dogs/{index:05d}.png", scene(index, 1))
    masks = copy_truth(root, tmp_path / "m")
    write_indexed(masks / "dogs/00003.png", scene(3, 2))  # seen where it is not
    write_indexed(masks / "dogs/00004.png", scene(4, 1))  # not seen where it is
    _evaluate(masks, root)
    scores = json.loads((masks / "results.json").read_text())["sequences"]["dogs"]["objects"]["2"]
    assert scores["J"] == scores["F"] == [1, 1, 0, 0]


def test_two_frames_leave_nothing_to_score(tmp_path: Path) -> None:
    root = davis_tree(tmp_path / "d", frames=2)
    masks = copy_truth(root, tmp_path / "m")
    assert "all objects" in _evaluate(masks, root)
    assert json.loads((masks / "results.json").read_text())["measures"] is None
    assert not list(masks.glob("*.csv"))


def test_scores_are_never_old_ones(masks: Path, root: Path, tmp_path: Path) -> None:
    _evaluate(masks, root)
    before = json.loads((masks / "results.json").read_text())["measures"]["J-Mean"]
    assert before < 1
    copy_truth(root, masks)
    _evaluate(masks, root)
    assert json.loads((masks / "results.json").read_text())["measures"]["J-Mean"] == 1


def test_youtube_with_truth_has_g(tmp_path: Path) -> None:
    root = youtube_tree(tmp_path / "y", truth=True)
    name = "0a1b2c3d4e"
    (tmp_path / "m" / name).mkdir(parents=True)
    for index in (5, 10):
        write_indexed(tmp_path / "m" / name / f"{index:05d}.png", scene(index, 1))
    output = _evaluate(tmp_path / "m", root, dataset="ytvos19")
    measures = json.loads((tmp_path / "m" / "results.json").read_text())["measures"]
    assert (measures["J-Seen"], measures["J-Unseen"]) == (1, 0)
    assert measures["G"] == 0.5
    assert "G 0.500" in output


def test_youtube_without_categories_says_why_there_is_no_g(tmp_path: Path) -> None:
    root = youtube_tree(tmp_path / "y", truth=True)
    masks = tmp_path / "m" / "0a1b2c3d4e"
    masks.mkdir(parents=True)
    for index in (5, 10):
        write_indexed(masks / f"{index:05d}.png", scene(index, 1))
    meta = root / "valid/meta.json"
    meta.write_text(meta.read_text().replace('"category": "kite", ', ""))
    assert "lacks categories of objects of 0a1b2c3d4e" in _evaluate(
        tmp_path / "m", root, dataset="ytvos19"
    )
    # An object of no category was never seen in training by that alone.
    assert "G" not in json.loads((tmp_path / "m" / "results.json").read_text())["measures"]
    (root / "train/meta.json").unlink()
    said = _evaluate(tmp_path / "m", root, dataset="ytvos19")
    assert "train/meta.json" in said and "left out" in said


def test_an_unusable_out_is_refused_before_scoring(
    masks: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("scored first")

    monkeypatch.setattr(ovos_cli.evaluate, "score_all", never)
    arguments = ["evaluate", masks, "--dataset", "davis17", "--root", root, "--out", "/proc/ovos"]
    status, said = run_main(monkeypatch, *arguments, "-q")
    assert status == 2 and "cannot be written to /proc/ovos" in said


def test_foreign_ids_of_all_sequences_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = davis_tree(tmp_path / "davis")
    masks = copy_truth(root, tmp_path / "masks")
    for name, ident in (("bear/00001", 7), ("dogs/00003", 5)):
        write_indexed(masks / f"{name}.png", np.full((48, 64), ident, np.uint8))
    arguments = ["evaluate", masks, "--dataset", "davis17", "--root", root, "-q"]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2
    assert "00001.png has the id 7" in said and "00003.png has the id 5" in said


def _drop(path: str):  # type: ignore[no-untyped-def]
    return lambda masks: (masks / path).unlink()


def _capitals(masks: Path) -> None:
    for file in (masks / "dogs").glob("*.png"):
        file.rename(file.with_suffix(".PNG"))


def _rgb(masks: Path) -> None:
    Image.new("RGB", (64, 48), (128, 0, 0)).save(masks / "dogs/00002.png")


def _small(masks: Path) -> None:
    write_indexed(masks / "dogs/00002.png", np.zeros((24, 32), np.uint8))


def _foreign(masks: Path) -> None:
    write_indexed(masks / "dogs/00002.png", np.full((48, 64), 9, np.uint8))


def _recoloured(masks: Path) -> None:
    # As an editor saves it that keeps colours: its own order of the same palette.
    path = masks / "dogs/00002.png"
    with Image.open(path) as picture:
        ids, colours = np.array(picture), np.array(picture.getpalette()).reshape(-1, 3)
    order = np.array([2, 1, 0])
    Image.fromarray(order[ids].astype(np.uint8)).save(path)
    with Image.open(path) as picture:
        swapped = Image.fromarray(np.array(picture))
    swapped.putpalette(colours[order].astype(np.uint8).tobytes())
    swapped.save(path)


def _damaged_header(masks: Path) -> None:
    path = masks / "dogs/00002.png"
    data = bytearray(path.read_bytes())
    data[16:20] = b"\x7f\xff\xff\xff"  # the width
    path.write_bytes(data)


def _broken(masks: Path) -> None:
    (masks / "dogs/00002.png").write_bytes(b"nothing")


def _no_sequence(masks: Path) -> None:
    (masks / "dogs").rename(masks / "cats")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_drop("dogs/00002.png"), "dogs: no mask of 1 of its frames (00002)"),
        (_capitals, "00002, 00003, 00004); there are .PNG, and masks are .png"),
        (_rgb, "00002.png is in colour"),
        (_small, "dogs: 00002.png is 32x24, the annotation 64x48"),
        (_foreign, "00002.png has the id 9; the sequence's objects are 1, 2"),
        (_recoloured, "00002.png gives the index 0 the colour of object 2"),
        (_damaged_header, "00002.png"),
        (_broken, "is not a readable image"),
        (_no_sequence, "dogs: no folder"),
    ],
)
def test_masks_that_do_not_fit_are_refused(
    masks: Path, root: Path, monkeypatch: pytest.MonkeyPatch, spoil, message: str
) -> None:
    spoil(masks)
    status, said = run_main(
        monkeypatch, "evaluate", masks, "--dataset", "davis17", "--root", root, "-q"
    )
    assert status == 2
    assert message in said
    assert not (masks / "results.json").exists()


def test_a_benchmarks_folder_is_told_from_its_masks(
    masks: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    masks.rename(run / "masks")
    arguments = ["evaluate", run, "--dataset", "davis17", "--root", root, "-q"]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2
    assert f"one folder down: {run / 'masks'}" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--root", "nothing"], "--root nothing is not a folder"),
        (["--split", "train"], "there is no split 'train'"),
        (["--sequences", "cat"], "cat is not in davis17 val"),
        (["--out", "/proc/ovos"], "cannot be written to /proc/ovos"),
    ],
)
def test_bad_options_are_one_sentence_and_status_2(
    masks: Path, root: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    arguments = ["evaluate", masks, "--dataset", "davis17", "--root", root, "-q", *options]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2
    assert message in said


def test_without_truth_there_is_no_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = youtube_tree(tmp_path / "y")
    (tmp_path / "m").mkdir()
    status, said = run_main(
        monkeypatch, "evaluate", tmp_path / "m", "--dataset", "ytvos18", "--root", root
    )
    assert status == 2
    assert "no ground truth" in said


def test_a_palette_of_other_colours_says_nothing(masks: Path, root: Path) -> None:
    for path in masks.rglob("*.png"):
        with Image.open(path) as picture:
            ids = Image.fromarray(np.array(picture))
        ids.putpalette([0, 0, 0, 255, 255, 255, 128, 128, 128])
        ids.save(path)
    _evaluate(masks, root)


def test_a_misspelt_folder_is_named_and_not_made(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["evaluate", tmp_path / "msaks", "--dataset", "davis17", "--root", root, "-q"]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2 and "msaks is not a folder" in said
    assert not (tmp_path / "msaks").exists()


def test_a_benchmarks_results_are_not_replaced(
    masks: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _evaluate(masks, root, "--out", tmp_path / "o")
    _evaluate(masks, root, "--out", tmp_path / "o")  # its own are
    results = tmp_path / "o/results.json"
    results.write_text(results.read_text().replace('"model": null', '"model": {"name": "lite"}'))
    arguments = ["evaluate", masks, "--dataset", "davis17", "--root", root, "-q"]
    status, said = run_main(monkeypatch, *arguments, "--out", tmp_path / "o")
    assert status == 2 and "holds a benchmark's results" in said


def test_frames_that_the_data_set_lost_are_named(
    masks: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "JPEGImages/480p/dogs/00003.jpg").unlink()
    arguments = ["evaluate", masks, "--dataset", "davis17", "--root", root, "-q"]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2 and "dogs: annotated, but without an image: 1 of its frames (00003)" in said


def test_soft_masks_are_refused_where_all_objects_are_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = davis_tree(tmp_path / "d", year="2016")
    masks = copy_truth(root, tmp_path / "m")
    soft = np.linspace(0, 255, 48 * 64).reshape(48, 64).astype(np.uint8)
    arguments = ["evaluate", masks, "--dataset", "davis16", "--root", root, "-q"]
    grey = Image.fromarray(soft)
    for picture in (grey, grey.convert("P"), Image.fromarray(np.minimum(soft, 254))):
        picture.save(masks / "bear/00002.png")
        status, said = run_main(monkeypatch, *arguments)
        assert status == 2 and re.search(r"00002\.png is grey with 25[45] shades", said)
    Image.fromarray(np.uint8(soft > 99) * np.uint8(255)).save(masks / "bear/00002.png")
    _evaluate(masks, root, dataset="davis16")


@pytest.mark.parametrize("kind", ["grey", "bilevel", "indexed"])
def test_black_and_white_masks_of_several_objects_are_refused(
    kind: str, masks: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, inside = masks / "dogs/00002.png", scene(2, 2) > 0
    if kind == "indexed":
        write_indexed(path, np.uint8(inside), [0, 0, 0, 255, 255, 255])
    else:
        Image.fromarray(inside if kind == "bilevel" else np.uint8(inside) * np.uint8(255)).save(
            path
        )
    arguments = ["evaluate", masks, "--dataset", "davis17", "--root", root, "-q"]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2 and "black and white, and the sequence has 2 objects" in said


def test_white_may_be_the_colour_of_an_object(masks: Path, root: Path) -> None:
    write_indexed(masks / "dogs/00002.png", scene(2, 1), [0, 0, 0, 255, 255, 255, 255, 0, 0])
    _evaluate(masks, root)


@pytest.mark.parametrize("dataset", ["folder", "ytvos18"])
def test_the_image_of_an_objects_first_frame_is_missed(
    dataset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = youtube_tree(tmp_path / "y", truth=True)
    images = [f / "JPEGImages/0a1b2c3d4e" for f in root.glob("valid*")]
    for folder in images:
        (folder / "00005.jpg").unlink(missing_ok=True)
    base = root / "valid" if dataset == "folder" else root
    masks = tmp_path / "m/0a1b2c3d4e"
    masks.mkdir(parents=True)
    arguments = ["evaluate", masks.parent, "--dataset", dataset, "--root", base, "-q"]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2 and "without an image: 1 of its frames (00005)" in said


def test_tables_of_other_masks_do_not_stay(masks: Path, root: Path) -> None:
    others = ["global_results-mine.csv", "my_results-thesis.csv"]
    for name in others:
        (masks / name).touch()
    _evaluate(masks, root)
    _evaluate(masks, root, "--sequences", "bear")
    _evaluate(masks, root, "--sequences", "bear")
    found = {p.name for p in masks.glob("*.csv")}
    assert found == {
        *others,
        "global_results-val-1of2.csv",
        "per-sequence_results-val-1of2.csv",
    }


def test_annotations_that_differ_in_size_are_named(
    masks: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_indexed(root / "Annotations/480p/bear/00002.png", np.ones((24, 32), np.uint8))
    arguments = ["evaluate", masks, "--dataset", "davis17", "--root", root, "-q"]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2
    assert "bear: the annotation 00002.png is 32x24, the first annotation 64x48" in said


def test_a_frame_of_void_alone_has_no_object(masks: Path, root: Path) -> None:
    void = np.full((48, 64), 255, np.uint8)
    write_indexed(root / "Annotations/480p/bear/00002.png", void)
    write_indexed(masks / "bear/00002.png", np.zeros((48, 64), np.uint8))
    _evaluate(masks, root)
    scores = json.loads((masks / "results.json").read_text())["sequences"]["bear"]["objects"]["1"]
    assert scores["J"][1] == scores["F"][1] == 1  # of 00001, 00002, …


def test_black_and_white_annotations_have_one_object(tmp_path: Path) -> None:
    root = davis_tree(tmp_path / "d")
    masks = copy_truth(root, tmp_path / "m")
    for path in (root / "Annotations/480p/bear").iterdir():
        with Image.open(path) as picture:
            Image.fromarray(np.array(picture) * np.uint8(255)).save(path)
    _evaluate(masks, root)
    assert json.loads((masks / "results.json").read_text())["measures"]["J-Mean"] == 1


def test_no_sequence_is_no_selection(
    masks: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["evaluate", masks, "--dataset", "davis17", "--root", root, "--sequences", ","]
    status, said = run_main(monkeypatch, *arguments)
    assert status == 2 and "--sequences ',' names none" in said
