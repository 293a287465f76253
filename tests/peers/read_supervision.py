"""supervision: segments of YOLO, and how much of the true masks they keep."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import supervision
from truth import objects, overlap, shots, truth

print("supervision", version("supervision"))
for shot in shots():
    place = shot / "yolo-seg"
    # A picture without objects has an empty text, which some versions refuse.
    found = supervision.DetectionDataset.from_yolo(
        images_directory_path=str(shot / "images"),
        annotations_directory_path=str(place / "labels"),
        data_yaml_path=str(place / "data.yaml"),
        force_masks=True,
    )
    overlaps = []
    masks = truth(shot)
    for path, _, detections in found:
        ids = masks[Path(path).stem]
        numbers = objects(ids)
        assert len(detections) == len(numbers), (path, len(detections), numbers)
        overlaps += [
            overlap(mask, ids == number)
            for mask, number in zip(detections.mask if numbers else [], numbers, strict=True)
        ]
    print(
        f"{shot.name}: {len(overlaps)} polygons, classes {found.classes}; IoU with the true masks "
        f"{np.mean(overlaps):.4f} on average, {min(overlaps):.4f} at least"
    )
