"""datumaro writes the masks of a shot as CVAT does: what our readers are given in the suite."""

import sys
from pathlib import Path

import numpy as np
from datumaro import Dataset, DatasetItem, Image, LabelCategories, Mask
from datumaro.components.annotation import AnnotationType
from truth import objects, truth

CLASSES = {1: "dog", 3: "cat", 7: "dog", 254: "object 254"}
_FRAMES = 2

shot, out = Path(sys.argv[1]) / "hard", Path(sys.argv[2])
labels = [*dict.fromkeys(CLASSES.values())]
items = []
for name, ids in [*truth(shot).items()][:_FRAMES]:
    masks = [
        Mask(
            image=ids == ident,
            label=labels.index(CLASSES[ident]),
            group=ident,
            attributes={"track_id": ident, "occluded": False},
        )
        for ident in objects(ids)
    ]
    media = Image.from_numpy(np.zeros((*ids.shape, 3), np.uint8))
    items.append(DatasetItem(id=name, annotations=masks, media=media, subset="default"))
categories = {AnnotationType.label: LabelCategories.from_iterable(labels)}
dataset = Dataset.from_iterable(items, categories=categories, media_type=Image)
# As CVAT's "segmentation mask 1.1" does it.
colours = {"background": [(0, 0, 0), [], []]} | {
    name: [(200, 40 * i, 10), [], []] for i, name in enumerate(labels, start=1)
}
dataset.export(
    str(out / "segmentation-mask"),
    "voc_segmentation",
    save_media=False,
    apply_colormap=True,
    label_map=colours,
)
dataset.export(str(out / "coco"), "coco_instances", save_media=False, segmentation_mode="mask")
dataset.export(str(out / "mots-png"), "mots_png", save_media=False)
dataset.export(str(out / "cvat"), "cvat", save_media=False)
