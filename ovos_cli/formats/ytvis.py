"""YouTube-VIS's JSON ("COCO video"): for each object its masks in all frames."""

from pathlib import Path
from typing import Any

import numpy as np

from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, refusing
from ovos_cli.formats.coco import category_names, label_of, unknown_labels
from ovos_cli.formats.row_runs import run_lengths
from ovos_cli.formats.segmentation import NOTHING, drawing
from ovos_cli.formats.values import (
    entry_key,
    frame_size,
    mapping,
    number_or_none,
    sequence,
    stem_of,
    whole,
)
from ovos_cli.masks.ids import Ids, boxes_of

# Writing


def plain_masks_of(ids: Ids) -> dict[int, dict[str, Any]]:
    """As `coco.masks_of`, with run lengths as lists of numbers."""
    return {
        ident: {
            "segmentation": {
                "size": [*ids.shape],
                "counts": run_lengths((ids == ident).ravel(order="F")),
            },
            "area": int(np.count_nonzero(ids == ident)),
            "bbox": [x0, y0, x1 - x0, y1 - y0],
        }
        for ident, (x0, y0, x1, y1) in boxes_of(ids).items()
    }


# Reading


def is_ytvis(value: Any) -> bool:
    """Whether JSON is ground truth of this kind."""
    return isinstance(value, dict) and "videos" in value and "annotations" in value


def is_results(value: Any) -> bool:
    """Whether JSON is predictions of this kind."""
    return isinstance(value, list) and any(
        isinstance(entry, dict) and "segmentations" in entry and "video_id" in entry
        for entry in value[:1]
    )


def read(value: Any, path: Path) -> Annotated:
    """Take JSON for ground truth of one video.

    Raises:
        InputError: it is none, of several videos, or has no masks.
    """
    with refusing(path, "YouTube-VIS JSON"):
        videos = sequence(value["videos"], "videos")
        if len(videos) != 1:
            raise ValueError(
                f"it is of {len(videos)} videos; keep the one that is meant, and its annotations"
            )
        video = mapping(videos[0], "a video")
        size, names = frame_size(video["height"], video["width"]), category_names(value)
        entries, unknown = list[tuple[str, int | None, list[Any]]](), set[str]()
        for entry in sequence(value["annotations"], "annotations"):
            if entry_key(entry["video_id"], "video_id") != entry_key(video["id"], "id"):
                raise ValueError(
                    f"annotation {entry.get('id')} is of a video that it does not list"
                )
            label = label_of(entry, names, unknown)
            entries.append((label, number_or_none(entry.get("id"), "id"), _masks(entry)))
        files = sequence(video.get("file_names") or [], "file_names")
        length = whole(video.get("length", len(files)), "length")
        if files and len(files) != length:
            raise ValueError(f"it says that it has {length} frames, and names {len(files)}")
        frames = _frames(entries, length, size, [*map(stem_of, files)])
        doubts = unknown_labels(path, unknown)
        return Annotated(path, frames, length, doubts=doubts)


def read_results(value: Any, path: Path) -> Annotated:
    """Take JSON for predictions of one video; an object's number is its `id`, else its place.

    Raises:
        InputError: it is none, of several videos, or has no masks.
    """
    with refusing(path, "YouTube-VIS results"):
        videos = {entry_key(mapping(entry, "a result")["video_id"], "video_id") for entry in value}
        if len(videos) > 1:
            raise ValueError(
                f"it is of {len(videos)} videos; keep the results of the one that is meant"
            )
        entries = [
            (
                label_of(entry, {}, set()),
                number_or_none(entry.get("id"), "id"),
                _masks(entry),
            )
            for entry in value
        ]
        if any(number is None for _, number, _ in entries):
            entries = [(label, i, masks) for i, (label, _, masks) in enumerate(entries, start=1)]
        length = len(entries[0][2])
        return Annotated(path, _frames(entries, length, None, []), length)


def _masks(entry: dict[str, Any]) -> list[Any]:
    return sequence(entry["segmentations"], "segmentations")


def _frames(
    entries: list[tuple[str, int | None, list[Any]]],
    length: int,
    size: tuple[int, int] | None,
    stems: list[str],
) -> list[AnnotatedFrame]:
    for _, number, masks in entries:
        if len(masks) != length:
            raise ValueError(f"object {number} has masks of {len(masks)} frames, not of {length}")
    if entries and all(mask in NOTHING for _, _, masks in entries for mask in masks):
        raise ValueError("none of its objects has a mask in any frame")
    return [
        AnnotatedFrame(
            stems[index] if stems else "",
            None if stems else index,  # names say it, also where only some frames are annotated
            size,
            [
                Region(label, number, drawing(masks[index]))
                for label, number, masks in entries
                if masks[index] not in NOTHING
            ],
        )
        for index in range(length)
    ]
