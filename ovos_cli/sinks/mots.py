"""MOTS, as text and as pictures."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TextIO

import numpy as np
from PIL import Image

from models.errors import InputError
from models.pictures.run_lengths import mask_tools
from models.utils.whole_file import write_whole
from ovos_cli.formats import coco, mots
from ovos_cli.sinks.pictures_named import labels_of
from ovos_cli.sinks.sink import ShotInfo, Sink, Written


class MotsSink(Sink):
    """`mots/gt/gt.txt`, with seqinfo.ini and seqmap.txt, which TrackEval wants."""

    place_name = "mots"

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        numbers = mots.class_numbers(info.names.classes(info.objects))
        self._class = {i: numbers[label] for i, label in labels_of(info).items()}
        self._length = 0
        self._file: TextIO | None = None

    @classmethod
    def check(cls, info: ShotInfo) -> None:
        """See `Sink`."""
        mask_tools()

    def write(self, written: Written) -> None:
        """See `Sink`."""
        if self._file is None:
            (self.place / "gt").mkdir(parents=True)
            self._file = (self.place / "gt" / mots.TEXT).open("w", encoding="ascii", newline="\n")
        self._length = written.index + 1
        for ident, mask in coco.masks_of(written.ids).items():
            rle = mask["segmentation"]
            self._file.write(mots.line(written.index, self._class[ident], ident, rle) + "\n")

    def close(self) -> None:
        """See `Sink`."""
        if self._file is None:
            return
        self._file.close()
        height, width = self.info.size
        values = {
            "name": self.info.shot,
            "frameRate": f"{float(self.info.rate):g}",
            "seqLength": self._length,
            "imWidth": width,
            "imHeight": height,
        }
        lines = ["[Sequence]", *(f"{key}={value}" for key, value in values.items())]
        write_whole(self.place / mots.SEQUENCE, "\n".join([*lines, ""]).encode())
        write_whole(self.place / "seqmap.txt", f"name\n{self.info.shot}\n".encode())

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        names = (f"gt/{mots.TEXT}", mots.SEQUENCE, "seqmap.txt")
        return [place / name for name in names if (place / name).is_file()]


class MotsPngSink(Sink):
    """`mots-png/default/instances/NAME.png`, 16 bits, and labels.txt with the classes."""

    place_name = "mots-png"

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._folder = place / "default" / "instances"
        classes, labels = info.names.classes(info.objects), labels_of(info)
        self._values = np.zeros(256, np.uint16)
        for ident, label in labels.items():
            self._values[ident] = mots.number(classes.index(label) + 1, ident)

    @classmethod
    def check(cls, info: ShotInfo) -> None:
        """See `Sink`."""
        count = len(info.names.classes(info.objects))
        if count > mots.MOST_CLASSES:
            raise InputError(
                f"mots-png holds {mots.MOST_CLASSES} classes at most, and there are {count}; give "
                "objects a class in common, in a file for --names: [1] name = 'Rex', class = 'dog'"
            )

    def write(self, written: Written) -> None:
        """See `Sink`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(self._values[written.ids])
        save = partial(picture.save, format="PNG")
        write_whole(self._folder / f"{written.name}.png", save)

    def close(self) -> None:
        """See `Sink`."""
        if self._folder.exists():
            classes = self.info.names.classes(self.info.objects)
            write_whole(self._folder / mots.LABELS, "\n".join([*classes, ""]).encode())

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        return [*place.glob("*/instances/*.png"), *place.glob(f"*/instances/{mots.LABELS}")]
