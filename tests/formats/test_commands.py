"""Annotations through the commands: wherever a mask is taken, and as outputs of a shot."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.sources.npz import write_npz
from models.sources.stored import StoredProposals
from ovos_cli.shot.object_names import read_object_names
from tests.cli.command import run_main
from tests.conftest import write_video
from tests.export.conftest import FRAMES as MADE
from tests.export.conftest import Command
from tests.formats.shots import FRAMES, HEIGHT, WIDTH, export, masks, taken

SMALL = ["--size", "64", "--device", "cpu", "-q"]
BACK = {
    "coco": "coco.json",
    "coco-results": "coco-results.json",
    "ytvis": "ytvis.json",
    "ytvis-results": "ytvis-results.json",
    "mots": "mots",
    "mots-png": "mots-png",
    "cvat-images": "cvat-images.xml",
    "cvat-video": "cvat-video/masks.xml",
    "label-studio": "label-studio/images.json",
    "labelme": "labelme",
    "yolo-seg": "yolo-seg",
}


def read(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.array(picture)


def lone(folder: Path, imaged: str = "00003.jpg") -> Path:
    """LabelMe's JSON of one object, 1, in frame 3."""
    square = {"label": "dog", "points": [[30, 30], [40, 30], [40, 40], [30, 40]], "group_id": 1}
    values = {"imagePath": imaged, "imageHeight": HEIGHT, "imageWidth": WIDTH, "shapes": [square]}
    path = folder / "frame.json"
    path.write_text(json.dumps(values))
    return path


def test_a_run_begins_with_annotations_and_is_corrected_with_them(
    tmp_path: Path, untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, out = write_video(tmp_path / "clip.mp4", FRAMES), tmp_path / "out"
    given = ["-m", export(tmp_path, "coco"), "--weights", untrained, "-o", out, "--no-overlay"]
    assert run_main(monkeypatch, "segment", video, *given, *SMALL) == (0, "")
    for index in (0, 1, 2, 4):
        # Nothing is said of objects that a mask has not: they are looked for.
        said, found = masks()[index], read(out / f"masks/{index:05d}.png")
        np.testing.assert_array_equal(found[said > 0], said[said > 0])
        assert index == 1 or not found[said == 0].any()
    names = read_object_names(out)  # the labels of the annotations
    assert [names.class_name(i) for i in (1, 3, 7, 254)] == ["dog", "cat", "dog", "object 254"]
    assert run_main(monkeypatch, "resume", out, "-m", f"3={lone(tmp_path)}", "-q") == (0, "")
    square = np.zeros((HEIGHT, WIDTH), bool)
    square[30:40, 30:40] = True
    np.testing.assert_array_equal(read(out / "masks/00003.png") == 1, square)


def test_a_mask_begins_with_annotations(
    tmp_path: Path, untrained: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halves = np.zeros((2, HEIGHT, WIDTH), bool)
    halves[0, :, :32] = halves[1, :, 32:] = True
    (tmp_path / "proposals").mkdir()
    found = StoredProposals.of_frame_masks(halves, np.array([0.9, 0.8]), "here")
    write_npz(tmp_path / "proposals", "00003", found)
    model = ["--weights", untrained, "--proposals", f"files:{tmp_path / 'proposals'}", *SMALL]
    out = tmp_path / "mask.png"
    add = ["--frame", 3, "--add", lone(tmp_path), "--object", 2, "--pick", 1, "-o", out]
    assert run_main(monkeypatch, "mask", clip, *add, *model) == (0, "")
    ids = read(out)
    assert (ids[30:40, 30:40] == 1).all() and (ids == 2).any()


def test_a_shot_goes_out_in_every_format_and_comes_back(shot: Path, ovos: Command) -> None:
    to = [text for name in BACK for text in ("--to", name)]
    status, said = ovos("export", shot, *to, "--names", "1=Rex,3=Tom")
    assert status == 0, said
    stored = {i: read(shot / f"masks/{i:05d}.png") for i in range(MADE)}
    for name, file in BACK.items():
        found, _ = taken(shot / "export" / file)
        assert sorted(found) == [i for i, ids in stored.items() if ids.any()], name
        for index, ids in found.items():
            differ = np.count_nonzero(ids != stored[index])
            assert differ <= (0.1 * ids.size if name == "yolo-seg" else 0), name
    status, said = ovos("export", shot, "--to", "labelme")
    assert status == 2 and "is there already" in said
    status, said = ovos("export", shot, *to, "--overwrite")
    assert status == 0 and sorted(taken(shot / "export/labelme")[0]) == sorted(found)


def test_frames_with_annotations_beside_them_are_both(
    tmp_path: Path, untrained: Path, ovos: Command
) -> None:
    frames = tmp_path / "frames"
    frames.mkdir()
    for index in (3, 4):
        picture = Image.new("RGB", (WIDTH, HEIGHT))
        picture.save(frames / f"cat_{index}.jpg")
    lone(frames, "cat_3.jpg")
    out = ["-o", tmp_path / "out", "--weights", untrained, "--no-overlay", *SMALL]
    assert ovos("segment", frames, "-m", frames, *out) == (0, "")
    assert (read(tmp_path / "out/masks/cat_3.png") == 1).sum() == 100
    status, said = ovos("export", tmp_path / "out", "--to", "coco")
    assert status == 0, said
    written = json.loads((tmp_path / "out/export/coco.json").read_text())
    assert [image["file_name"] for image in written["images"]] == ["cat_3.jpg", "cat_4.jpg"]
    assert written["categories"][0]["name"] == "dog"
