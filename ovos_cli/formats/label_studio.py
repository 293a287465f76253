"""Label Studio's tasks: brushes and polygons of pictures, closed vectors through a video."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import quoteattr

import numpy as np

from ovos_cli.formats import brush
from ovos_cli.formats.annotated import Annotated, AnnotatedFrame, Region, refusing
from ovos_cli.formats.numbering import number_in
from ovos_cli.formats.polygons import Ring, filled
from ovos_cli.formats.row_runs import Mask, Size
from ovos_cli.formats.values import frame_size, mapping, sequence, stem_of, whole

IMAGE, VIDEO = "image", "video"
"""What tasks call their data, and the objects of the labelling interface."""
_BRUSH, _POLYGON, _VECTOR = "brushlabels", "polygonlabels", "videovectorlabels"
_LIKE = {"brush": _BRUSH, "polygon": _POLYGON, "videovector": _VECTOR}
"""The same without labels."""
_LEAST = 3
_UPLOADED = re.compile(r"^[0-9a-f]{8}-")


# Writing


def image_config(classes: Mapping[str, str]) -> str:
    """The labelling interface of pictures. classes: names, and their colours, #rrggbb."""
    return (
        f'<View>\n  <Image name="{IMAGE}" value="${IMAGE}"/>\n'
        f'  <BrushLabels name="label" toName="{IMAGE}">\n{_labels(classes)}'
        "  </BrushLabels>\n</View>\n"
    )


def video_config(classes: Mapping[str, str], rate: float) -> str:
    """The labelling interface of a video; rate: frames per second."""
    return (
        f'<View>\n  <Video name="{VIDEO}" value="${VIDEO}" framerate="{rate:g}"/>\n'
        f'  <VideoVectorLabels name="label" toName="{VIDEO}" closable="true">\n{_labels(classes)}'
        "  </VideoVectorLabels>\n</View>\n"
    )


def brush_task(
    picture: str, masks: Mapping[int, Mask], labels: Mapping[int, str], size: Size
) -> dict[str, Any]:
    """The task of a frame.

    Args:
        picture: where its picture is. masks: (H, W) of each object. labels: its class.
        size: (H, W).
    """
    results = [
        _result(f"object-{ident}", "label", IMAGE, _BRUSH, size)
        | {"value": {"format": "rle", "rle": brush.encode(mask), _BRUSH: [labels[ident]]}}
        | {"image_rotation": 0, "meta": {"text": [f"object {ident}"]}}
        for ident, mask in masks.items()
    ]
    return {"data": {IMAGE: picture}, "annotations": [{"result": results}]}


def vertices(ring: Ring, size: Size) -> list[dict[str, Any]]:
    """Points of a ring in per cent of a frame of (H, W)."""
    scaled = ring / (size[1], size[0]) * 100
    names = [f"p{i}" for i in range(len(scaled))]
    return [
        {"id": name, "x": round(x, 4), "y": round(y, 4), "isBezier": False}
        | ({"prevPointId": before} if before else {})
        for name, before, (x, y) in zip(names, ["", *names], scaled.tolist(), strict=False)
    ]


def video_task(
    video: str,
    tracks: Mapping[int, Sequence[dict[str, Any]]],
    labels: Mapping[int, str],
    size: Size,
    frames: int,
    rate: float,
) -> dict[str, Any]:
    """The task of a video.

    Args:
        video: where it is. tracks: each object's `keyframe`s, rising. labels: its class. size:
            (H, W). frames: how many. rate: of them per second.
    """
    results = [
        _result(f"object-{ident}", "label", VIDEO, _VECTOR, size)
        | {
            "value": {
                "framesCount": frames,
                "duration": round(frames / rate, 3),
                "sequence": _ended(keyframes),
                "labels": [labels[ident]],
            },
            "meta": {"text": [f"object {ident}"]},
        }
        for ident, keyframes in tracks.items()
    ]
    return {"data": {VIDEO: video}, "annotations": [{"result": results}]}


def keyframe(index: int, ring: Ring, size: Size, rate: float) -> dict[str, Any]:
    """An object's outline in a frame, which counts from 0 here and from 1 there."""
    return {
        "frame": index + 1,
        "time": round(index / rate, 4),
        "enabled": True,
        "closed": True,
        "vertices": vertices(ring, size),
    }


