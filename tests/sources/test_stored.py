"""Proposals in files: what is written comes back, what makes no sense is refused."""

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from models.errors import InputError
from models.functional.masks import pairwise_iou, paste_masks
from models.hub.presets import preset
from models.pictures.run_lengths import decode
from models.proposals import Origin, Proposals
from models.sources.files import FileProposals, open_store
from models.sources.names import Kind, SourceName
from models.sources.npz import write_npz
from models.sources.stored import StoredProposals
from models.tracking.geometry import Geometry
from tests.sources.stored_files import write_coco

SIZE = (60, 80)
GEOMETRY = Geometry.fit(SIZE, 96)  # 96x128


def _disks() -> StoredProposals:
    ys, xs = np.mgrid[: SIZE[0], : SIZE[1]]
    disks = [(ys - 20) ** 2 + (xs - 25) ** 2 < 15**2, (ys - 40) ** 2 + (xs - 60) ** 2 < 10**2]
    return StoredProposals.of_frame_masks(np.stack(disks), np.array([0.4, 0.8]), "here")


def _propose(folder: Path, name: str = "00000", geometry: Geometry = GEOMETRY) -> Proposals:
    source = FileProposals(folder, preset("lite"))
    frames = torch.zeros(1, 3, *geometry.padded)
    [proposals] = source.propose(frames, None, Origin((name,), geometry))
    return proposals


def test_masks_of_the_frame_survive_being_cut_out() -> None:
    stored = _disks()
    again = torch.from_numpy(stored.frame_masks()).float()
    ys, xs = np.mgrid[: SIZE[0], : SIZE[1]]
    truth = torch.from_numpy((ys - 20) ** 2 + (xs - 25) ** 2 < 15**2).float()
    assert float(pairwise_iou(again[:1], truth[None])) > 0.97
    np.testing.assert_allclose(stored.boxes[0], [11, 6, 40, 35])


@pytest.mark.parametrize("kind", ["npz", "coco", "coco without images", "npz of whole frames"])
def test_every_format_gives_the_same_best_first_at_the_models_size(
    kind: str, tmp_path: Path
) -> None:
    stored = _disks()
    if kind == "npz":
        write_npz(tmp_path, "00000", stored)
    elif kind == "npz of whole frames":
        masks = stored.frame_masks()
        np.savez(tmp_path / "00000.npz", masks=masks, scores=stored.scores, size=SIZE)
    else:
        write_coco(tmp_path, {"00000": stored}, images=kind == "coco")
    proposals = _propose(tmp_path)
    np.testing.assert_allclose(proposals.scores, [0.8, 0.4], atol=1e-6)
    expected = torch.tensor([[51, 31, 70, 50], [11, 6, 40, 35]]) * 1.6
    torch.testing.assert_close(proposals.boxes, expected, atol=0.1, rtol=0)
    pasted = paste_masks(proposals.masks, proposals.boxes, 96, 128, 1)
    ys, xs = np.mgrid[:96, :128]
    truth = torch.from_numpy((ys / 1.6 - 40) ** 2 + (xs / 1.6 - 60) ** 2 < 10**2).float()
    assert float(pairwise_iou(pasted[:1], truth[None])) > 0.93


def test_what_the_model_proposes_comes_back_and_padding_is_cut_off(tmp_path: Path) -> None:
    geometry = Geometry.fit((50, 90), 64)  # 64x115, padded to 64x128
    boxes = torch.tensor([[80.0, 10, 128, 50], [5, 5, 30, 40], [116, 0, 128, 64]])
    masks = torch.rand(3, 28, 28, generator=torch.Generator().manual_seed(0))
    masks[0, :, 20:] = 0
    given = Proposals(boxes, masks, torch.tensor([0.9, 0.5, 0.1]))
    write_npz(tmp_path, "f", StoredProposals.of(given, geometry))
    found = _propose(tmp_path, "f", geometry)
    assert len(found) == 2  # the third lay in the padding
    torch.testing.assert_close(found.boxes[1], boxes[1], atol=1e-3, rtol=0)
    torch.testing.assert_close(found.masks[1], masks[1], atol=1e-3, rtol=0)
    torch.testing.assert_close(found.boxes[0], torch.tensor([80.0, 10, 115, 50]), atol=1e-3, rtol=0)


def test_a_frame_without_results_is_empty(tmp_path: Path) -> None:
    none = StoredProposals.none(SIZE)
    write_coco(tmp_path, {"00000": none, "00001": _disks()}, images=False)
    assert len(_propose(tmp_path)) == 0
    with pytest.raises(InputError, match=r"no proposals of the frame '00002'.*add images\.json"):
        _propose(tmp_path, "00002")
    assert [len(_propose(tmp_path, f"frame_000{i}")) for i in (0, 1)] == [0, 2]


