"""CVAT's XML: masks and polygons of images, or of tracks through a video."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from ovos_cli.formats import row_runs
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, refusing
from ovos_cli.formats.polygons import Ring, filled
from ovos_cli.formats.row_runs import Mask, Size
from ovos_cli.formats.values import frame_size, stem_of, whole

_SHAPES = ("mask", "polygon")
_OTHERS = ("box", "ellipse", "polyline", "points", "cuboid", "skeleton")


# Writing


def document(
    name: str,
    size: Size,
    labels: Sequence[str],
    *,
    video: bool,
    source: str = "",
    first: int = 0,
) -> Element:
    """The root, with what CVAT wants to know of the task; images or tracks are added to it.

    Args:
        name: of the task.
        size: of its frames.
        labels: classes of objects.
        video: whether it is one, which has tracks.
        source: the name of the video's file.
        first: index of the first frame.
    """
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    task = SubElement(SubElement(root, "meta"), "task")
    mode = "interpolation" if video else "annotation"
    tags = (("name", name), ("size", "0"), ("mode", mode), ("start_frame", str(first)))
    for tag, text in tags:
        SubElement(task, tag).text = text
    listed = SubElement(task, "labels")
    for label in labels:
        entry = SubElement(listed, "label")
        SubElement(entry, "name").text = label
        SubElement(entry, "type").text = "any"
        SubElement(entry, "attributes")
    if video:
        original = SubElement(task, "original_size")
        SubElement(original, "width").text = str(size[1])
        SubElement(original, "height").text = str(size[0])
        SubElement(task, "source").text = source
    return root


def add_image(root: Element, index: int, name: str, size: Size) -> Element:
    """A frame, to which masks are added."""
    height, width = size
    values = {"id": str(index), "name": name, "width": str(width), "height": str(height)}
    return SubElement(root, "image", values)


def add_mask(parent: Element, mask: Mask, **attributes: object) -> Element:
    """An (H, W) mask that is not empty."""
    runs, (left, top, width, height) = row_runs.encode(mask)
    values = {"occluded": 0, "source": "auto"} | attributes
    values |= {"rle": ", ".join(map(str, runs))}
    values |= {"left": left, "top": top, "width": width, "height": height, "z_order": 0}
    return SubElement(parent, "mask", {key: str(value) for key, value in values.items()})


def add_polygon(track: Element, index: int, ring: Ring, *, outside: bool) -> None:
    """An object's outline in a frame of a track, or, `outside`, where it was last."""
    values = {
        "frame": index,
        "keyframe": 1,
        "outside": int(outside),
        "occluded": 0,
        "points": ";".join(f"{x:.2f},{y:.2f}" for x, y in ring),
        "z_order": 0,
    }
    SubElement(track, "polygon", {key: str(value) for key, value in values.items()})


def add_track(root: Element, number: int, label: str, ident: int) -> Element:
    """A track; those of one object have its id as their group."""
    values = {"id": number, "label": label, "source": "auto", "group_id": ident}
    return SubElement(root, "track", {key: str(value) for key, value in values.items()})


def text_of(root: Element, frames: int) -> bytes:
    """The file's content. frames: how many there are."""
    size = root.find("meta/task/size")
    assert size is not None
    size.text = str(frames)
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


# Reading


def is_cvat(root: Element) -> bool:
    """Whether XML is of this kind."""
    return root.tag == "annotations"


def read(root: Element, path: Path) -> Annotated:
    """Take XML for CVAT's.

    Raises:
        InputError: it is none, or has no masks.
    """
    with refusing(path, "CVAT's XML"):
        images, tracks = root.findall("image"), root.findall("track")
        others = Counter(e.tag for parent in (*images, *tracks) for e in parent if e.tag in _OTHERS)
        frames = [_image(image) for image in images] if images else [*_of_tracks(root, tracks)]
        if not any(frame.regions for frame in frames):
            shown = ", ".join(f"{count} {tag}" for tag, count in others.items())
            raise ValueError(f"it has no mask and no polygon{f', but {shown}' if shown else ''}")
        if repeated := [i for i, n in Counter(f.index for f in frames).items() if n > 1]:
            raise ValueError(
                f"image {repeated[0]} is there several times, as where a project is exported; "
                "export the one task that is meant"
            )
        left_out = [f"{path}: {n} of {tag} are no masks and left out" for tag, n in others.items()]
        return Annotated(path, frames, _length(root), grouped=True, doubts=left_out)


def _image(image: Element) -> AnnotatedFrame:
    shapes = [shape for shape in image if shape.tag in _SHAPES]
    shapes.sort(key=lambda shape: whole(shape.get("z_order", "0"), "z_order"))
    return AnnotatedFrame(
        stem_of(image.get("name", "")),
        whole(image.get("id"), "the id of an image"),
        frame_size(image.get("height"), image.get("width")),
        [Region(_label(shape), _group(shape), _drawing(shape)) for shape in shapes],
    )


def _of_tracks(root: Element, tracks: list[Element]) -> Iterator[AnnotatedFrame]:
    size = _size(root)
    groups = [_group(track) for track in tracks]
    numbers = [whole(track.get("id"), "the id of a track") for track in tracks]
    first = int(0 in numbers)  # of their own, CVAT's tracks count from 0
    found = defaultdict[int, list[tuple[int, Region]]](list)
    for track, group, number in zip(tracks, groups, numbers, strict=True):
        ident = number + first if None in groups else group
        for shape in track:
            if shape.tag in _SHAPES and shape.get("outside", "0") != "1":
                region = Region(_label(track), ident, _drawing(shape))
                order = whole(shape.get("z_order", "0"), "z_order")
                found[whole(shape.get("frame"), "a frame")].append((order, region))
    for index in sorted(found):
        regions = sorted(found[index], key=lambda item: item[0])
        yield AnnotatedFrame("", index, size, [region for _, region in regions])


def _label(element: Element) -> str:
    return element.get("label", "")


def _group(element: Element) -> int | None:
    """The number of an object; 0 is none."""
    return whole(element.get("group_id", "0"), "group_id") or None


def _size(root: Element) -> Size | None:
    width, height = (
        root.findtext(".//original_size/width"),
        root.findtext(".//original_size/height"),
    )
    return None if width is None or height is None else frame_size(height, width)


def _length(root: Element) -> int | None:
    """Frames of the video, unless the task is of a part of it."""
    task = root.find("meta/task")
    if task is None or task.findtext("start_frame") not in (None, "", "0"):
        return None
    size = task.findtext("size")
    return None if task.findtext("frame_filter") or not size else whole(size, "size")


def _drawing(shape: Element) -> Callable[[Size], Mask]:
    values: dict[str, Any] = dict(shape.attrib)
    return (
        (lambda size: _mask(values, size))
        if shape.tag == "mask"
        else (lambda size: filled([_points(values["points"])], size))
    )


def _mask(values: dict[str, Any], size: Size) -> Mask:
    left, top, width, height = (
        whole(values[key], key) for key in ("left", "top", "width", "height")
    )
    runs = [whole(run.strip(), "a run") for run in values["rle"].split(",")]
    return row_runs.decode(runs, (left, top, width, height), size)


def _points(text: str) -> Ring:
    pairs = [pair.split(",") for pair in text.split(";") if pair.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("its points are not x,y;x,y")
    return np.array(pairs, np.float64)
