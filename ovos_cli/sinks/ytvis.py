"""YouTube-VIS's JSON, as ground truth and as results: tools read one or the other."""

from abc import abstractmethod
from pathlib import Path
from typing import Any

from models.pictures.run_lengths import mask_tools
from ovos_cli.formats import coco, ytvis
from ovos_cli.json_file import write_json
from ovos_cli.masks.ids import Ids
from ovos_cli.sinks.pictures_named import labels_of, picture_name
from ovos_cli.sinks.sink import ShotInfo, Sink, Written

_VIDEO = 1


class _TracksSink(Sink):
    """What both have in common: for each object a list with an entry for each frame."""

    def __init__(self, place: Path, info: ShotInfo) -> None:
        super().__init__(place, info)
        labels, self.classes = labels_of(info), info.names.classes(info.objects)
        self.category = {i: self.classes.index(label) + 1 for i, label in labels.items()}
        self.tracks: dict[int, list[dict[str, Any] | None]] = {i: [] for i in info.objects}
        self.pictures = list[str]()

    @abstractmethod
    def masks_of(self, ids: Ids) -> dict[int, dict[str, Any]]:
        """For each object of a frame, `segmentation`, `area` and `bbox`."""

    def write(self, written: Written) -> None:
        """See `Sink`."""
        masks = self.masks_of(written.ids)
        self.pictures.append(f"{self.info.shot}/{picture_name(self.info, written)}")
        for ident, track in self.tracks.items():
            track.append(masks.get(ident))

    def values(self, ident: int, key: str) -> list[Any]:
        """An entry for each frame, None where the object is not there."""
        return [None if mask is None else mask[key] for mask in self.tracks[ident]]


class YtvisSink(_TracksSink):
    """`ytvis.json`: ground truth, whose run lengths are lists, as TrackEval wants them."""

    place_name = "ytvis.json"

    def masks_of(self, ids: Ids) -> dict[int, dict[str, Any]]:
        """See `_TracksSink`."""
        return ytvis.plain_masks_of(ids)

    def close(self) -> None:
        """See `Sink`."""
        height, width = self.info.size
        shape = {"height": height, "width": width, "length": len(self.pictures)}
        annotations = [
            {
                "id": ident,
                "video_id": _VIDEO,
                "category_id": self.category[ident],
                "segmentations": self.values(ident, "segmentation"),
                "areas": self.values(ident, "area"),
                "bboxes": self.values(ident, "bbox"),
                "iscrowd": 0,
                "name": self.info.names.name(ident),
                **shape,
            }
            for ident in self.tracks
        ]
        values = {
            "videos": [{"id": _VIDEO, **shape, "file_names": self.pictures}],
            "categories": coco.categories(self.classes),
            "annotations": annotations,
        }
        write_json(self.place, values, indent=None)


class YtvisResultsSink(_TracksSink):
    """`ytvis-results.json`: predictions, whose run lengths are compressed."""

    place_name = "ytvis-results.json"

    @classmethod
    def check(cls, info: ShotInfo) -> None:
        """See `Sink`."""
        mask_tools()

    def masks_of(self, ids: Ids) -> dict[int, dict[str, Any]]:
        """See `_TracksSink`."""
        return coco.masks_of(ids)

    def close(self) -> None:
        """See `Sink`."""
        results = [
            {
                "id": ident,
                "video_id": _VIDEO,
                "category_id": self.category[ident],
                "score": 1.0,
                "segmentations": self.values(ident, "segmentation"),
            }
            for ident in self.tracks
        ]
        write_json(self.place, results, indent=None)