def test_files_of_another_video_are_named(tmp_path: Path) -> None:
    write_npz(tmp_path, "00000", _disks())
    with pytest.raises(InputError, match="of 1 frames, 00000 to 00000"):
        _propose(tmp_path, "00001")
    other = Geometry.fit((48, 64), 96)
    with pytest.raises(InputError, match="for frames of 80x60, but frame '00000' is 64x48"):
        _propose(tmp_path, geometry=other)
    write_npz(tmp_path, "00000", StoredProposals.none(SIZE))
    with pytest.raises(InputError, match="for frames of 80x60, but frame '00000' is 64x48"):
        _propose(tmp_path, geometry=other)


def _good() -> dict[str, object]:
    stored = _disks()
    return {
        "boxes": stored.boxes, "masks": stored.masks, "scores": stored.scores, "size": SIZE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"boxes": [[0, 0, 10, 10], [0, 0, 99, 10]]}, "lies outside of the frame of 80x60"),
        ({"boxes": [[0, 0, 10, 10], [-9, 0, 9, 10]]}, "lies outside"),
        ({"boxes": [[0, 0, 10, 10], [9, 0, 9, 10]]}, "no extent"),
        ({"boxes": [[0, 0, 10, 10]]}, "do not fit together"),
        ({"scores": [0.5, float("nan")]}, "NaN"),
        ({"scores": [0.5, 7]}, "0 to 1"),
        ({"scores": ["a", "b"]}, "not numbers"),
        ({"masks": np.full((2, 9, 9), 2.0)}, "0 to 1"),
        ({"masks": np.zeros((2, 9, 8))}, "do not fit together"),
        ({"boxes": None}, "should be of the whole frame"),
        ({"size": None}, "lacks size"),
        ({"size": [1, 2, 3]}, "size of two numbers"),
        ({"size": [float("nan")] * 2}, "size is not two numbers"),
        ({"size": [float("inf")] * 2}, "size is not two numbers"),
        ({"size": ["a", "b"]}, "size is not two numbers"),
    ],
)
def test_npz_files_that_make_no_sense_are_named(change: dict, message: str, tmp_path: Path) -> None:
    arrays = {k: v for k, v in {**_good(), **change}.items() if v is not None}
    np.savez(tmp_path / "00000.npz", **arrays)
    with pytest.raises(InputError, match=message) as error:
        _propose(tmp_path)
    assert "00000.npz" in str(error.value)


@pytest.mark.parametrize("value", [float("nan"), -3.0, 1.5, 255])
def test_whole_frame_masks_out_of_range_are_named(value: float, tmp_path: Path) -> None:
    masks = np.zeros((2, *SIZE), np.float32)
    masks[:, 10:20, 10:20] = 1
    masks[1, 0, 0] = value
    np.savez(tmp_path / "00000.npz", masks=masks, scores=[0.5, 0.6], size=SIZE)
    with pytest.raises(InputError, match=r"00000\.npz: masks must lie in 0 to 1"):
        _propose(tmp_path)


def _cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


def _changed_inside(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for place in range(200, 260):
        content[place] ^= 0xFF
    file.write_bytes(content)


def _unknown_compression(file: Path) -> None:
    """The method's number, in the list of contents at the end of the file."""
    content = bytearray(file.read_bytes())
    content[content.index(b"PK\x01\x02") + 10] = 99
    file.write_bytes(content)


def _one_array(file: Path) -> None:
    with file.open("wb") as opened:
        np.save(opened, np.zeros(3))


@pytest.mark.parametrize("damage", [_cut_off, _changed_inside, _unknown_compression, _one_array])
def test_damaged_npz_files_are_named(damage: Callable[[Path], None], tmp_path: Path) -> None:
    write_npz(tmp_path, "00000", _disks())
    damage(tmp_path / "00000.npz")
    with pytest.raises(InputError, match=r"00000\.npz is not a readable npz"):
        _propose(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"segmentation": {"size": [50, 80]}}, "not a run-length mask"),
        ({"segmentation": {"size": [70, 80]}}, "it is 80x70, and its frame 80x60"),
        ({"segmentation": {"size": [0, 0]}}, "is none of a frame"),
        ({"segmentation": {"size": [-60, -80]}}, "is none of a frame"),
        ({"segmentation": {"size": [1000000, 1000000]}}, "is none of a frame"),
        ({"segmentation": {"size": [4294967356, 80]}}, "is none of a frame"),
        ({"segmentation": {"counts": [-5, 4805]}}, "not all numbers of pixels"),
        ({"segmentation": {"counts": [4800.5]}}, "not all numbers of pixels"),
        ({"segmentation": {"counts": [4801]}}, "cover 4801 pixels of 4800"),
        ({"segmentation": {"counts": "zz"}}, "run-length"),
        ({"segmentation": {"counts": [4, 5, 6]}}, "cover less"),
        ({"score": float("nan")}, "NaN"),
        ({"score": "high"}, "score is not a number"),
    ],
)
def test_coco_results_that_make_no_sense_are_named(
    change: dict, message: str, tmp_path: Path
) -> None:
    write_coco(tmp_path, {"00000": _disks()})
    entries = json.loads((tmp_path / "mine.json").read_text())
    for key, value in change.items():
        old = entries[0][key]
        entries[0][key] = {**old, **value} if isinstance(value, dict) else value
    (tmp_path / "mine.json").write_text(json.dumps(entries))
    with pytest.raises(InputError, match=message) as error:
        _propose(tmp_path)
    assert "mine.json" in str(error.value)


