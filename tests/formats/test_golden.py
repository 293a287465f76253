"""Files that other programs wrote (see tests/peers), and codes that theirs and ours agree on."""

import json
from pathlib import Path

import numpy as np
import pytest

from ovos_cli.formats import brush, row_runs
from tests.formats.shots import HEIGHT, WIDTH, export, masks, taken

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", ["coco", "cvat", "mots-png", "label-studio.json", "labelme.json"])
def test_what_other_programs_wrote_has_the_same_masks_and_numbers(name: str) -> None:
    found, doubts = taken(GOLDEN / name)
    assert all("is of 2 frames, and this video has 5" in doubt for doubt in doubts) and found
    for index, ids in found.items():
        np.testing.assert_array_equal(ids, masks()[index])


def test_cvats_segmentation_masks_have_no_numbers_but_an_order_and_labels() -> None:
    found, (doubt,) = taken(GOLDEN / "segmentation-mask")
    assert "told apart by their labels and the order within a frame" in doubt
    assert "1 is dog, 2 is cat, 3 is dog" in doubt
    for index, ids in found.items():
        ours = np.zeros(256, np.uint8)
        ours[[1, 3, 7, 254]] = 1, 2, 3, 254  # a label that says the number
        np.testing.assert_array_equal(ids, ours[masks()[index]])


def test_supervisions_segments_are_read_as_it_draws_them() -> None:
    found, doubts = taken(GOLDEN / "yolo")
    assert any("object 3 has several masks" in doubt for doubt in doubts)
    for ident in (1, 254):
        np.testing.assert_array_equal(found[0] == ident, masks()[0] == ident)


def test_brushes_are_encoded_as_label_studio_does() -> None:
    (task,) = json.loads((GOLDEN / "label-studio.json").read_text())
    for result in task["annotations"][0]["result"]:
        ident = int(result["value"]["brushlabels"][0].split()[1])
        ours, theirs = brush.encode(masks()[0] == ident), result["value"]["rle"]
        assert theirs[: len(ours)] == ours and not any(theirs[len(ours) :])  # it may add a byte


def test_values_that_stand_alone_are_read_as_well_as_runs() -> None:
    """Other encoders of the brush use literal values; ours does not."""
    bits = f"{8:032b}{7:05b}{2:04b}{3:04b}{7:04b}{15:04b}"
    bits += "0" + "01" + f"{7:04b}" + "".join(f"{v:08b}" for v in [0, 0, 0, 0, 9, 9, 9, 200])
    bits += "0" * (-len(bits) % 8)
    stream = [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]
    assert brush.decode(stream, (1, 2)).tolist() == [[False, True]]


def test_run_lengths_are_those_of_cvats_sdk() -> None:
    """`encode_mask` of cvat-sdk 2.80.0 gives these, and the box's corners."""
    mask = np.zeros((6, 8), bool)
    mask[1:4, 2:6] = True
    mask[1, 2] = mask[2, 4] = mask[3, 3] = False
    runs, box = row_runs.encode(mask)
    assert (runs, box) == ([1, 5, 1, 2, 1, 2], (2, 1, 4, 3))
    full = np.ones((HEIGHT, WIDTH), bool)
    assert row_runs.encode(full) == ([0, HEIGHT * WIDTH], (0, 0, WIDTH, HEIGHT))


def test_pycocotools_reads_what_we_write(tmp_path: Path) -> None:
    coco = pytest.importorskip("pycocotools.coco")
    written = coco.COCO(str(export(tmp_path, "coco")))
    assert len(written.anns) == 14
    for annotation in written.anns.values():
        name = written.imgs[annotation["image_id"]]["file_name"]
        truth = masks()[int(Path(name).stem)] == annotation["attributes"]["track_id"]
        np.testing.assert_array_equal(written.annToMask(annotation).astype(bool), truth)
        assert annotation["area"] == truth.sum()


def test_results_are_read_as_those_of_the_file_beside_them(tmp_path: Path) -> None:
    coco = pytest.importorskip("pycocotools.coco")
    truth = coco.COCO(str(export(tmp_path, "coco")))
    results = truth.loadRes(str(export(tmp_path, "coco-results")))
    assert len(results.anns) == len(truth.anns) == 14
    for one, other in zip(truth.anns.values(), results.anns.values(), strict=True):
        assert all(one[key] == other[key] for key in ("image_id", "category_id", "area"))
        assert one["attributes"]["track_id"] == other["attributes"]["track_id"]
        np.testing.assert_array_equal(truth.annToMask(one), results.annToMask(other))


def test_sizes_and_counts_of_compressed_and_plain_run_lengths_agree(tmp_path: Path) -> None:
    tools = pytest.importorskip("pycocotools.mask")
    plain = json.loads(export(tmp_path, "ytvis").read_text())["annotations"]
    packed = json.loads(export(tmp_path, "ytvis-results").read_text())
    for one, other in zip(plain, packed, strict=True):
        for ours, theirs in zip(one["segmentations"], other["segmentations"], strict=True):
            if ours is not None:
                joined = tools.frPyObjects(ours, *ours["size"])
                assert joined["counts"].decode() == theirs["counts"]


@pytest.mark.parametrize(
    ("name", "file", "accepted"),
    [
        ("coco", ".", "coco.json"),
        ("ytvis", ".", "ytvis.json"),
        ("ytvis-results", ".", "ytvis-results.json"),
        ("mots", "gt/gt.txt", "gt.txt"),
        ("mots", "seqinfo.ini", "seqinfo.ini"),
        ("cvat-images", ".", "cvat-images.xml"),
        ("label-studio", "images.json", "label-studio.json"),
    ],
)
def test_what_is_written_is_what_other_programs_read(
    tmp_path: Path, name: str, file: str, accepted: str
) -> None:
    written = (export(tmp_path, name) / file).read_text()
    assert written == (GOLDEN / "accepted" / accepted).read_text()
