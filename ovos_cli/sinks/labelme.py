"""LabelMe's JSON, a file for each frame."""

from collections.abc import Iterable
from pathlib import Path

from ovos_cli.formats import labelme
from ovos_cli.json_file import write_json
from ovos_cli.sinks.pictures_named import labels_of, picture_name
from ovos_cli.sinks.sink import Sink, Written


class LabelMeSink(Sink):
    """`labelme/NAME.json`: every mask exactly; `group_id` is the object's id."""

    place_name = "labelme"

    def write(self, written: Written) -> None:
        """See `Sink`."""
        self.place.mkdir(exist_ok=True)
        picture = picture_name(self.info, written)
        values = labelme.document(written.ids, labels_of(self.info), picture)
        write_json(self.place / f"{written.name}.json", values)

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        return place.glob("*.json")
