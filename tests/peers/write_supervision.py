"""supervision writes masks as YOLO's segments: what our reader is given in the suite."""

import sys
from pathlib import Path

import numpy as np
import supervision
from truth import objects, truth

shot, out = Path(sys.argv[1]) / "hard", Path(sys.argv[2])
masks, annotations = truth(shot), {}
pictures = sorted(str(file) for file in shot.glob("images/*.png"))[:1]
for path in pictures:
    ids = masks[Path(path).stem]
    stack = np.stack([ids == ident for ident in objects(ids)])
    annotations[path] = supervision.Detections(
        xyxy=supervision.mask_to_xyxy(stack).astype(float),
        mask=stack,
        class_id=np.arange(len(stack)),
    )
classes = [f"object {ident}" for ident in objects(masks["00000"])]
dataset = supervision.DetectionDataset(classes, pictures, annotations)
dataset.as_yolo(
    annotations_directory_path=str(out / "yolo/labels"), data_yaml_path=str(out / "yolo/data.yaml")
)
