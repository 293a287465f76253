"""labelme: its reader of files and its drawing of shapes give the true masks."""

import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from labelme._label_file import read_label_file
from truth import equal, shots, truth

print("labelme", version("labelme"))
for shot in shots():
    found, masks = {}, truth(shot)
    with tempfile.TemporaryDirectory() as folder:
        for file in [*shot.glob("images/*.png"), *shot.glob("labelme/*.json")]:
            shutil.copy(file, folder)
        for file in sorted(Path(folder).glob("*.json")):
            for shape in read_label_file(str(file)).shapes:
                (left, top), (right, bottom) = (map(int, point) for point in shape["points"])
                whole = masks[file.stem] < 0
                whole[top : bottom + 1, left : right + 1] = shape["mask"]
                found[file.stem, shape["group_id"]] = whole
    print(f"{shot.name}: {equal(found, shot)} masks and their objects are equal")
