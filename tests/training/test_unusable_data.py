"""Data that would fail in the middle of a run are refused before it, by name."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from rich.console import Console

from models.errors import InputError
from models.training.build import build_samples
from models.training.data.catalog import open_data
from models.training.data.pictures import read_mask
from models.training.data.preflight import survey
from models.training.engine.processes import Processes
from models.training.recipe import DataPart, Recipe
from models.training.samples.clip import Clip
from ovos_cli.training.session import Session
from ovos_cli.training.words import bar
from tests.conftest import write_indexed


def _edited(coco: Path, edit: Callable[[dict[str, Any]], None]) -> DataPart:
    file = coco / "annotations/instances_train2017.json"
    content = json.loads(file.read_text())
    edit(content)
    file.write_text(json.dumps(content))
    return DataPart(kind="coco", root=coco.name)


def _with(coco: Path, segmentation: object) -> DataPart:
    def edit(content: dict[str, Any]) -> None:
        content["annotations"][0] |= {"id": 31, "segmentation": segmentation}

    return _edited(coco, edit)


def _recipe(stage: str = "main", **more: object) -> Recipe:
    data = [{"kind": "davis", "root": "DAVIS"}]
    schedule = {"iterations": 1, "batch": 1, "rate": 1}
    return Recipe.model_validate(
        {"name": "x", "stage": stage, "data": data, "schedule": schedule} | more
    )


def _look(
    base: Path,
    console: Console | None = None,
    stage: str = "main",
    *,
    decode: bool = False,
    **more: object,
) -> None:
    team = Processes(rank=0, world=1, device=torch.device("cpu"))
    console = console or Console(quiet=True)
    recipe = _recipe(stage, **more)
    Session(recipe, base, base / "out", team, torch.float32, console).look(decode=decode)


def test_masks_without_an_object_are_counted_and_named(davis: Path) -> None:
    masks = sorted((davis / "Annotations/480p/boxes").iterdir())
    for mask in masks[:4]:
        write_indexed(mask, np.zeros((120, 160), np.uint8))
    console = Console(record=True, width=200, file=StringIO())
    _look(davis.parent, console, decode=True)
    said = "8 frames, 4 of them (boxes/00000.jpg, boxes/00001.jpg, boxes/00002.jpg, …) without"
    assert said in console.export_text()
    for mask in masks[4:]:
        write_indexed(mask, np.zeros((120, 160), np.uint8))
    with pytest.raises(InputError, match="has no object in any of its masks"):
        _look(davis.parent, decode=True)


def test_a_crowd_of_255_beside_several_objects_is_ignored_and_beside_one_refused(
    folders: Path,
) -> None:
    mask = np.zeros((120, 160), np.uint8)
    mask[:60], mask[80:100, 10:30], mask[80:100, 60:80] = 255, 1, 2
    write_indexed(folders / "masks/0.png", mask)
    console = Console(record=True, width=200, file=StringIO())
    data = [{"kind": "folders", "root": folders.name}]
    _look(folders.parent, console, "pretrain", decode=True, data=data)
    assert "1 of them (0.png) with more ignored (255) than objects" in console.export_text()
    np.testing.assert_array_equal(read_mask(folders / "masks/0.png"), mask)
    Image.fromarray(np.where(mask == 2, 0, mask)).save(folders / "masks/0.png")
    with pytest.raises(InputError, match=r"0\.png has 9600 pixels of 255 and 400 of other values"):
        _look(folders.parent, stage="pretrain", decode=True, data=data)


def test_a_data_set_without_any_object_is_named_before_the_first_step(davis: Path) -> None:
    masks = sorted((davis / "Annotations/480p/boxes").iterdir())
    for mask in masks:
        write_indexed(mask, np.zeros((120, 160), np.uint8))
    masks[0].write_bytes(masks[0].read_bytes()[:-40])  # damaged, which is another matter
    with pytest.raises(InputError, match="davis DAVIS has no object in any of its masks"):
        _look(davis.parent)


def test_masks_that_cannot_be_read_are_not_said_to_be_empty(folders: Path) -> None:
    for mask in (folders / "masks").iterdir():
        Image.fromarray(np.zeros((120, 160, 3), np.uint8) + np.uint8([9, 8, 7])).save(mask)
    data = [{"kind": "folders", "root": folders.name}]
    with pytest.raises(InputError, match=r"0\.png is in colour"):
        _look(folders.parent, stage="pretrain", data=data)


def test_processes_that_read_different_states_stop(
    davis: Path, untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Processes, "gather", lambda self, value: [value, value or 7])
    team = Processes(rank=0, world=1, device=torch.device("cpu"))
    recipe = _recipe(start={"weights": str(untrained)})
    session = Session(recipe, davis.parent, davis / "out", team, torch.float32, Console(quiet=True))
    with pytest.raises(InputError, match="put --out on a disk that all machines share"):
        session.run(workers=0, minutes=None, interrupted=[])


@pytest.mark.parametrize("rank", [0, 1])
def test_processes_of_different_formats_stop_together(
    davis: Path, monkeypatch: pytest.MonkeyPatch, rank: int
) -> None:
    own = (torch.bfloat16, torch.float16)
    monkeypatch.setattr(
        Processes, "gather", lambda self, value: ["bf16", value] if rank else [value, "fp16"]
    )
    team = Processes(rank=rank, world=2, device=torch.device("cpu"))
    recipe = _recipe(schedule={"iterations": 1, "batch": 2, "rate": 1})
    with pytest.raises(InputError, match=r"\(by rank: bf16, fp16\).*--set precision=fp16 or fp32"):
        Session(recipe, davis.parent, davis / "out", team, own[rank], Console(quiet=True))
    same = Session(recipe, davis.parent, davis / "out", team, own[1 - rank], Console(quiet=True))
    assert same.dtype == own[1 - rank]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_time_left_is_seen_in_any_terminal(width: int) -> None:
    console = Console(width=width, record=True, force_terminal=True, file=StringIO())
    losses = "  ".join(f"{name} 0.123" for name in ("cross_entropy", "dice", "coarse", "match"))
    with bar(console) as shown:
        now = [0.0]
        shown.get_time = lambda: now[0]
        task = shown.add_task("lite-main", total=1000, loss="")
        for step in range(3):
            now[0] += 40  # slower than rich's estimates look back
            shown.update(task, completed=step + 1, loss=losses)
        shown.refresh()
    said = console.export_text()
    assert "3/1000" in said and "11:04:40" in said
    assert width < 80 or "cross_e" in said


@pytest.mark.parametrize("area", [{"px": 3}, "big", [1]])
def test_a_coco_area_that_is_no_number_is_named(coco: Path, area: object) -> None:
    def edit(content: dict[str, Any]) -> None:
        content["annotations"][0]["area"] = area

    with pytest.raises(InputError, match="is not a COCO instances file"):
        open_data(_edited(coco, edit), coco.parent)


@pytest.mark.parametrize("area", [0, None])
def test_a_coco_area_that_is_not_said_is_counted(coco: Path, area: object) -> None:
    expected = open_data(_edited(coco, lambda content: None), coco.parent).images[0].mask()

    def edit(content: dict[str, Any]) -> None:
        for one in content["annotations"]:
            one["area"] = area

    found = open_data(_edited(coco, edit), coco.parent).images[0].mask()
    np.testing.assert_array_equal(found, expected)


def test_a_coco_instance_without_polygons_is_nothing(coco: Path) -> None:
    [image] = open_data(_with(coco, []), coco.parent).images
    mask = image.mask()
    assert mask[60, 40] == 0 and mask[50, 5] == 255


@pytest.mark.parametrize("segmentation", [None, [[1, 2]], [[1, 1, 9, 1, 9, 9], []], "x", {}])
def test_a_coco_instance_that_cannot_be_decoded_is_named(coco: Path, segmentation: object) -> None:
    [image] = open_data(_with(coco, segmentation), coco.parent).images
    with pytest.raises(InputError, match=r"annotation 31 of .*7\.jpg .* cannot be decoded"):
        image.mask()


def test_the_box_of_a_coco_instance_without_segmentation_is_ignored(coco: Path) -> None:
    def edit(content: dict[str, Any]) -> None:
        first = content["annotations"][0]
        del first["segmentation"]
        first["bbox"] = [20, 30, 50.0, 60]

    mask = open_data(_edited(coco, edit), coco.parent).images[0].mask()
    expected = np.zeros_like(mask)
    expected[30:90, 20:70] = expected[:, :10] = expected[10:21, 100:111] = 255
    assert np.count_nonzero(mask != expected) < 50  # polygons end half a pixel later


def test_ids_of_coco_images_may_be_text(coco: Path) -> None:
    before = open_data(_edited(coco, lambda content: None), coco.parent).images[0].mask()

    def edit(content: dict[str, Any]) -> None:
        for one in content["annotations"]:
            one["image_id"] = str(one["image_id"])

    after = open_data(_edited(coco, edit), coco.parent).images[0].mask()
    np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize(
    "segmentation",
    [
        [[20, 30, 1e9, 30, 70, 90]],
        [[20, 30, float("nan"), 30, 70, 90]],
        [[20, 30, 50, 60]],
        {"size": [100_000, 100_000], "counts": [10_000_000_000]},
    ],
)
def test_a_coco_mask_that_would_take_for_ever_is_named(coco: Path, segmentation: object) -> None:
    [image] = open_data(_with(coco, segmentation), coco.parent).images
    with pytest.raises(InputError, match=r"annotation 31 of .*7\.jpg .* cannot be decoded"):
        image.mask()


def test_a_coco_size_that_is_not_its_picture_s_is_named(coco: Path) -> None:
    assert not survey(
        open_data(_edited(coco, lambda content: None), coco.parent), decode=False
    ).broken
    part = _edited(coco, lambda content: content["images"][0].update(height=160, width=120))
    [broken] = survey(open_data(part, coco.parent), decode=False).broken
    assert "7.jpg is 160x120 but the size in its JSON is 120x160" in broken


def test_videos_shorter_than_a_clip_are_refused(davis: Path) -> None:
    data = [open_data(DataPart(kind="davis", root=davis.name), davis.parent)]
    assert build_samples(_recipe(samples={"length": 8}), data).epoch == 1
    with pytest.raises(InputError, match=r"davis DAVIS .*boxes, has 8 .*samples\.length is 9"):
        build_samples(_recipe(samples={"length": 9}), data)


def test_videos_as_long_as_a_clip_are_drawn_and_shorter_ones_left_out(davis: Path) -> None:
    console = Console(record=True, width=200, file=StringIO())
    samples = {"length": 8, "longest_skip": 5, "size": 64, "far": 0.5}
    masks = sorted((davis / "Annotations/480p/others").iterdir())
    (davis / "ImageSets/2017/train.txt").write_text("boxes\nothers\n")
    masks[-1].unlink()
    _look(davis.parent, console, samples=samples)
    assert "davis DAVIS: 1 of them (others) left out, shorter than a clip of 8 frames" in (
        console.export_text()
    )
    data = [open_data(DataPart(kind="davis", root=davis.name), davis.parent)]
    draw = build_samples(_recipe(samples=samples), data).draw
    assert all(len(draw(np.random.default_rng(seed)).frames) == 8 for seed in range(5))


def test_what_is_pasted_comes_from_the_videos_where_there_are_no_images(davis: Path) -> None:
    data = [open_data(DataPart(kind="davis", root=davis.name), davis.parent)]
    for stage, share in (("main", "paste_videos"), ("proposals", "crowd")):
        plain, pasted = (
            build_samples(_recipe(stage, samples={"size": 64, "length": 2, share: value}), data)
            for value in (0.0, 1.0)
        )
        a, b = (_picture(one.draw(np.random.default_rng(1))) for one in (plain, pasted))
        assert not torch.equal(a, b)


def _picture(sample: Any) -> torch.Tensor:
    found: torch.Tensor = sample.frames if isinstance(sample, Clip) else sample[0]
    return found


def test_development_videos_that_cannot_be_scored_on_are_named(davis: Path) -> None:
    dev = {"root": davis.name}
    _look(davis.parent, dev=dev)
    masks = davis / "Annotations/480p/others"
    write_indexed(masks / "00000.png", np.zeros((120, 160), np.uint8))
    with pytest.raises(InputError, match=r"video others .* first mask has no object"):
        _look(davis.parent, dev=dev)
    _look(davis.parent, dev=dev, stage="proposals")  # it needs no first mask
    for file in sorted(masks.iterdir())[1:]:
        file.unlink()
    with pytest.raises(InputError, match=r"video others .* only one annotated frame"):
        _look(davis.parent, dev=dev)
    later = davis / "JPEGImages/480p/others/00001.jpg"
    whole = later.read_bytes()
    write_indexed(masks / "00001.png", np.ones((60, 80), np.uint8))
    Image.new("RGB", (80, 60)).save(later)
    with pytest.raises(InputError, match=r"video others .* differ in size \(80x60, 160x120\)"):
        _look(davis.parent, dev=dev)
    (masks / "00001.png").unlink()
    later.write_bytes(whole)
    image = davis / "JPEGImages/480p/others/00000.jpg"
    image.write_bytes(image.read_bytes()[:3000])
    with pytest.raises(InputError, match=r"video others .*00000\.jpg is not a readable"):
        _look(davis.parent, dev=dev, stage="proposals")


def test_pictures_without_a_partner_are_counted(
    folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folders / "masks/0.png").unlink()
    (folders / "images/1.png").unlink()
    (folders / "images/2.png").unlink()
    data = [{"kind": "folders", "root": folders.name}]
    _look(folders.parent, Console(width=300), stage="pretrain", data=data)
    assert "3 images, 1 more without a mask, 2 masks without an image" in capsys.readouterr().out
