"""Write two shots in every format, and their masks as PNGs: what the readers are given.

    python -m tests.peers.make OUT

`hard` is the shot of `tests/formats`: holes, parts, lines, a single pixel. `sample` has the true
masks of the sample video, to say how much polygons lose of them.
"""

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from ovos_cli.masks.ids import ids_in
from ovos_cli.masks.palette import davis_palette
from ovos_cli.masks.writer import write_mask
from ovos_cli.sinks import SINKS
from ovos_cli.sinks.sink import ShotInfo, Written
from tests.conftest import SAMPLES
from tests.formats import shots

FORMATS = (
    "coco",
    "coco-results",
    "ytvis",
    "ytvis-results",
    "mots",
    "mots-png",
    "cvat-images",
    "cvat-video",
    "label-studio",
    "labelme",
    "yolo-seg",
)


def main(out: Path) -> None:
    """Write both shots."""
    write(out / "hard", shots.masks())
    truth = sorted((SAMPLES / "truth").glob("*.png"))
    write(out / "sample", [np.array(Image.open(file)) for file in truth])


def write(folder: Path, masks: list[shots.Ids]) -> None:
    """Write a shot's masks, black pictures, and every format."""
    size = (masks[0].shape[0], masks[0].shape[1])
    objects = sorted({i for ids in masks for i in ids_in(ids)})
    info = ShotInfo(
        objects=tuple(objects),
        palette=davis_palette(),
        rate=Fraction(24),
        aspect=None,
        size=size,
        source="clip.mp4",
        shot="clip",
        names=shots.NAMES,
        frames=len(masks),
    )
    sinks = {name: SINKS[name](folder / SINKS[name].place_name, info) for name in FORMATS}
    for part in ("truth", "images"):
        (folder / part).mkdir(parents=True)
    for index, ids in enumerate(masks):
        stem = f"{index:05d}"
        write_mask(folder / "truth" / f"{stem}.png", ids, davis_palette())
        Image.new("RGB", size[::-1]).save(folder / "images" / f"{stem}.png")
        for sink in sinks.values():
            sink.write(Written(stem, ids, index, Fraction(index, 24), stem))
    for sink in sinks.values():
        sink.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
