"""COCO: images and one JSON of instances."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import InputError, OvosError
from models.training.data.pictures import IGNORE, Array, read_image

_SMALLEST = 32 * 32
"""Pixels; smaller instances are ignored, neither object nor background (COCO calls them small)."""
_MOST = 200


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
        """(H, W) ids by descending area, so that what lies before is seen; crowds are ignored.

        Raises:
            InputError: an instance cannot be decoded, or has another size than the image.
        """
        mask = np.zeros(self.size, np.uint8)
        by_area = sorted(((self._area(one), one) for one in self.instances), key=lambda p: -p[0])
        for ident, (area, instance) in enumerate(by_area[:_MOST], start=1):
            ignored = instance.get("iscrowd") or area < _SMALLEST
            mask[self._decode(instance)] = IGNORE if ignored else ident
        return mask

    def _area(self, instance: dict[str, Any]) -> float:
        """As the file says it in pixels, else counted."""
        return instance["area"] or float(np.count_nonzero(self._decode(instance)))

    def _decode(self, instance: dict[str, Any]) -> Array:
        from pycocotools import mask as codes

        height, width = self.size
        segmentation = instance["segmentation"]
        if segmentation == []:
            return np.zeros(self.size, bool)
        try:
            if isinstance(segmentation, list):
                if not all(segmentation):  # pycocotools would drop the others with it
                    raise ValueError("a polygon is empty")
                segmentation = codes.merge(codes.frPyObjects(segmentation, height, width))
            elif isinstance(segmentation["counts"], list):
                segmentation = codes.frPyObjects(segmentation, height, width)
            inside: Array = codes.decode(segmentation).astype(bool)
        # pycocotools raises bare Exceptions, among others.
        except Exception as error:
            raise InputError(
                f"annotation {instance['id']} of {self.image_path} has a segmentation that cannot "
                "be decoded; it should be polygons of 6 numbers or more, or a run-length code. "
                "Mend or remove it"
            ) from error
        if inside.shape != self.size:
            raise InputError(
                f"annotation {instance['id']} of {self.image_path} has another size than its image"
            )
        return inside


def coco_images(images: Path, annotations: Path) -> list[CocoImage]:
    """Images that have instances.

    Args:
        images: folder of the image files.
        annotations: the instances JSON.

    Raises:
        InputError: a file is missing or not COCO's. OvosError: pycocotools is missing.
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
        content = json.loads(annotations.read_text())
        by_image: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for instance in content["annotations"]:
            kept = {
                "segmentation": instance["segmentation"],
                "area": float(instance.get("area") or 0),
            }
            kept |= {"iscrowd": instance.get("iscrowd", 0), "id": instance.get("id", "(no id)")}
            by_image[instance["image_id"]].append(kept)
        found = [
            CocoImage(
                images / entry["file_name"],
                (int(entry["height"]), int(entry["width"])),
                tuple(by_image[entry["id"]]),
            )
            for entry in content["images"]
            if entry["id"] in by_image
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{annotations} is not a COCO instances file: {error!r}") from error
    if not found:
        raise InputError(f"{annotations} holds no image with an instance")
    return found
