"""Label Studio's tasks: of every frame with brushes, and of the video with outlines."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from models.utils.whole_file import write_whole
from ovos_cli.formats import label_studio
from ovos_cli.formats.polygons import rings
from ovos_cli.json_file import write_json
from ovos_cli.masks.ids import ids_in
from ovos_cli.sinks.pictures_named import class_colours, labels_of, picture_name
from ovos_cli.sinks.sink import ShotInfo, Sink, Written

_IMAGES, _VIDEO = "images.json", "video.json"
_INTERFACES = ("images.xml", "video.xml")


class LabelStudioSink(Sink):
    """`label-studio/`: tasks, and beside them the labelling interface that they need.

    images.json has every mask exactly. video.json has an outline for each object and frame, of its
    largest part, without holes: what Label Studio has for videos.
    """

    place_name = "label-studio"

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._labels, self._rate = labels_of(info), float(info.rate)
        self._tasks = list[dict[str, Any]]()
        self._tracks: dict[int, list[dict[str, Any]]] = {}
        self._last = 0

    def write(self, written: Written) -> None:
        """See `Sink`."""
        self._last = written.index
        masks = {ident: written.ids == ident for ident in sorted(ids_in(written.ids))}
        size, name = self.info.size, picture_name(self.info, written)
        self._tasks.append(label_studio.brush_task(name, masks, self._labels, size))
        for ident, mask in masks.items():
            outline = rings(mask)[0][0]
            keyframe = label_studio.keyframe(written.index, outline, size, self._rate)
            self._tracks.setdefault(ident, []).append(keyframe)

    def close(self) -> None:
        """See `Sink`."""
        self.place.mkdir(exist_ok=True)
        frames = self._last + 1
        video = label_studio.video_task(
            self.info.source, self._tracks, self._labels, self.info.size, frames, self._rate
        )
        write_json(self.place / _IMAGES, self._tasks, indent=None)
        write_json(self.place / _VIDEO, [video], indent=None)
        colours = class_colours(self.info)
        configs = (
            label_studio.image_config(colours),
            label_studio.video_config(colours, self._rate),
        )
        for name, config in zip(_INTERFACES, configs, strict=True):
            write_whole(self.place / name, config.encode())

    @classmethod
    def files(cls, place: Path) -> Iterable[Path]:
        """See `Sink`."""
        names = (_IMAGES, _VIDEO, *_INTERFACES)
        return [place / name for name in names if (place / name).is_file()]
