"""A shot with what is hard for formats, and the way through one of them."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ovos_cli.formats.opening import open_annotations
from ovos_cli.masks.annotated_masks import masks_of
from ovos_cli.masks.palette import davis_palette
from ovos_cli.shot.object_names import ObjectLabel, ObjectNames
from ovos_cli.sinks import SINKS
from ovos_cli.sinks.sink import ShotInfo, Written
from tests.shot.frames import StillFrames

Ids = NDArray[np.uint8]
HEIGHT, WIDTH, FRAMES = 48, 64, 5
OBJECTS = (1, 3, 7, 254)
NAMES = ObjectNames(
    {
        1: ObjectLabel("Rex", "dog"),
        3: ObjectLabel("Tom & <Jerry>", "cat"),
        7: ObjectLabel("Ida", "dog"),
    }
)


def masks() -> list[Ids]:
    """A ring, parts that are not connected, a pixel, a line; objects that go and come back."""
    found = []
    for index in range(FRAMES):
        ids = np.zeros((HEIGHT, WIDTH), np.uint8)
        if index == 3:
            found.append(ids)
            continue
        cv2.circle(ids, (20 + index, 20), 14, 1, -1)
        cv2.circle(ids, (20 + index, 20), 6, 0, -1)
        if index != 1:
            ids[30:48, 44:64], ids[2:12, 50:60] = 3, 3
            ids[40, 50] = 7
        cv2.line(ids, (0, 47), (38, 38), 254, 1)
        found.append(ids)
    return found


def told(names: ObjectNames = NAMES, files: tuple[str, ...] | None = None) -> ShotInfo:
    """What outputs are told of it."""
    return ShotInfo(
        objects=OBJECTS,
        palette=davis_palette(),
        rate=Fraction(24),
        aspect=None,
        size=(HEIGHT, WIDTH),
        source="clip.mp4",
        shot="clip",
        names=names,
        frames=FRAMES,
        files=files,
    )


def export(folder: Path, name: str, info: ShotInfo | None = None, shift: int = 0) -> Path:
    """Write the shot with an output; its first frame is frame `shift` of the source."""
    info = replace(info or told(), first=shift)
    place = folder / SINKS[name].place_name
    sink = SINKS[name](place, info)
    for index, ids in enumerate(masks(), start=shift):
        stem = f"{index:05d}" if info.files is None else Path(info.files[index]).stem
        sink.write(Written(stem, ids, index, Fraction(index, 24), stem))
    sink.close()
    return place


def taken(path: Path, reader: StillFrames | None = None) -> tuple[dict[int, Ids], list[str]]:
    """Masks of a file by frame, and what is said of them."""
    found = masks_of(open_annotations(path), reader or StillFrames(FRAMES))  # type: ignore[arg-type]
    return {index: mask.ids for index, mask in found.masks.items()}, found.doubts
