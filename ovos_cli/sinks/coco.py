"""COCO's instances, with objects' ids as CVAT and datumaro keep them, and its results."""

from pathlib import Path
from typing import Any

from models.pictures.run_lengths import mask_tools
from ovos_cli.formats import coco
from ovos_cli.json_file import write_json
from ovos_cli.sinks.pictures_named import labels_of, picture_name
from ovos_cli.sinks.sink import ShotInfo, Sink, Written


class CocoSink(Sink):
    """`coco.json`: a picture for each frame; `attributes` hold `track_id`, the object's id."""

    place_name = "coco.json"

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        self._labels = labels_of(info)
        self._classes = info.names.classes(info.objects)
        self._images, self._annotations = list[dict[str, Any]](), list[dict[str, Any]]()

    @classmethod
    def check(cls, info: ShotInfo) -> None:
        """See `Sink`."""
        mask_tools()

    def write(self, written: Written) -> None:
        """See `Sink`."""
        number = len(self._images) + 1
        name = picture_name(self.info, written)
        self._images.append(coco.image(number, name, written.index, self.info.size))
        for ident, mask in coco.masks_of(written.ids).items():
            category = self._classes.index(self._labels[ident]) + 1
            track = {"track_id": ident, "name": self.info.names.name(ident)}
            head = {"id": len(self._annotations) + 1, "image_id": number, "category_id": category}
            self._annotations.append({**head, **mask, "iscrowd": 0, "attributes": track})

    def close(self) -> None:
        """See `Sink`."""
        values = {
            "images": self._images,
            "categories": coco.categories(self._classes),
            "annotations": self._annotations,
        }
        write_json(self.place, values, indent=None)


class CocoResultsSink(Sink):
    """`coco-results.json`: predictions, of the images and categories of `coco.json`.

    Each has the frame's index as `frame_id` and the object's id in `attributes`, which readers of
    results keep. None has a box: pycocotools would take its area for the mask's.
    """

    place_name = "coco-results.json"

    def __init__(self, place: Path, info: ShotInfo) -> None:
        """See `Sink`."""
        super().__init__(place, info)
        labels, classes = labels_of(info), info.names.classes(info.objects)
        self._category = {ident: classes.index(label) + 1 for ident, label in labels.items()}
        self._images, self._results = 0, list[dict[str, Any]]()

    @classmethod
    def check(cls, info: ShotInfo) -> None:
        """See `Sink`."""
        mask_tools()

    def write(self, written: Written) -> None:
        """See `Sink`."""
        self._images += 1
        self._results += [
            {
                "image_id": self._images,
                "category_id": self._category[ident],
                "segmentation": mask["segmentation"],
                "score": 1.0,
                "frame_id": written.index,
                "attributes": {"track_id": ident},
            }
            for ident, mask in coco.masks_of(written.ids).items()
        ]

    def close(self) -> None:
        """See `Sink`."""
        write_json(self.place, self._results, indent=None)
