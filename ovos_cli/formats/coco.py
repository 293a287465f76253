"""COCO's instances: images, categories, and annotations with run lengths or polygons; and its
results, a bare list of such annotations."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.pictures.run_lengths import encode
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, refusing
from ovos_cli.formats.row_runs import Size
from ovos_cli.formats.segmentation import NOTHING, drawing
from ovos_cli.formats.values import (
    by_id,
    entry_key,
    frame_size,
    mapping,
    number_or_none,
    sequence,
    stem_of,
    whole,
)
from ovos_cli.masks.ids import Ids, boxes_of

_NO_CATEGORY = "no category"
_TRACK = ("track_id", "instance_id")
_INDEX = ("frame_id", "frame_index")
"""Where data sets of videos note which frame an image is, counted from 0."""


# Writing


def image(number: int, name: str, index: int, size: Size) -> dict[str, Any]:
    """An entry of `images`; numbers count from 1."""
    height, width = size
    return {"id": number, "file_name": name, "width": width, "height": height, "frame_id": index}


def categories(classes: Sequence[str]) -> list[dict[str, Any]]:
    """`categories`, with ids from 1."""
    return [{"id": i, "name": name, "supercategory": ""} for i, name in enumerate(classes, start=1)]


def masks_of(ids: Ids) -> dict[int, dict[str, Any]]:
    """For each object of an (H, W) mask: `segmentation`, `area` and `bbox` (x, y, width, height).

    Raises:
        InputError: pycocotools is missing.
    """
    boxes = boxes_of(ids)
    encoded = encode(ids == ident for ident in boxes)
    return {
        ident: {
            "segmentation": rle,
            "area": int(np.count_nonzero(ids == ident)),
            "bbox": [x0, y0, x1 - x0, y1 - y0],
        }
        for (ident, (x0, y0, x1, y1)), rle in zip(boxes.items(), encoded, strict=True)
    }


# Reading


def is_coco(value: Any) -> bool:
    """Whether JSON is of this kind."""
    return isinstance(value, dict) and "images" in value and "annotations" in value


def is_results(value: Any) -> bool:
    """Whether JSON is a list of predictions, or of annotations alone."""
    return isinstance(value, list) and any(
        isinstance(entry, dict) and "image_id" in entry and {"segmentation", "bbox"} & {*entry}
        for entry in value[:1]
    )


def read(value: Any, path: Path) -> Annotated:
    """Take JSON for COCO's instances.

    Args:
        value: of the file. path: of it.

    Raises:
        InputError: it is none, or has no masks.
    """
    with refusing(path, "COCO JSON"):
        return _read(value, path)


def _read(value: Any, path: Path) -> Annotated:
    names = category_names(value)
    regions = defaultdict[Any, list[Region]](list)
    boxes, crowds, unknown = 0, 0, set[str]()
    images = by_id(value["images"], "images", "an image")
    for entry in sequence(value["annotations"], "annotations"):
        if entry.get("segmentation") in NOTHING:
            boxes += 1
            continue
        image_id = entry_key(entry["image_id"], "image_id")
        if image_id not in images:
            raise ValueError(
                f"annotation {entry.get('id')} is of image {image_id}, which is not in "
                "its list of images"
            )
        label = label_of(entry, names, unknown)
        number, crowd = _track(entry), bool(entry.get("iscrowd"))
        crowds += crowd and number is None
        regions[image_id].append(Region(label, number, drawing(entry["segmentation"])))
    if boxes and not regions:
        raise ValueError(f"none of its {boxes} annotations has a segmentation: boxes are no masks")
    frames = [
        AnnotatedFrame(
            stem_of(entry["file_name"]),
            next((number_or_none(entry[key], key) for key in _INDEX if key in entry), None),
            frame_size(entry["height"], entry["width"]),
            regions[key],
        )
        for key, entry in images.items()
    ]
    doubts = []
    if boxes:
        doubts.append(f"{path}: {boxes} annotations have no segmentation and are left out")
    if crowds:
        doubts.append(
            f"{path}: {crowds} annotations are marked as crowds (iscrowd), and taken for one "
            "object each"
        )
    doubts += unknown_labels(path, unknown)
    return Annotated(path, frames, doubts=doubts)


def read_results(value: Any, path: Path) -> Annotated:
    """Take JSON for a list of predictions.

    Images are known by `frame_id` where it is there, else by `image_id`: a text is the name of a
    picture, numbers count frames from 1, or from 0 if there is an image 0. Masks of better scores
    are above.

    Raises:
        InputError: it is none, or has no masks.
    """
    with refusing(path, "a list of COCO's results"):
        return _read_results([mapping(entry, "a result") for entry in value], path)


def _read_results(entries: list[dict[str, Any]], path: Path) -> Annotated:
    drawn = [entry for entry in entries if entry.get("segmentation") not in NOTHING]
    if not drawn:
        raise ValueError(f"none of its {len(entries)} results has a segmentation")
    images = {_image(entry) for entry in entries}
    counted = min((key for key in images if isinstance(key, int)), default=1)
    if counted < 0:
        raise ValueError(f"it has an image {counted}")
    first = min(1, counted)
    regions, known = defaultdict[tuple[str, int | None], list[Region]](list), set[int]()
    for entry in sorted(drawn, key=_score):
        key = _image(entry)
        place = stem_of(key) if isinstance(key, str) else ""
        index = next((number_or_none(entry[k], k) for k in _INDEX if k in entry), None)
        if index is None and isinstance(key, int):
            index = key - first
            known.add(index)
        region = Region(label_of(entry, {}, set()), _track(entry), drawing(entry["segmentation"]))
        regions[place, index].append(region)
    frames = [AnnotatedFrame(name, index, None, each) for (name, index), each in regions.items()]
    doubts = []
    if known:
        doubts.append(
            f"{path} numbers its images and does not name them; image {first} is taken for frame 0"
        )
    if len(drawn) < len(entries):
        left = len(entries) - len(drawn)
        doubts.append(f"{path}: {left} annotations have no segmentation and are left out")
    return Annotated(path, frames, doubts=doubts)


def _image(entry: dict[str, Any]) -> int | str:
    key = entry["image_id"]
    return key if isinstance(key, str) else whole(key, "image_id")


def _score(entry: dict[str, Any]) -> float:
    score = entry.get("score", 1.0)
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise ValueError(f"a score is {score!r}")
    return score


def category_names(value: Any) -> dict[int | str, str]:
    """Names of categories by id. Raises ValueError: a category has no id, or that of another."""
    found = by_id(value.get("categories") or [], "categories", "a category")
    return {key: str(entry.get("name", "")) for key, entry in found.items()}


def label_of(entry: dict[str, Any], names: Mapping[int | str, str], unknown: set[str]) -> str:
    """The name of an annotation's category; where it is not listed, what takes its place.

    Args:
        names: of categories by id. unknown: takes the labels of those that are not listed.

    Raises:
        ValueError: the category is no number and no text.
    """
    given = entry.get("category_id")
    if given is None:
        unknown.add(_NO_CATEGORY)
        return _NO_CATEGORY
    key = entry_key(given, "category_id")
    if key not in names:
        unknown.add(f"category {key}")
    return names.get(key, f"category {key}")


def unknown_labels(path: Path, unknown: set[str]) -> list[str]:
    """The doubt about categories that are not listed."""
    if not unknown:
        return []
    if _NO_CATEGORY in unknown:
        return [f"{path}: annotations have no category; their masks are used all the same"]
    return [
        f"{path}: {min(unknown)} is not in its list of categories; its masks are used all the same"
    ]


def _track(entry: dict[str, Any]) -> int | None:
    """The object's number: CVAT and datumaro keep it among the attributes."""
    attributes = entry.get("attributes")
    for place in (attributes if isinstance(attributes, dict) else {}, entry):
        for key in _TRACK:
            if key in place:
                return number_or_none(place[key], key)
    return None
