"""labelme writes a file with its own code: what our reader is given in the suite."""

import sys
from pathlib import Path

import numpy as np
from labelme import utils
from labelme._label_file import write_label_file
from truth import objects, truth

shot, out = Path(sys.argv[1]) / "hard", Path(sys.argv[2])

ids = truth(shot)["00000"]
shapes = []
for ident in objects(ids):
    rows, columns = np.nonzero(ids == ident)
    top, left, bottom, right = rows.min(), columns.min(), rows.max(), columns.max()
    part = (ids == ident)[top : bottom + 1, left : right + 1]
    shapes.append(
        {
            "label": "thing",
            "points": [[float(left), float(top)], [float(right), float(bottom)]],
            "group_id": ident,
            "description": "",
            "shape_type": "mask",
            "flags": {},
            "mask": utils.img_arr_to_b64(part.astype(np.uint8)),
        }
    )
write_label_file(
    str(out / "labelme.json"),
    shapes=shapes,
    image_path="00000.png",
    image_height=ids.shape[0],
    image_width=ids.shape[1],
)
