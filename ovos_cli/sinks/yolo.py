"""YOLO's segments, a text for each frame."""

from collections.abc import Iterable
from pathlib import Path

from models.utils.whole_file import write_whole
from ovos_cli.formats import yolo
from ovos_cli.masks.ids import ids_in
from ovos_cli.sinks.pictures_named import labels_of
from ovos_cli.sinks.sink import ShotInfo, Sink, Written


class YoloSink(Sink):
    """`yolo-seg/`: labels/NAME.txt, data.yaml, and ids/NAME.txt with the object of each line."""

    place_name = "yolo-seg"

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._classes = info.names.classes(info.objects)
        self._labels = labels_of(info)

    def write(self, written: Written) -> None:
        """See `Sink`."""
        objects = sorted(ids_in(written.ids))
        lines = [
            yolo.line(self._classes.index(self._labels[ident]), written.ids == ident)
            for ident in objects
        ]
        for folder, texts in ((yolo.LABELS, lines), (yolo.NUMBERS, map(str, objects))):
            place = self.place / folder
            place.mkdir(parents=True, exist_ok=True)
            content = "".join(f"{text}\n" for text in texts)
            write_whole(place / f"{written.name}.txt", content.encode())

    def close(self) -> None:
        """See `Sink`."""
        if self.place.exists():
            write_whole(self.place / yolo.DATA, yolo.data(self._classes).encode())

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        texts = [f for folder in (yolo.LABELS, yolo.NUMBERS) for f in place.glob(f"{folder}/*.txt")]
        return [*texts, *place.glob(yolo.DATA)]