def _coco_of(folder: Path, ids: list[int | str], *, images: bool = False) -> FileProposals:
    """Results of the frames 00000, 00001, …, whose ids are then changed."""
    write_coco(folder, {f"{i:05d}": _disks() for i in range(len(ids))}, images=images)
    entries = json.loads((folder / "mine.json").read_text())
    for entry in entries:
        entry["image_id"] = ids[entry["image_id"]]
    (folder / "mine.json").write_text(json.dumps(entries))
    return FileProposals(folder, preset("lite"))


def test_ids_that_are_no_frame_of_the_video_are_refused(tmp_path: Path) -> None:
    video = [f"{i:05d}" for i in range(3)]
    _coco_of(tmp_path, [0, 1, 2]).refuse_foreign(video)
    _coco_of(tmp_path, [1, 2]).refuse_foreign(video)  # nothing found in the first frame
    _coco_of(tmp_path, ["00000", "00002"]).refuse_foreign(video)
    folder = ["shot_0100", "shot_0105", "shot_0110"]  # a number is the end of a frame's name
    _coco_of(tmp_path, [100, 105, 110]).refuse_foreign(folder)
    with pytest.raises(InputError, match="'3', which is none of the video's 3 frames, 00000 to"):
        _coco_of(tmp_path, [1, 2, 3]).refuse_foreign(video)
    with pytest.raises(InputError, match="'40', which is none"):
        _coco_of(tmp_path, [0, 20, 40]).refuse_foreign(video)
    with pytest.raises(InputError, match="'2', which is none"):
        _coco_of(tmp_path, [0, 1, 2]).check(folder[:1], folder, SIZE)


def test_results_that_the_list_of_images_lacks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"image_id 102 is not in images\.json"):
        _coco_of(tmp_path, [0, 1, 102], images=True)


def test_files_named_after_no_frame_of_the_video_are_refused(tmp_path: Path) -> None:
    for name in ("00000", "00007"):
        write_npz(tmp_path, name, _disks())
    with pytest.raises(InputError, match="'00007', which is none of the video's 3 frames"):
        FileProposals(tmp_path, preset("lite")).refuse_foreign(["00000", "00001", "00002"])


def test_masks_of_two_sizes_are_refused(tmp_path: Path) -> None:
    write_coco(tmp_path, {"00000": _disks()})
    entries = json.loads((tmp_path / "mine.json").read_text())
    entries[0]["segmentation"] = {"size": [2, 3], "counts": [1, 2, 3]}
    (tmp_path / "mine.json").write_text(json.dumps(entries))
    (tmp_path / "images.json").unlink()
    with pytest.raises(InputError, match="differ in size: 3x2, 80x60"):
        _propose(tmp_path)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "it holds neither"),
        ({"a.npz": "x", "b.json": "[]"}, "it holds both"),
        ({"a.json": "[]", "b.json": "[]"}, "it holds 2"),
        ({"a.json": "{"}, "not readable JSON"),
        ({"a.json": "{}"}, "not a list of COCO results"),
        ({"a.json": "[{}]"}, "entry 0 lacks"),
        ({"a.json": "[]", "images.json": "[]"}, "not COCO's list of images"),
    ],
)
def test_folders_that_make_no_sense_are_named(files: dict, message: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=message):
        open_store(tmp_path)


def test_source_names_are_parsed_or_refused() -> None:
    assert SourceName.parse("files:a:b") == SourceName(Kind.FILES, "a:b")
    assert str(SourceName.parse("detectron2:x.yaml")) == "detectron2:x.yaml"
    for text in ("sam", "", "files", "files:", "lite:x", "maskrcnn"):
        with pytest.raises(InputError, match="proposal source"):
            SourceName.parse(text)


