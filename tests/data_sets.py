"""Small data sets in the formats that training reads."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import write_indexed


def scene(index: int) -> tuple[np.ndarray, np.ndarray]:
    """A noisy frame with a red and a blue box that move with `index`, and their ids."""
    rng = np.random.default_rng(index)
    image = rng.integers(0, 100, (120, 160, 3), np.uint8)
    mask = np.zeros((120, 160), np.uint8)
    mask[30:90, 20 + 5 * index : 70 + 5 * index] = 1
    mask[40:80, 100:150] = 2
    image[mask == 1] = (250, 20, 20)
    image[mask == 2] = (20, 20, 250)
    return image, mask


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """images/ and masks/."""
    root = tmp_path / "stills"
    (root / "images").mkdir(parents=True)
    (root / "masks").mkdir()
    for index in range(6):
        image, mask = scene(index)
        Image.fromarray(image).save(root / "images" / f"{index}.png")
        write_indexed(root / "masks" / f"{index}.png", mask)
    return root


def _video(images: Path, masks: Path, count: int) -> None:
    images.mkdir(parents=True)
    masks.mkdir(parents=True)
    for index in range(count):
        image, mask = scene(index)
        Image.fromarray(image).save(images / f"{index:05d}.jpg", quality=95)
        write_indexed(masks / f"{index:05d}.png", mask)


@pytest.fixture
def davis(tmp_path: Path) -> Path:
    """A DAVIS 2017 root with one training and one validation sequence."""
    root = tmp_path / "DAVIS"
    for name, split in (("boxes", "train"), ("others", "val")):
        _video(root / "JPEGImages/480p" / name, root / "Annotations/480p" / name, 8)
        listing = root / "ImageSets/2017" / f"{split}.txt"
        listing.parent.mkdir(parents=True, exist_ok=True)
        listing.write_text(name + "\n")
    return root


@pytest.fixture
def youtube(tmp_path: Path) -> Path:
    """A YouTube-VOS root with one training video."""
    root = tmp_path / "youtube-vos"
    _video(root / "train/JPEGImages/abc", root / "train/Annotations/abc", 4)
    return root


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A COCO root with two images: a polygon, a crowd as run lengths, a small instance."""
    root = tmp_path / "coco"
    (root / "train2017").mkdir(parents=True)
    (root / "annotations").mkdir()
    crowd = [0, 10 * 120, 120 * 160 - 10 * 120]  # the first ten columns
    instances = [
        {"image_id": 7, "area": 2400, "segmentation": [[20, 30, 70, 30, 70, 90, 20, 90]]},
        {
            "image_id": 7,
            "area": 1200,
            "iscrowd": 1,
            "segmentation": {"counts": crowd, "size": [120, 160]},
        },
        {"image_id": 7, "area": 100, "segmentation": [[100, 10, 110, 10, 110, 20, 100, 20]]},
    ]
    images = [
        {"id": 7, "file_name": "7.jpg", "height": 120, "width": 160},
        {"id": 8, "file_name": "8.jpg", "height": 120, "width": 160},
    ]
    for entry in images:
        Image.fromarray(scene(0)[0]).save(root / "train2017" / str(entry["file_name"]))
    content = json.dumps({"images": images, "annotations": instances})
    (root / "annotations/instances_train2017.json").write_text(content)
    return root
