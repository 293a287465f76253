"""datumaro: COCO, MOTS's pictures and CVAT's XML have the true masks and the objects' ids."""

import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from datumaro import AnnotationType, Dataset
from truth import equal, shots

print("datumaro", version("datumaro"))
for shot in shots():
    with tempfile.TemporaryDirectory() as folder:
        coco = Path(folder) / "coco"
        (coco / "annotations").mkdir(parents=True)
        shutil.copytree(shot / "images", coco / "images/default")
        shutil.copy(shot / "coco.json", coco / "annotations/instances_default.json")
        cvat = Path(folder) / "cvat"
        (cvat / "images").mkdir(parents=True)
        for picture in shot.glob("images/*.png"):
            shutil.copy(picture, cvat / "images" / f"frame_0{picture.stem}")
        shutil.copy(shot / "cvat-images.xml", cvat / "default.xml")
        for place, kind, number in (
            (coco, "coco_instances", lambda a: a.attributes["track_id"]),
            (shot / "mots-png", "mots", lambda a: a.attributes["track_id"]),
            (cvat, "cvat", lambda a: a.group),
        ):
            found = {}
            for item in Dataset.import_from(str(place), kind):
                name = item.id.removeprefix("frame_")[-5:]
                for annotation in item.annotations:
                    if annotation.type != AnnotationType.mask:  # boxes beside them
                        continue
                    key = (name, int(number(annotation)))
                    found[key] = np.asarray(annotation.image).astype(bool)
            print(f"{shot.name}: {kind}: {equal(found, shot)} masks and their objects are equal")