def test_masks_without_pixels_are_named_unless_there_are_none(tmp_path: Path) -> None:
    none = {"scores": np.zeros(0), "boxes": np.zeros((0, 4)), "masks": np.zeros((0, 0, 0))}
    np.savez(tmp_path / "00000.npz", size=SIZE, **none)
    assert len(_propose(tmp_path)) == 0
    one = {"scores": np.ones(1), "boxes": np.array([[1, 1, 9, 9]]), "masks": np.zeros((1, 0, 0))}
    np.savez(tmp_path / "00000.npz", size=SIZE, **one)
    with pytest.raises(InputError, match="masks are without pixels"):
        _propose(tmp_path)


def test_what_lies_just_beyond_the_border_is_left_out(tmp_path: Path) -> None:
    boxes = np.array([[80.0, 10, 80.6, 20], [10, 10, 30, 30]])
    np.savez(
        tmp_path / "00000.npz",
        boxes=boxes, masks=np.ones((2, 8, 8)), scores=np.array([0.9, 0.5]), size=SIZE,
    )  # fmt: skip
    assert _propose(tmp_path).scores.tolist() == [0.5]


def test_whole_numbers_may_be_written_as_floats(tmp_path: Path) -> None:
    write_coco(tmp_path, {"00000": _disks()})
    before = len(_propose(tmp_path))
    entries = json.loads((tmp_path / "mine.json").read_text())
    for entry in entries:
        entry["segmentation"]["size"] = [float(v) for v in entry["segmentation"]["size"]]
    (tmp_path / "mine.json").write_text(json.dumps(entries))
    assert len(_propose(tmp_path)) == before


@pytest.mark.parametrize("ids", [["00000", "00001"], ["0", "1"], [0.0, 1.0], [" 0", "001"]])
@pytest.mark.parametrize("images", [True, False])
def test_image_ids_may_be_numbers_as_text(tmp_path: Path, ids: list, images: bool) -> None:
    source = _coco_of(tmp_path, ids, images=images)
    source.check(["00000", "00001"], ["00000", "00001"], SIZE)
    assert len(source.store.read("00001").scores) == 2


@pytest.mark.parametrize("image", [True, None, [], 1.5, {}])
def test_image_ids_that_are_neither_numbers_nor_text_are_named(tmp_path: Path, image: object):
    with pytest.raises(InputError, match="image_id"):
        _coco_of(tmp_path, [image])


def test_a_minus_before_a_frame_s_number_counts_and_a_dash_does_not(tmp_path: Path) -> None:
    source = _coco_of(tmp_path, [5])
    assert len(source.store.read("take-5").scores) == 2
    with pytest.raises(InputError, match=r"no proposals of the frame 'shot\.-5'"):
        source.store.read("shot.-5")
    assert len(_coco_of(tmp_path, [-5]).store.read("shot.-5").scores) == 2


def test_entries_without_a_mask_are_no_proposals(tmp_path: Path) -> None:
    write_coco(tmp_path, {"00000": _disks()})
    file = tmp_path / "mine.json"
    entries = json.loads(file.read_text())
    for nothing in (None, [], {}):
        entries[0]["segmentation"] = nothing
        file.write_text(json.dumps(entries), encoding="utf-8-sig")
        assert len(_propose(tmp_path)) == 1
    for entry in entries:
        entry.pop("segmentation")
    file.write_text(json.dumps(entries))
    with pytest.raises(InputError, match="none of its 2 entries has a segmentation"):
        open_store(tmp_path)


def test_what_would_fill_the_memory_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "00000.npz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("masks.npy", bytes(1 << 20))
        archive.infolist()[0].file_size = 1 << 40  # as many zeros would be a small file too
    tracemalloc.start()
    with pytest.raises(InputError, match="unpacks to"):
        _propose(tmp_path)
    boxes = {"boxes": np.array([[1, 1, 9, 9]]), "scores": np.ones(1), "size": SIZE}
    np.savez_compressed(bomb, masks=np.zeros((1, 8200, 8200), bool), **boxes)
    with pytest.raises(InputError, match="too large"):
        _propose(tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 200 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("counts", ["P", "0p", "", "é", "0\0", "\x7f"])
def test_counts_that_end_in_a_number_s_middle_are_refused(tmp_path: Path, counts: str) -> None:
    with pytest.raises(ValueError, match=r"counts are no run-length code|cover"):
        decode({"size": [2, 2], "counts": counts})