def _ended(keyframes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keyframes of which the last before a gap says that nothing is drawn until the next."""
    following = [k["frame"] for k in keyframes[1:]] + [None]
    return [
        k | {"enabled": after == k["frame"] + 1}
        for k, after in zip(keyframes, following, strict=True)
    ]


def _result(name: str, control: str, shown: str, kind: str, size: Size) -> dict[str, Any]:
    return {
        "id": name,
        "from_name": control,
        "to_name": shown,
        "type": kind,
        "original_width": size[1],
        "original_height": size[0],
    }


def _labels(classes: Mapping[str, str]) -> str:
    return "".join(
        f'    <Label value={quoteattr(name)} background="{colour}"/>\n'
        for name, colour in classes.items()
    )


# Reading


def is_label_studio(value: Any) -> bool:
    """Whether JSON is a list of tasks."""
    first = value[0] if isinstance(value, list) and value else value
    return (
        isinstance(first, dict)
        and "data" in first
        and ("annotations" in first or "predictions" in first)
    )


def read(value: Any, path: Path) -> Annotated:
    """Take JSON for tasks as Label Studio exports them: of pictures, or one of a video.

    Raises:
        InputError: it is none, is of several videos, or has no masks.
    """
    with refusing(path, "Label Studio JSON"):
        tasks = value if isinstance(value, list) else [value]
        others, doubts = Counter[str](), list[str]()
        frames, lengths = list[AnnotatedFrame](), list[int | None]()
        for entry in tasks:
            task = mapping(entry, "a task")
            results = _results(task, path, doubts)
            vectors = [r for r in results if _kind(r) == _VECTOR]
            others.update(_kind(r) for r in results if _kind(r) not in (_BRUSH, _POLYGON, _VECTOR))
            if vectors:
                lengths.append(_length(vectors))
                frames += _of_video(vectors)
            else:
                frames.append(_of_picture(task, results))
        shown = ", ".join(f"{count} {kind}" for kind, count in others.items() if kind)
        if not any(frame.regions for frame in frames):
            raise ValueError(
                f"it has no brush, polygon or vector{f', but {shown}' if shown else ''}"
            )
        if len(lengths) > 1:
            raise ValueError(f"it is of {len(lengths)} videos; export the one that is meant")
        if shown:
            doubts.append(f"{path}: {shown} are no masks and left out")
        return Annotated(path, frames, lengths[0] if lengths else None, doubts=doubts)


def _results(task: dict[str, Any], path: Path, doubts: list[str]) -> list[dict[str, Any]]:
    """Of a person, the latest; of a program where nobody annotated the task."""
    given = [a for a in task.get("annotations") or [] if not a.get("was_cancelled")]
    given = given or list(task.get("predictions") or [])
    if len(given) > 1 and not any("several annotations" in doubt for doubt in doubts):
        doubts.append(f"{path} has several annotations of a task; the last one is used")
    return (
        [mapping(r, "a result") for r in sequence(given[-1]["result"], "result")] if given else []
    )


def _kind(result: dict[str, Any]) -> str:
    kind = str(result.get("type", ""))
    return _LIKE.get(kind, kind)


def _of_picture(task: dict[str, Any], results: list[dict[str, Any]]) -> AnnotatedFrame:
    texts = [v for v in mapping(task["data"], "data").values() if isinstance(v, str)]
    name = _picture(texts[0]) if texts else ""
    regions, sizes = [], set[Size]()
    for result in results:
        if _kind(result) in (_BRUSH, _POLYGON):
            size = frame_size(result["original_height"], result["original_width"])
            sizes.add(size)
            regions.append(Region(_label(result), _number(result), _drawing(result)))
    if len(sizes) > 1:
        raise ValueError(f"the masks of '{name}' are of several sizes")
    return AnnotatedFrame(name, None, next(iter(sizes), None), regions)


def _picture(address: str) -> str:
    """The name of a picture; Label Studio puts a mark before those that are uploaded."""
    parts = urlsplit(address)
    local = parse_qs(parts.query).get("d", [parts.path])[0]
    return _UPLOADED.sub("", stem_of(unquote(local)))


def _of_video(vectors: list[dict[str, Any]]) -> Iterator[AnnotatedFrame]:
    found = defaultdict[int, list[Region]](list)
    size: Size | None = None
    for place, vector in enumerate(vectors, start=1):
        if vector.get("original_height") and vector.get("original_width"):
            size = frame_size(vector["original_height"], vector["original_width"])
        number = _number(vector)
        for item in sequence(vector["value"]["sequence"], "sequence"):
            points = sequence(item["vertices"], "vertices")
            if len(points) >= _LEAST and item.get("closed", True):
                index = whole(item["frame"], "a frame") - 1
                region = Region(
                    _label(vector), place if number is None else number, _outline(points)
                )
                found[index].append(region)
    for index in sorted(found):
        yield AnnotatedFrame("", index, size, found[index])


def _length(vectors: list[dict[str, Any]]) -> int | None:
    counts = {v["value"].get("framesCount") for v in vectors} - {None}
    return whole(counts.pop(), "framesCount") if len(counts) == 1 else None


def _label(result: dict[str, Any]) -> str:
    value = mapping(result["value"], "a value")
    labels = value.get(_kind(result)) or value.get("labels") or [""]
    return str(labels[0])


def _number(result: dict[str, Any]) -> int | None:
    """What the region's note says: `object 3`."""
    notes = (result.get("meta") or {}).get("text") or []
    return next(filter(None, (number_in(str(note)) for note in notes)), None)


def _drawing(result: dict[str, Any]) -> Callable[[Size], Mask]:
    value = result["value"]
    if _kind(result) == _BRUSH:
        return lambda size: brush.decode(sequence(value["rle"], "rle"), size)
    return lambda size: filled([_scaled(value["points"], size)], size)


def _outline(points: list[Any]) -> Callable[[Size], Mask]:
    return lambda size: filled([_scaled([(p["x"], p["y"]) for p in points], size)], size)


def _scaled(points: Any, size: Size) -> Ring:
    """From per cent to pixels."""
    return np.array(points, np.float64) * (size[1], size[0]) / 100
