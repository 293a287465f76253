"""COCO: images and one JSON of instances."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import InputError, OvosError
from models.pictures.opened import MOST_PIXELS
from models.pictures.run_lengths import decode
from models.training.data.pictures import IGNORE, Array, read_image
from models.utils.text_file import read_json

_SMALLEST = 32 * 32
"""Pixels; smaller instances are ignored, neither object nor background (COCO calls them small)."""
_MOST = 200
_BEYOND = 4
"""Image sides that a polygon may reach beyond it; more is a mistake."""


@dataclass(frozen=True)
class CocoImage:
    """One image with its instances' polygons or run-length codes."""

    image_path: Path
    size: tuple[int, int]
    instances: tuple[dict[str, Any], ...]

    def image(self) -> Array:
        """(H, W, 3) RGB. Raises InputError where it cannot be read."""
        return read_image(self.image_path)

    def mask(self) -> Array:
        """(H, W) ids by descending area, so that what lies before is seen.

        Crowds are ignored, and so are the boxes of instances without a segmentation.

        Raises:
            InputError: an instance cannot be decoded, or has another size than the image.
        """
        if min(self.size) < 1 or self.size[0] * self.size[1] > MOST_PIXELS:
            raise InputError(
                f"the annotations of {self.image_path} say that it is {self.size[1]}x"
                f"{self.size[0]}, which no image is"
            )
        mask = np.zeros(self.size, np.uint8)
        by_area = sorted(((self._area(one), one) for one in self.instances), key=lambda p: -p[0])
        for ident, (area, instance) in enumerate(by_area[:_MOST], start=1):
            known = instance["segmentation"] is not None
            ignored = not known or instance.get("iscrowd") or area < _SMALLEST
            mask[self._decode(instance)] = IGNORE if ignored else ident
        return mask

    def _area(self, instance: dict[str, Any]) -> float:
        """As the file says it in pixels, else counted."""
        return instance["area"] or float(np.count_nonzero(self._decode(instance)))

    def _decode(self, instance: dict[str, Any]) -> Array:
        segmentation = instance["segmentation"]
        if segmentation == []:
            return np.zeros(self.size, bool)
        try:
            if segmentation is None:
                return self._in_box(instance["bbox"])
            if isinstance(segmentation, list):
                return self._in_polygons(segmentation)
            return decode(segmentation, self.size).astype(bool)
        # pycocotools raises bare Exceptions, among others.
        except Exception as error:
            raise InputError(
                f"annotation {instance['id']} of {self.image_path} has a segmentation that cannot "
                "be decoded; it should be polygons of 6 numbers or more, or a run-length code of "
                f"the image's size ({error}). Mend or remove it"
            ) from error

    def _in_box(self, box: Any) -> Array:
        x, y, width, height = (float(value) for value in box)
        inside = np.zeros(self.size, bool)
        right, bottom = max(np.ceil(x + width), 0), max(np.ceil(y + height), 0)
        inside[max(int(y), 0) : int(bottom), max(int(x), 0) : int(right)] = True
        return inside

    def _in_polygons(self, polygons: list[Any]) -> Array:
        from pycocotools import mask as codes

        height, width = self.size
        far = _BEYOND * max(self.size)
        for polygon in polygons:
            points = np.asarray(polygon, np.float64)
            # pycocotools would drop the others with an empty one, take 4 numbers for a box, and
            # walks every pixel of the way to a point, however far it is.
            if points.ndim != 1 or len(points) < 6 or len(points) % 2:
                raise ValueError("a polygon is not a list of x and y of 3 points or more")
            if not (np.abs(points) <= far).all():
                raise ValueError("a polygon lies far outside of the image")
        whole = codes.merge(codes.frPyObjects(polygons, height, width))
        inside: Array = codes.decode(whole).astype(bool)
        return inside


def coco_images(images: Path, annotations: Path) -> list[CocoImage]:
    """Images that have instances.

    Args:
        images: folder of the image files.
        annotations: the instances JSON.

    Raises:
        InputError: a file is missing or not COCO's.
        OvosError: pycocotools is missing.
    """
    try:
        import pycocotools  # noqa: F401
    except ImportError:
        raise OvosError(
            "COCO data needs pycocotools; install it with pip install 'ovos-cli[train]'"
        ) from None
    if not images.is_dir():
        raise InputError(f"{images} is missing; a COCO data set has its images there")
    if not annotations.is_file():
        raise InputError(f"{annotations} is missing; it should be COCO's instances JSON")
    try:
        content = read_json(annotations)
        by_image: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for instance in content["annotations"]:
            kept = {
                "segmentation": instance.get("segmentation"),
                "bbox": instance.get("bbox"),
                "area": float(instance.get("area") or 0),
            }
            kept |= {"iscrowd": instance.get("iscrowd", 0), "id": instance.get("id", "(no id)")}
            by_image[str(instance["image_id"])].append(kept)
        found = [
            CocoImage(
                images / entry["file_name"],
                (int(entry["height"]), int(entry["width"])),
                tuple(by_image[str(entry["id"])]),
            )
            for entry in content["images"]
            if str(entry["id"]) in by_image
        ]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"{annotations} is not a COCO instances file: {error!r}") from error
    if not found:
        raise InputError(f"{annotations} holds no image with an instance")
    return found
