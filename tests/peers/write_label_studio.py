"""label-studio-sdk encodes masks with its own brush: what our decoder is given in the suite."""

import json
import sys
from pathlib import Path

import numpy as np
from label_studio_sdk.converter import brush
from truth import objects, truth

shot, out = Path(sys.argv[1]) / "hard", Path(sys.argv[2])
ids = truth(shot)["00000"]
results = [
    {
        "id": f"r{ident}",
        "from_name": "label",
        "to_name": "image",
        "type": "brushlabels",
        "original_width": ids.shape[1],
        "original_height": ids.shape[0],
        "value": {
            "format": "rle",
            "rle": [int(v) for v in brush.mask2rle((ids == ident).astype(np.uint8) * 255)],
            "brushlabels": [f"object {ident}"],
        },
    }
    for ident in objects(ids)
]
picture = "/data/upload/3/0123abcd-00000.png"
tasks = [{"id": 1, "data": {"image": picture}, "annotations": [{"id": 1, "result": results}]}]
(out / "label-studio.json").write_text(json.dumps(tasks))
