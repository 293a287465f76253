"""Files of proposals as another program would write them."""

import json
from pathlib import Path

import numpy as np
from pycocotools import mask as tools

from models.sources.stored import StoredProposals


def write_coco(folder: Path, frames: dict[str, StoredProposals], *, images: bool = True) -> None:
    """COCO results of all frames, and the list of images."""
    results = []
    for number, stored in enumerate(frames.values()):
        for mask, score in zip(stored.frame_masks(), stored.scores, strict=True):
            rle = tools.encode(np.asfortranarray(mask.astype(np.uint8)))
            results.append(
                {
                    "image_id": number,
                    "category_id": 1,
                    "segmentation": {**rle, "counts": rle["counts"].decode()},
                    "score": float(score),
                }
            )
    (folder / "mine.json").write_text(json.dumps(results))
    if images:
        listed = [
            {"id": i, "file_name": f"{name}.jpg", "height": s.size[0], "width": s.size[1]}
            for i, (name, s) in enumerate(frames.items())
        ]
        (folder / "images.json").write_text(json.dumps({"images": listed}))
